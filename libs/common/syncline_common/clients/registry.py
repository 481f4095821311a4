"""What the other services ask the registry."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

import httpx2
from pydantic import BaseModel, ConfigDict, SecretStr

from syncline_common.clients.registry_systems import SystemsClient
from syncline_common.errors import ContractBroken, Unavailable
from syncline_common.schemas.caller import Caller, Role

WITHIN = 5.0  # seconds
Introspect = Callable[[str], Awaitable[Caller | None]]


class KeyFacts(BaseModel):
    """Whom an API key stands for; nothing if it stands for nobody."""

    model_config = ConfigDict(from_attributes=True)

    active: bool
    account_id: UUID | None = None
    key_id: UUID | None = None
    name: str = ""
    role: Role = "viewer"
    network_ids: list[UUID] | None = None

    def caller(self) -> Caller | None:
        if not self.active or self.account_id is None or self.key_id is None:
            return None
        granted = None if self.network_ids is None else frozenset(self.network_ids)
        return Caller(self.account_id, self.key_id, self.role, granted, "api_key", self.name)


class RegistryClient:
    def __init__(self, http: httpx2.AsyncClient, base_url: str, service_token: SecretStr) -> None:
        self._http, self._base_url, self._token = http, base_url, service_token

    async def public_keys(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = await self._ask("GET", "/registry/v1/jwks.json")
        return found

    async def introspect(self, key: str) -> Caller | None:
        answer = await self._ask("POST", "/registry/internal/v1/introspect", {"key": key})
        return KeyFacts.model_validate(answer).caller()

    def systems(self) -> SystemsClient:
        return SystemsClient(self._http, self._base_url, self._token)

    async def _ask(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self._token.get_secret_value()}"}
        try:
            url = f"{self._base_url}{path}"
            answer = await self._http.request(method, url, json=body, headers=headers, timeout=WITHIN)
        except httpx2.HTTPError as exc:
            raise Unavailable(
                "The registry does not answer; try again shortly", detail=type(exc).__name__
            ) from None
        if answer.status_code != 200:
            raise _refusal(answer.status_code)
        return answer.json()


def _refusal(status: int) -> Exception:
    if status >= 500 or status == 429:
        return Unavailable("The registry is not ready; try again shortly", detail=str(status))
    return ContractBroken(
        "The registry refused a question of ours; is SYNCLINE_SERVICE_TOKEN the same everywhere?"
    )
