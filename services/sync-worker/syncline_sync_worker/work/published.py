"""Published versions, as the connections service has them."""

from collections.abc import Mapping
from typing import Any

from syncline_common.clients.connections import ConnectionsClient
from syncline_common.errors import NotFound, Unavailable
from syncline_sync_worker.domain.task import ConnectionRef


class PublishedVersions:
    """A `Library`."""

    def __init__(self, connections: ConnectionsClient) -> None:
        self._connections = connections

    async def document(self, connection: ConnectionRef, version: int) -> Mapping[str, Any]:
        try:
            found = await self._connections.version(connection.account_id, connection.id, version)
        except NotFound:  # it is being deleted, or its event came first
            raise Unavailable("This version is not there yet", detail=str(version)) from None
        return found.configuration
