"""Every query about Drafts and published Versions."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, insert, select

from syncline_common.db.tx import ReadTx
from syncline_common.errors import NotFound
from syncline_connections.domain.connection import Connection
from syncline_connections.domain.draft import Draft, Version
from syncline_connections.store.tables import draft as drafts
from syncline_connections.store.tables import version as versions

COLUMNS = (
    versions.c.number,
    versions.c.document,
    versions.c.published_at,
    versions.c.published_by,
)


class DraftStore:
    """Of one connection, which the caller has been allowed to see."""

    def __init__(self, tx: ReadTx, connection: Connection) -> None:
        self._session, self._connection = tx.session, connection

    async def add(self, draft: Draft) -> None:
        self._session.add(draft)
        await self._session.flush()

    async def find(self, *, for_change: bool = False) -> Draft | None:
        of = drafts.c.account_id == self._connection.account_id
        query = select(Draft).where(of, drafts.c.connection_id == self._connection.id)
        found: Draft | None = await self._session.scalar(query.with_for_update() if for_change else query)
        return found

    async def get(self, *, for_change: bool = False) -> Draft:
        found = await self.find(for_change=for_change)
        if found is None:
            raise NotFound("This connection has no draft yet: it is still being built")
        return found

    async def publish(self, version: Version) -> None:
        key = {"account_id": self._connection.account_id, "connection_id": self._connection.id}
        row = {
            **key,
            "number": version.number,
            "document": version.document,
            "published_at": version.published_at,
            "published_by": version.published_by,
        }
        await self._session.execute(insert(versions), [row])

    async def version(self, number: int) -> Version:
        row = (await self._session.execute(self._mine().where(versions.c.number == number))).first()
        if row is None:
            raise NotFound("There is no such version")
        return Version(*row)

    async def listed(self, *, after: int | None, limit: int) -> Sequence[Version]:
        """Newest first."""
        query = self._mine().order_by(versions.c.number.desc()).limit(limit)
        query = query if after is None else query.where(versions.c.number < after)
        return [Version(*row) for row in await self._session.execute(query)]

    async def documents(self) -> list[dict[str, Any]]:
        """All that were ever published."""
        return [it.document for it in await self.listed(after=None, limit=100_000)]

    def _mine(self) -> Select[Any]:
        of = versions.c.account_id == self._connection.account_id
        return select(*COLUMNS).where(of, versions.c.connection_id == self._connection.id)
