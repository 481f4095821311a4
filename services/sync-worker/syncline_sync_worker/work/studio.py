"""Drafts, as the connections service has them, for test runs."""

from collections.abc import Iterable, Mapping

from syncline_common.clients.connections import ConnectionsClient
from syncline_common.configuration.document import parse
from syncline_common.configuration.facts import Surroundings
from syncline_common.configuration.identifiers import with_ids
from syncline_common.errors import NotFound, RecordRejected
from syncline_common.schemas.connector import NodeRef, Readers
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.engine.people import Known
from syncline_sync_worker.work.stage import Drafted
from syncline_sync_worker.work.surroundings import AskedFacts

NOT_BUILT = "The connection is not built yet"


class DraftStudio:
    """A `Studio`."""

    def __init__(self, connections: ConnectionsClient, facts: AskedFacts, readers: Readers) -> None:
        self._connections, self._facts, self.readers = connections, facts, readers

    async def draft(self, connection: ConnectionRef) -> Drafted:
        try:
            facts = await self._connections.state(connection.account_id, connection.id)
            draft = await self._connections.draft(connection.account_id, connection.id)
        except NotFound:
            raise RecordRejected("The connection is gone") from None
        if facts.a is None or facts.b is None:
            raise RecordRejected(NOT_BUILT)
        nodes = {
            Side.A: NodeRef(connection.account_id, facts.a.node_id),
            Side.B: NodeRef(connection.account_id, facts.b.node_id),
        }
        return Drafted(draft.configuration, draft.revision, nodes)

    async def around(self, drafted: Drafted) -> tuple[Surroundings, Mapping[Side, Iterable[Known]]]:
        return await self._facts.around(parse(with_ids(drafted.document)), drafted.nodes)
