"""Every query about Hooks: stored before they are acknowledged, taken in the transaction of what they become."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update

from syncline_common.db.tx import Tx
from syncline_sync_worker.domain.hook import Hook
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.store.tables import hook as table

PUT = insert(table)


class HookStore:
    def __init__(self, tx: Tx) -> None:
        self._tx, self._session = tx, tx.session

    async def put(self, *hooks: tuple[ConnectionRef, Hook]) -> None:
        rows = [
            {
                "account_id": connection.account_id,
                "connection_id": connection.id,
                "id": hook.id,
                "token_hash": hook.token_hash,
                "headers": dict(hook.headers),
                "body": hook.body,
                "received_at": hook.received_at,
                "due_at": hook.received_at,
                "attempts": 0,
            }
            for connection, hook in hooks
        ]
        if rows:
            await self._session.execute(PUT, rows)
            self._tx.ring("hook")

    async def waiting(self, connection: ConnectionRef) -> int:
        """For the cap per token."""
        query = select(func.count()).where(table.c.connection_id == connection.id)
        return await self._session.scalar(query) or 0

    async def take(self, limit: int) -> Sequence[tuple[ConnectionRef, Hook]]:
        """Oldest first; gone with this transaction's commit, back if it fails."""
        due = select(table.c.id).where(table.c.due_at <= await self._tx.now()).order_by(table.c.due_at)
        picked = due.limit(limit).with_for_update(skip_locked=True).cte("picked")
        taken = delete(table).where(table.c.id.in_(select(picked.c.id))).returning(table)
        rows = sorted((await self._session.execute(taken)).all(), key=lambda row: (row.due_at, row.id))
        return [(ConnectionRef(row.account_id, row.connection_id), _hook(row)) for row in rows]

    async def failed(self, hook: Hook) -> None:
        """In a transaction of its own, after that of `take` failed: it goes behind the others."""
        due = await self._tx.now() + timedelta(seconds=min(2.0 ** (hook.attempts + 1), 300))
        this = update(table).where(table.c.id == hook.id)
        await self._session.execute(this.values(attempts=hook.attempts + 1, due_at=due))


def _hook(row: Row[Any]) -> Hook:
    return Hook(row.id, row.token_hash, row.headers, row.body, row.received_at, row.attempts)
