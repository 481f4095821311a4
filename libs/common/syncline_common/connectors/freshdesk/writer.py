"""Freshdesk as a Writer: also a ticket's parent can be said."""

from syncline_common.connectors.bulk import NOT_TO_ITSELF, OTHER_END, about, already_sent
from syncline_common.connectors.freshdesk.product import PRODUCT
from syncline_common.connectors.freshdesk.reader import KINDS
from syncline_common.connectors.freshworks.client import Wire, checked
from syncline_common.connectors.freshworks.records import version_of
from syncline_common.connectors.freshworks.writer import FreshworksWriter
from syncline_common.connectors.understanding import understood
from syncline_common.errors import RecordChanged, RecordGone, RecordRejected
from syncline_common.schemas.records import Record, Tie, TieKind

OTHER_PARENT = "It has another parent, which is not replaced"
NO_TRACKER = "Freshdesk ties tickets to a tracker only while the tracker is made"


@understood
class FreshdeskWriter(FreshworksWriter):
    product = PRODUCT

    async def link(self, seen: Record, tie: Tie) -> Record:
        if tie.kind is not TieKind.PARENT:
            raise RecordRejected(NO_TRACKER)
        if seen.ref.id == tie.to.id:
            raise RecordRejected(NOT_TO_ITSELF)
        own = await self.desk.ticket(seen.ref.id)
        try:
            await self.desk.ticket(checked(tie.to.id))
        except RecordGone as error:
            raise RecordRejected(OTHER_END, detail=error.detail) from None
        parents = _parents(own)
        if tie.to.id in parents:
            return seen
        if parents:
            raise RecordRejected(OTHER_PARENT, detail=", ".join(parents))
        if version_of(own, self.product) != seen.version:
            raise RecordChanged("It was edited since", detail=seen.ref.id)
        tied = await self.desk.update(seen.ref.id, {"parent_id": int(tie.to.id)})
        with already_sent():
            return about(self.record(tied), seen.ref.id)


def _parents(ticket: Wire) -> list[str]:
    is_child = KINDS.get(ticket.get("association_type") or 0) is TieKind.PARENT
    return [str(it) for it in ticket.get("associated_tickets_list") or []] if is_child else []
