"""The ledgers are honest: every point is there once, what is done names a test that exists, what is not says why."""

from pathlib import Path

import pytest

from architecture.test_docs import guards_in
from syncline_common.connectors.catalogue import CONNECTORS, MANIFESTS
from syncline_common.connectors.docs import pages, write
from syncline_common.connectors.quality import POINTS, ledger_of

ROOT = Path(__file__).parents[2]
each = pytest.mark.parametrize("kind", CONNECTORS)


@each
def test_every_point_has_one_answer(kind: str) -> None:
    ledger = ledger_of(kind)
    assert sorted([*ledger.done, *ledger.todo, *ledger.exempt]) == sorted(POINTS)


@each
def test_what_is_done_names_a_test_that_exists(kind: str) -> None:
    for point, named in ledger_of(kind).done.items():
        path, _, test = named.partition("::")
        assert test.rpartition("::")[2].startswith("test_") and test in guards_in(path), (point, named)


@each
def test_what_is_not_says_why(kind: str) -> None:
    ledger = ledger_of(kind)
    for why in (*ledger.todo.values(), *ledger.exempt.values()):
        assert len(why) > 20 or " " in why
    assert ledger.doubts and all(it.claim and it.choice for it in ledger.doubts)


@each
def test_nothing_counts_as_tried_that_was_not(kind: str) -> None:
    """A test can't show it; only a person who tried it may move this point, together with this line."""
    assert "live" in ledger_of(kind).todo


def test_the_pages_are_as_the_manifests_are(tmp_path: Path) -> None:
    kept = {it.name: it.read_text() for it in (ROOT / "docs/connectors").iterdir()}
    assert kept == pages(), "python -m syncline_common.connectors.docs"
    write(tmp_path / "new")
    assert {it.name for it in (tmp_path / "new").iterdir()} == set(kept)


def test_a_page_says_what_a_person_needs_to_know() -> None:
    page = pages()["servicenow.md"]
    for part in (
        "## Before you connect it",
        "time zone GMT",
        "`oauth_password`",
        "client_secret",
        "does not apply",
    ):
        assert part in page
    for kind in set(MANIFESTS) - set(CONNECTORS):
        assert "these are its facts" in pages()[f"{kind}.md"]
