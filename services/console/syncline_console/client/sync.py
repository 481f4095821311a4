"""What pages ask the sync service."""

from uuid import UUID

from syncline_common.errors import Unavailable
from syncline_console.client.line import Line, Refused
from syncline_console.client.views import Health


class Sync:
    def __init__(self, line: Line) -> None:
        self._line = line

    async def health(self, connection_id: UUID) -> Health | None:
        """None: it was never published, or nobody can say; the page is shown all the same."""
        try:
            return Health.model_validate(await self._line.get(f"/sync/v1/connections/{connection_id}"))
        except (Refused, Unavailable):
            return None
