"""What ties one issue to another: a field of its own to its parent, a link to what is related to it.

A parent stands one level above, so that no two issues of one type can be parent and child.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from syncline_common.connectors.bulk import NOT_TO_ITSELF, OTHER_END
from syncline_common.connectors.jira.client import Wire
from syncline_common.connectors.jira.fields import PARENT
from syncline_common.connectors.jira.reader import JiraReader
from syncline_common.connectors.jira.records import WANTED, is_mutual, to_record, to_ties
from syncline_common.errors import RecordRejected
from syncline_common.schemas.records import Record, Tie, TieKind

SAME_LEVEL = "A parent is of another type, one level above"
OTHER_PARENT = "It has another parent, which is not replaced"
NO_TYPE = "There is no type of links that says the same from either end, as Relates does"
USUAL = "Relates"


@dataclass(frozen=True, slots=True)
class Must:
    """What has to be done, and the record as it is before."""

    own: Record | None
    make: Callable[[], Awaitable[object]]


class Ties:
    def __init__(self, reader: JiraReader) -> None:
        self._reader, self._site = reader, reader.site

    async def must(self, seen: Record, tie: Tie) -> Must | None:
        """None if it is there already; RecordRejected if it can't be."""
        if seen.ref.id == tie.to.id:
            raise RecordRejected(NOT_TO_ITSELF)
        if tie.kind is TieKind.PARENT and seen.ref.stream == tie.to.stream:
            raise RecordRejected(SAME_LEVEL)
        wanted = [*WANTED, "issuelinks"]
        found = {
            str(it["id"]): it
            for it in await self._site.fetched([seen.ref.id, tie.to.id], _with_links(wanted))
        }
        own = found.get(seen.ref.id)
        if own is not None and tie.to.id not in found:
            raise RecordRejected(OTHER_END, detail=tie.to.id)
        if own is None:
            await self._site.myself()
            return Must(None, self._nothing)
        if (tie.kind, tie.to.id) in [(it.kind, it.to.id) for it in to_ties(own["fields"])]:
            return None
        record = to_record(own, seen.ref.stream, await self._reader.all_fields())
        return Must(record, await self._way(own, tie))

    async def _way(self, own: Wire, tie: Tie) -> Callable[[], Awaitable[object]]:
        id = str(own["id"])
        if tie.kind is TieKind.RELATED:
            return partial(self._site.link, await self._type(), tie.to.id, id)
        if own["fields"].get(PARENT):
            raise RecordRejected(OTHER_PARENT, detail=str(own["fields"][PARENT].get("id")))
        return partial(self._site.update, id, {PARENT: {"id": tie.to.id}})

    async def _type(self) -> str:
        names = [it["name"] for it in await self._site.link_types() if is_mutual(it)]
        if not names:
            raise RecordRejected(NO_TYPE)
        return USUAL if USUAL in names else str(names[0])

    async def _nothing(self) -> None:
        """Nobody comes here: that the record is gone is told before."""


def _with_links(wanted: list[str]) -> list[str]:
    """Minus and plus of one field would say both."""
    return [it for it in wanted if it != "-issuelinks"]
