"""What pages ask the connections service."""

from typing import Any
from uuid import UUID

from syncline_console.client.line import Call, Line
from syncline_console.client.views import Build, Connection, Draft, Version
from syncline_console.client.windows import Page, page_of

ROOT = "/connections/v1/connections"
EVERY = 500  # the longest page of a list


class Connections:
    def __init__(self, line: Line) -> None:
        self._line = line

    async def listed(
        self, network_id: UUID | None, state: str | None = None, cursor: str | None = None, limit: int = 50
    ) -> Page[Connection]:
        found = await self._line.get(ROOT, network_id=network_id, state=state, cursor=cursor, limit=limit)
        return page_of(found, Connection)

    async def everywhere(self) -> list[Connection]:
        """All that this person may see, in whichever network."""
        page = await self.listed(None, limit=EVERY)
        found = page.items
        while page.next_cursor is not None:
            page = await self.listed(None, cursor=page.next_cursor, limit=EVERY)
            found += page.items
        return found

    async def get(self, id: UUID) -> tuple[Connection, str | None]:
        answer = await self._line.send(Call("GET", f"{ROOT}/{id}"))
        return Connection.model_validate(answer.body), answer.etag

    async def create(self, facts: dict[str, Any], key: str) -> Connection:
        """The same key makes it once, however often it is sent."""
        return Connection.model_validate(await self._line.post(ROOT, facts, Idempotency_Key=key))

    async def change(self, id: UUID, etag: str | None, facts: dict[str, Any]) -> None:
        seen = {"If-Match": etag} if etag else {}
        await self._line.send(Call("PATCH", f"{ROOT}/{id}", facts, headers=seen))

    async def remove(self, id: UUID, *, with_systems: bool) -> None:
        params = {"remove_systems": "true"} if with_systems else {}
        await self._line.send(Call("DELETE", f"{ROOT}/{id}", params=params))

    async def build(self, id: UUID) -> Build:
        return Build.model_validate(await self._line.get(f"{ROOT}/{id}/build"))

    async def retry(self, id: UUID, tickets: dict[str, str]) -> None:
        await self._line.post(
            f"{ROOT}/{id}/build/retry", {side: {"ticket": it} for side, it in tickets.items()}
        )

    async def draft(self, id: UUID) -> Draft:
        answer = await self._line.send(Call("GET", f"{ROOT}/{id}/draft"))
        return Draft.model_validate({"etag": answer.etag, **answer.body})

    async def versions(self, id: UUID) -> list[Version]:
        return page_of(await self._line.get(f"{ROOT}/{id}/versions"), Version).items

    async def move(self, id: UUID, move: str) -> None:
        """publish, pause or resume."""
        await self._line.post(f"{ROOT}/{id}/{move}")
