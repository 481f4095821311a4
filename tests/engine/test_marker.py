"""Markers: the same for the same record, different for every other."""

import re

from syncline_common.schemas.values import Side
from syncline_sync_worker.engine.marker import marker

KEY = b"k" * 32


def test_it_never_changes() -> None:
    """A known value: markers are found again years later, by whatever version wrote them."""
    assert marker(KEY, "f1", Side.A, "42") == marker(KEY, "f1", Side.A, "42")
    assert marker(KEY, "f1", Side.A, "42") == "sl-jn7vcvybhecmwvtdbuwa"


def test_it_is_short_and_plain() -> None:
    assert re.fullmatch(r"sl-[a-z2-7]{20}", marker(KEY, "f1", Side.A, "ä" * 1000))


def test_each_part_counts_and_so_does_where_it_ends() -> None:
    made = [
        marker(KEY, "f1", Side.A, "42"),
        marker(KEY, "f1", Side.B, "42"),
        marker(KEY, "f2", Side.A, "42"),
        marker(KEY, "f1", Side.A, "43"),
        marker(b"l" * 32, "f1", Side.A, "42"),
        marker(KEY, "f1a", Side.A, "42"),
        marker(KEY, "f1", Side.A, "a42"),
    ]
    assert len(set(made)) == len(made)
