"""Which systems a connection connects, as the connections service says; without it the rest is told even so."""

from collections.abc import Mapping
from uuid import UUID

from syncline_common.clients.connections import LocatedEnd
from syncline_common.errors import NotFound, Unavailable
from syncline_common.schemas.values import Side
from syncline_sync_worker.work.following import States

Ends = Mapping[Side, LocatedEnd]


async def known_ends(states: States, account_id: UUID, connection_id: UUID) -> Ends | None:
    try:
        facts = await states.state(account_id, connection_id)
    except (Unavailable, NotFound):
        return None
    return {side: end for side, end in ((Side.A, facts.a), (Side.B, facts.b)) if end is not None and end.url}
