"""Lists by page number: how many there are on a page is the vendor's, in which order they come it does not say."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from syncline_sandbox.calls import Answer, Call, as_json
from syncline_sandbox.store import Stored, Version
from syncline_sandbox.syncro.refusals import wrong

Seen = tuple[Stored, Version]


def text_of(at: datetime) -> str:
    """As Rails writes times."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def asked_page(call: Call) -> int:
    text = call.get("page", "1")
    return max(1, int(text)) if text.isdigit() else 1


def paged(
    call: Call, name: str, found: Sequence[Any], size: int, row: Callable[[Any], Any], *, counted: bool
) -> Answer:
    """`counted`: tickets don't say how many there are in all."""
    page, pages = asked_page(call), -(-len(found) // size)
    some = found[(page - 1) * size : page * size]
    meta: dict[str, int] = {"total_pages": pages, "page": page}
    if counted:
        meta |= {"total_entries": len(found), "per_page": size}
    return as_json({name: [row(it) for it in some], "meta": meta})


def moment(call: Call, name: str) -> datetime | None:
    """A day is its beginning."""
    text = call.get(name)
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise wrong("invalid date") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def has_words(asked: str, *texts: object) -> bool:
    """The search: every word, anywhere, whatever its case."""
    words = asked.casefold().split()
    whole = " ".join(str(it) for it in texts if it is not None).casefold()
    return all(it in whole for it in words)
