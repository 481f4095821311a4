"""What a worker asks the registry about a node: what lets it act there, and that it was turned away."""

from datetime import datetime
from typing import Any
from uuid import UUID

import httpx2
from pydantic import BaseModel, SecretStr

from syncline_common.clients.service_calls import ServiceCalls

PATH = "/registry/internal/v1/nodes"


class TokenFacts(BaseModel):
    """An access token; what renews it never leaves the registry."""

    access: SecretStr
    good_until: datetime


class CredentialFacts(BaseModel):
    """The newest version of a node's credential, opened; held in memory only."""

    kind: str
    url: str
    scheme: str
    auth: dict[str, SecretStr]
    version: int
    found: dict[str, Any] | None = None  # by the check
    tokens: TokenFacts | None = None


class NodeClient:
    def __init__(self, http: httpx2.AsyncClient, base_url: str, service_token: SecretStr) -> None:
        self._calls = ServiceCalls(http, base_url, service_token, "registry")

    async def credential(self, account_id: UUID, node_id: UUID, purpose: str) -> CredentialFacts:
        """NotFound if the account has no such node. It is audited there, with its purpose."""
        body = {"account_id": str(account_id), "purpose": purpose}
        return CredentialFacts.model_validate(await self._ask(node_id, "credential", body))

    async def tokens(self, account_id: UUID, node_id: UUID, used_version: int) -> TokenFacts:
        body = {"account_id": str(account_id), "used_version": used_version}
        return TokenFacts.model_validate(await self._ask(node_id, "tokens", body))

    async def rejected(self, account_id: UUID, node_id: UUID, version: int, code: str) -> None:
        body = {"account_id": str(account_id), "version": version, "code": code}
        await self._ask(node_id, "rejected", body)

    async def _ask(self, node_id: UUID, what: str, body: dict[str, Any]) -> Any:
        return await self._calls.ask("POST", f"{PATH}/{node_id}/{what}", body)
