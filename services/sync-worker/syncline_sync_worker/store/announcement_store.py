"""Every query about Announcements, within one account by construction."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update

from syncline_common.db.tx import ReadTx, Tx
from syncline_sync_worker.domain.announcement import Announcement, Kept
from syncline_sync_worker.store.tables import announcement as table
from syncline_sync_worker.store.tables import announcement_head as head

PAGE = 200


class AnnouncementStore:
    def __init__(self, tx: ReadTx, account_id: UUID) -> None:
        self._session, self._account_id = tx.session, account_id

    async def append(self, tx: Tx, announcements: Sequence[Announcement]) -> None:
        """The head stays locked until the commit: whoever sees a position has seen all before it."""
        first = await self._advance(tx, len(announcements)) - len(announcements) + 1
        now = await tx.now()
        rows = [
            {
                "account_id": self._account_id,
                "position": position,
                "event_id": it.event_id,
                "network_id": it.network_id,
                "type": it.type,
                "body": it.body,
                "kept_at": now,
            }
            for position, it in enumerate(announcements, first)
        ]
        await self._session.execute(insert(table), rows)

    async def after(
        self, position: int, *, types: Collection[str], network_ids: Collection[UUID] | None
    ) -> Sequence[Any]:
        """The next ones. No types: all of them. No networks: every one of the account."""
        mine = (table.c.account_id == self._account_id) & (table.c.position > position)
        query = (
            select(table.c.position, table.c.event_id, table.c.type, table.c.body)
            .where(mine)
            .order_by(table.c.position)
        )
        if types:
            query = query.where(table.c.type.in_(types))
        if network_ids is not None:
            query = query.where(table.c.network_id.in_(network_ids))
        return (await self._session.execute(query.limit(PAGE))).all()

    async def kept(self) -> Kept:
        newest = await self._session.scalar(
            select(head.c.position).where(head.c.account_id == self._account_id)
        )
        oldest = await self._session.scalar(
            select(func.min(table.c.position)).where(table.c.account_id == self._account_id)
        )
        return Kept(oldest or (newest or 0) + 1, newest or 0)

    async def _advance(self, tx: Tx, by: int) -> int:
        await self._session.execute(tx.insert_new(head).values(account_id=self._account_id, position=0))
        mine = update(head).where(head.c.account_id == self._account_id)
        moved = await self._session.execute(
            mine.values(position=head.c.position + by).returning(head.c.position)
        )
        return int(moved.scalar_one())
