"""Editing what others may edit too: whoever saw an older version is told so."""

from syncline_common.errors import Stale


def etag_of(version: int) -> str:
    return f'"{version}"'


def require_version(seen: int | None, current: int) -> None:
    """`seen` None: the editor does not mind."""
    if seen is not None and seen != current:
        raise Stale("This was changed meanwhile; read it again", current=etag_of(current))
