"""Links as people ask for them, within one account by construction."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, select

from syncline_common.db.tx import ReadTx
from syncline_common.errors import NotFound
from syncline_common.schemas.caller import Caller
from syncline_sync_worker.domain.link import Link
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.store.link_store import as_link
from syncline_sync_worker.store.tables import link as table
from syncline_sync_worker.store.tables import task


@dataclass(frozen=True, slots=True)
class OwnedLink:
    connection: ConnectionRef
    link: Link

    @property
    def id(self) -> UUID:
        return self.link.id


class LinkReads:
    """Whose network may be entered: a link's is its connection's."""

    def __init__(self, tx: ReadTx, caller: Caller) -> None:
        self._session, self._caller = tx.session, caller

    async def get(self, link_id: UUID) -> OwnedLink:
        row = (await self._session.execute(self._mine().where(table.c.id == link_id))).one_or_none()
        if row is None:
            raise NotFound("There is no such link")
        return _owned(row)

    async def listed(
        self,
        *,
        connection_id: UUID | None,
        a_id: str | None,
        b_id: str | None,
        after: UUID | None,
        limit: int,
    ) -> Sequence[OwnedLink]:
        query = self._mine().order_by(table.c.id).limit(limit)
        for name, value in (("connection_id", connection_id), ("a_id", a_id), ("b_id", b_id)):
            if value is not None:
                query = query.where(table.c[name] == value)
        if after is not None:
            query = query.where(table.c.id > after)
        return [_owned(row) for row in await self._session.execute(query)]

    def _mine(self) -> Select[Any]:
        same = and_(task.c.connection_id == table.c.connection_id, task.c.account_id == table.c.account_id)
        query = select(table).join(task, same).where(table.c.account_id == self._caller.account_id)
        granted = self._caller.network_ids
        return query if granted is None else query.where(task.c.network_id.in_(granted))


def _owned(row: Any) -> OwnedLink:
    return OwnedLink(ConnectionRef(row.account_id, row.connection_id), as_link(row))
