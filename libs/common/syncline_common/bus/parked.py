"""Events that could not be applied: seen by people, and tried again when what was wrong is mended."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from syncline_common.db.tx import ReadTx, Tx
from syncline_common.errors import NotFound


class ParkedEvents:
    """An account's. Everybody's, with SQL:

    `UPDATE inbox SET parked_at = NULL, attempts = 0, due_at = received_at WHERE parked_at IS NOT NULL`
    """

    def __init__(self, tx: ReadTx, inbox: Any, account_id: UUID) -> None:
        self._session, self._inbox = tx.session, inbox
        self._mine = inbox.c.parked_at.is_not(None) & (inbox.c.account_id == account_id)

    async def listed(self, *, after: UUID | None, limit: int) -> Sequence[Any]:
        columns = (
            self._inbox.c.event_id.label("id"),
            self._inbox.c.routing_key.label("type"),
            self._inbox.c.attempts,
            self._inbox.c.error,
            self._inbox.c.received_at,
            self._inbox.c.parked_at,
        )
        query = select(*columns).where(self._mine).order_by(self._inbox.c.event_id).limit(limit)
        if after is not None:
            query = query.where(self._inbox.c.event_id > after)
        return (await self._session.execute(query)).all()

    async def replay(self, tx: Tx, event_id: UUID | None = None) -> int:
        """One, or all of them; they are applied as if they had just come."""
        due = {"parked_at": None, "attempts": 0, "due_at": await tx.now()}
        which = self._mine if event_id is None else self._mine & (self._inbox.c.event_id == event_id)
        again = update(self._inbox).where(which).values(due).returning(self._inbox.c.seq)
        count = len((await self._session.execute(again)).all())
        if event_id is not None and not count:
            raise NotFound("There is no such parked event")
        tx.ring("inbox")
        return count
