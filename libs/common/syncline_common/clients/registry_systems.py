"""What our own services ask the registry about systems; its refusals are passed on as they are, for the person who asked."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx2
from pydantic import BaseModel, ConfigDict, SecretStr, TypeAdapter

from syncline_common.configuration.conditions import Scope
from syncline_common.configuration.facts import FieldFacts, StreamFacts
from syncline_common.errors import (
    CheckFailed,
    Conflict,
    ContractBroken,
    DomainError,
    FieldFault,
    InUse,
    Invalid,
    NotFound,
    RateLimited,
    TicketExpired,
    Unavailable,
)
from syncline_common.schemas.caller import Caller

PATH = "/registry/internal/v1"
WITHIN, WITHIN_LONG = 15.0, 90.0  # seconds; the long ones ask the vendors
EndGiven = Mapping[str, Any]  # {system_id}, or {url, kind?, ticket?}


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Ticket(Answer):
    """Stands for a secret that the registry has, for half an hour."""

    ticket: str
    kind: str
    url: str


class FoundEnd(Answer):
    """A system as the registry knows it: `in_network`, `in_other_network` or `new`."""

    state: str
    kind: str
    url: str
    name: str
    system_id: UUID | None = None
    node_id: UUID | None = None


class Fault(Answer):
    code: str
    message: str
    fix: str = ""


class Checked(Answer):
    ok: bool
    identity: str | None = None
    findings: tuple[str, ...] = ()
    problems: tuple[Fault, ...] = ()


class Registered(Answer):
    system_id: UUID
    node_id: UUID
    name: str
    created_system: bool
    created_node: bool


class WebhooksFound(Answer):
    subscribed: bool = False
    said: str = ""


class Configured(Answer):
    projects: int
    streams: int
    findings: tuple[str, ...] = ()
    webhooks: WebhooksFound = WebhooksFound()


class Counted(Answer):
    records: int
    at_least: bool = False
    left_out: tuple[str, ...] = ()


class NetworkName(Answer):
    id: UUID
    name: str


class SystemsClient:
    def __init__(self, http: httpx2.AsyncClient, base_url: str, service_token: SecretStr) -> None:
        self._http, self._base_url, self._token = http, base_url, service_token

    async def ticket(
        self, caller: Caller, network_id: UUID, url: str, kind: str | None, auth: Mapping[str, str]
    ) -> Ticket:
        asked = {"url": url, "auth": dict(auth)} | ({} if kind is None else {"kind": kind})
        answer = await self._post("/tickets", _of(caller, network_id) | asked)
        return Ticket.model_validate(answer)

    async def end(self, caller: Caller, network_id: UUID, end: EndGiven) -> FoundEnd:
        answer = await self._post("/ends", _of(caller, network_id) | {"end": dict(end)})
        return FoundEnd.model_validate(answer)

    async def check(self, caller: Caller, network_id: UUID, end: EndGiven) -> Checked:
        body = _of(caller, network_id) | {"end": dict(end)}
        return Checked.model_validate(await self._post("/ends/check", body, within=WITHIN_LONG))

    async def register(self, caller: Caller, network_id: UUID, end: EndGiven, key: str) -> Registered:
        body = _of(caller, network_id) | {"end": dict(end), "key": key}
        return Registered.model_validate(await self._post("/nodes", body, within=WITHIN_LONG))

    async def renew(
        self, caller: Caller, network_id: UUID, system_id: UUID, proof: Mapping[str, Any]
    ) -> None:
        body = _of(caller, network_id) | dict(proof)
        await self._ask("PUT", f"/systems/{system_id}/credential", json=body, within=WITHIN_LONG)

    async def configure(self, account_id: UUID, node_id: UUID) -> Configured:
        path, body = f"/nodes/{node_id}/configure", {"account_id": str(account_id)}
        return Configured.model_validate(await self._post(path, body, within=WITHIN_LONG))

    async def streams(self, account_id: UUID, network_id: UUID, system_id: UUID) -> list[StreamFacts]:
        answer = await self._get(f"/systems/{system_id}/streams", account_id, network_id)
        return TypeAdapter(list[StreamFacts]).validate_python(answer["items"])

    async def fields(
        self, account_id: UUID, network_id: UUID, system_id: UUID, stream: str, project: str | None
    ) -> list[FieldFacts]:
        path = f"/systems/{system_id}/streams/{_quoted(stream)}/fields"
        more = {} if project is None else {"project": project}
        answer = await self._get(path, account_id, network_id, **more)
        return TypeAdapter(list[FieldFacts]).validate_python(answer["items"])

    async def count(self, place: tuple[UUID, UUID, UUID], scope: Scope) -> Counted:
        """`place`: account, network, system."""
        account_id, network_id, system_id = place
        said = {"stream": scope.stream, "projects": list(scope.projects)}
        body = _where(account_id, network_id) | said | {"conditions": [asdict(it) for it in scope.conditions]}
        answer = await self._post(f"/systems/{system_id}/count", body, within=WITHIN_LONG)
        return Counted.model_validate(answer)

    async def networks(self, account_id: UUID) -> list[NetworkName]:
        answer = await self._ask("GET", "/networks", params={"account_id": str(account_id)})
        return TypeAdapter(list[NetworkName]).validate_python(answer["items"])

    async def remove(self, account_id: UUID, network_id: UUID, system_id: UUID) -> None:
        await self._ask("DELETE", f"/systems/{system_id}", params=_where(account_id, network_id))

    async def _post(self, path: str, body: Any, *, within: float = WITHIN) -> Any:
        return await self._ask("POST", path, json=body, within=within)

    async def _get(self, path: str, account_id: UUID, network_id: UUID, **more: str) -> Any:
        params = _where(account_id, network_id) | more
        return await self._ask("GET", path, params=params, within=WITHIN_LONG)

    async def _ask(self, method: str, path: str, *, within: float = WITHIN, **what: Any) -> Any:
        headers = {"Authorization": f"Bearer {self._token.get_secret_value()}"}
        url = f"{self._base_url}{PATH}{path}"
        try:
            answer = await self._http.request(method, url, headers=headers, timeout=within, **what)
        except httpx2.HTTPError as exc:
            message = "The registry does not answer; try again shortly"
            raise Unavailable(message, detail=type(exc).__name__) from None
        if answer.status_code >= 300:
            raise refusal_of(answer)
        return answer.json() if answer.content else None


def refusal_of(answer: httpx2.Response) -> Exception:
    """What the registry said no with, so that it can be said again."""
    status, told = answer.status_code, _problem(answer)
    title, code = str(told.get("title", "The registry refused this")), str(told.get("code", ""))
    faults = [
        FieldFault(str(it.get("pointer", "")), str(it.get("message", "")), it.get("fix"))
        for it in told.get("errors", ())
    ]
    if status == 429:
        wait = answer.headers.get("retry-after", "")
        return RateLimited(title, retry_after=float(wait) if wait.isdigit() else None)
    if status >= 500:
        return Unavailable("The registry is not ready; try again shortly", detail=str(status))
    if status == 422:
        return Invalid(title, *faults) if code == "invalid" else CheckFailed(code, title, *faults)
    kinds: dict[tuple[int, str], type[DomainError]] = {
        (404, "not_found"): NotFound,
        (409, "in_use"): InUse,
        (409, "ticket_expired"): TicketExpired,
    }
    kind = kinds.get((status, code), Conflict if status == 409 else None)
    detail = f"{status} {code}"
    return (
        ContractBroken("The registry refused a question of ours", detail=detail)
        if kind is None
        else kind(title)
    )


def _problem(answer: httpx2.Response) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _of(caller: Caller, network_id: UUID) -> dict[str, Any]:
    granted = None if caller.network_ids is None else sorted(str(it) for it in caller.network_ids)
    asker = {
        "id": str(caller.actor_id),
        "name": caller.name,
        "role": caller.role,
        "kind": caller.kind,
        "network_ids": granted,
    }
    return {"account_id": str(caller.account_id), "caller": asker, "network_id": str(network_id)}


def _where(account_id: UUID, network_id: UUID) -> dict[str, str]:
    return {"account_id": str(account_id), "network_id": str(network_id)}


def _quoted(name: str) -> str:
    """A record type's name may hold anything."""
    return quote(name, safe="")
