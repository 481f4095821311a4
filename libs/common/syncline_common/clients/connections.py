"""What the sync worker asks the connections service."""

from typing import Any
from uuid import UUID

import httpx2
from pydantic import BaseModel, SecretStr

from syncline_common.clients.service_calls import ServiceCalls
from syncline_common.events.connections import EndFacts

PATH = "/connections/internal/v1/connections"


class LocatedEnd(EndFacts):
    """With its address, by which its budget is kept."""

    url: str = ""


class ConnectionFacts(BaseModel):
    """A connection as it is now. Ends are not known while it is being built."""

    network_id: UUID
    state: str
    published_version: int | None = None
    schedule: dict[str, Any] | None = None  # of the published version
    a: LocatedEnd | None = None
    b: LocatedEnd | None = None


class VersionFacts(BaseModel):
    configuration: dict[str, Any]


class DraftFacts(BaseModel):
    configuration: dict[str, Any]
    revision: int
    valid: bool


class ConnectionsClient:
    def __init__(self, http: httpx2.AsyncClient, base_url: str, service_token: SecretStr) -> None:
        self._calls = ServiceCalls(http, base_url, service_token, "connections")

    async def state(self, account_id: UUID, connection_id: UUID) -> ConnectionFacts:
        """NotFound if the account has no such connection (any more)."""
        return ConnectionFacts.model_validate(await self._get(account_id, connection_id, "state"))

    async def version(self, account_id: UUID, connection_id: UUID, number: int) -> VersionFacts:
        return VersionFacts.model_validate(await self._get(account_id, connection_id, f"versions/{number}"))

    async def draft(self, account_id: UUID, connection_id: UUID) -> DraftFacts:
        return DraftFacts.model_validate(await self._get(account_id, connection_id, "draft"))

    async def _get(self, account_id: UUID, connection_id: UUID, what: str) -> Any:
        path = f"{PATH}/{connection_id}/{what}"
        return await self._calls.ask("GET", path, params={"account_id": str(account_id)})
