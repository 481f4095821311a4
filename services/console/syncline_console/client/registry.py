"""What pages ask the registry."""

from typing import Any
from uuid import UUID

from syncline_console.client.line import Answer, Call, Line, Lines
from syncline_console.client.views import (
    ApiKey,
    Check,
    Kind,
    Lookup,
    Me,
    Network,
    Person,
    Stream,
    System,
    Tokens,
    VendorPage,
    WebhookRule,
)
from syncline_console.client.windows import Page, page_of

ROOT = "/registry/v1"
EVERY = 500  # the longest page of a list


async def sign_in(lines: Lines, email: str, password: str, address: str) -> Tokens:
    """The registry slows down strangers by their address, so it is told whose this is."""
    body, forwarded = {"email": email, "password": password}, {"X-Forwarded-For": address}
    answer = await lines.send(Call("POST", f"{ROOT}/tokens", body, headers=forwarded))
    return Tokens.model_validate(answer.body)


async def refresh(lines: Lines, refresh_token: str) -> Tokens:
    answer = await lines.send(Call("POST", f"{ROOT}/tokens", {"refresh_token": refresh_token}))
    return Tokens.model_validate(answer.body)


async def sign_out(lines: Lines, refresh_token: str) -> None:
    await lines.send(Call("POST", f"{ROOT}/tokens/revoke", {"refresh_token": refresh_token}))


async def me(lines: Lines, access_token: str) -> Me:
    bearer = {"Authorization": f"Bearer {access_token}"}
    return Me.model_validate((await lines.send(Call("GET", f"{ROOT}/me", headers=bearer))).body)


class Registry:
    def __init__(self, line: Line) -> None:
        self._line = line

    async def networks(self, cursor: str | None = None, limit: int = 50) -> Page[Network]:
        found = await self._line.get(f"{ROOT}/networks", cursor=cursor, limit=limit)
        return page_of(found, Network)

    async def network(self, id: UUID) -> tuple[Network, str | None]:
        """With its version."""
        answer = await self._line.send(Call("GET", f"{ROOT}/networks/{id}"))
        return Network.model_validate(answer.body), answer.etag

    async def create_network(self, name: str, description: str) -> Network:
        body = {"name": name, "description": description}
        return Network.model_validate(await self._line.post(f"{ROOT}/networks", body))

    async def change_network(self, id: UUID, etag: str | None, facts: dict[str, Any]) -> Answer:
        return await self._change(f"{ROOT}/networks/{id}", etag, facts)

    async def remove_network(self, id: UUID) -> None:
        await self._line.send(Call("DELETE", f"{ROOT}/networks/{id}"))

    async def people(self, cursor: str | None = None) -> Page[Person]:
        return page_of(await self._line.get(f"{ROOT}/people", cursor=cursor), Person)

    async def person(self, id: UUID) -> tuple[Person, str | None]:
        answer = await self._line.send(Call("GET", f"{ROOT}/people/{id}"))
        return Person.model_validate(answer.body), answer.etag

    async def create_person(self, facts: dict[str, Any]) -> Person:
        return Person.model_validate(await self._line.post(f"{ROOT}/people", facts))

    async def change_person(self, id: UUID, etag: str | None, facts: dict[str, Any]) -> Answer:
        return await self._change(f"{ROOT}/people/{id}", etag, facts)

    async def remove_person(self, id: UUID) -> None:
        await self._line.send(Call("DELETE", f"{ROOT}/people/{id}"))

    async def api_keys(self, cursor: str | None = None) -> Page[ApiKey]:
        return page_of(await self._line.get(f"{ROOT}/api-keys", cursor=cursor), ApiKey)

    async def create_api_key(self, facts: dict[str, Any]) -> tuple[ApiKey, str]:
        """And the key itself, which nobody can ask for again."""
        made = await self._line.post(f"{ROOT}/api-keys", facts)
        return ApiKey.model_validate(made), str(made["key"])

    async def revoke_api_key(self, id: UUID) -> None:
        await self._line.send(Call("DELETE", f"{ROOT}/api-keys/{id}"))

    async def kinds(self) -> dict[str, Kind]:
        found = page_of(await self._line.get(f"{ROOT}/kinds"), Kind).items
        return {it.kind: it for it in found}

    async def lookup(self, network_id: UUID, url: str, kind: str | None) -> Lookup:
        body = {"network_id": str(network_id), "url": url, **({"kind": kind} if kind else {})}
        return Lookup.model_validate(await self._line.post(f"{ROOT}/lookup", body))

    async def check_auth(self, network_id: UUID, url: str, kind: str | None, auth: dict[str, str]) -> Check:
        body = {"network_id": str(network_id), "url": url, "auth": auth}
        body |= {"kind": kind} if kind else {}
        return Check.model_validate(await self._line.post(f"{ROOT}/check-auth", body))

    async def start_sign_in(
        self, network_id: UUID, url: str, kind: str | None, auth: dict[str, str], return_to: str
    ) -> VendorPage:
        """At the vendor's own page; the way back is a page of ours."""
        body = {"network_id": str(network_id), "url": url, "auth": auth, "return_to": return_to}
        body |= {"kind": kind} if kind else {}
        return VendorPage.model_validate(await self._line.post(f"{ROOT}/oauth/start", body))

    async def systems(self, network_id: UUID, cursor: str | None = None, limit: int = 50) -> Page[System]:
        found = await self._line.get(f"{ROOT}/systems", network_id=network_id, cursor=cursor, limit=limit)
        return page_of(found, System)

    async def system(self, id: UUID) -> tuple[System, str | None]:
        answer = await self._line.send(Call("GET", f"{ROOT}/systems/{id}"))
        return System.model_validate(answer.body), answer.etag

    async def import_system(self, facts: dict[str, Any], key: str) -> System:
        made = await self._line.post(f"{ROOT}/systems", facts, Idempotency_Key=key)
        return System.model_validate(made)

    async def streams(self, id: UUID, network_id: UUID) -> list[Stream]:
        found = await self._line.get(f"{ROOT}/systems/{id}/streams", network_id=network_id)
        return [Stream.model_validate(it) for it in found["items"]]

    async def webhook_rules(self, id: UUID, network_id: UUID, streams: list[str]) -> list[WebhookRule]:
        body = {"network_id": str(network_id), "streams": streams}
        found = await self._line.post(f"{ROOT}/systems/{id}/webhook-rules", body)
        return [WebhookRule.model_validate(it) for it in found["items"]]

    async def change_system(self, id: UUID, etag: str | None, facts: dict[str, Any]) -> Answer:
        return await self._change(f"{ROOT}/systems/{id}", etag, facts)

    async def remove_system(self, id: UUID, network_id: UUID) -> None:
        await self._line.send(Call("DELETE", f"{ROOT}/systems/{id}", params={"network_id": str(network_id)}))

    async def renew_credential(self, id: UUID, network_id: UUID, ticket: str) -> None:
        body = {"network_id": str(network_id), "ticket": ticket}
        await self._line.send(Call("PUT", f"{ROOT}/systems/{id}/credential", body))

    async def _change(self, path: str, etag: str | None, facts: dict[str, Any]) -> Answer:
        seen = {"If-Match": etag} if etag else {}
        return await self._line.send(Call("PATCH", path, facts, headers=seen))
