"""Webhooks at the door: those that come while a transaction is under way are stored together by the next one."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from syncline_common.db.tx import Database
from syncline_common.errors import TooManyRequests
from syncline_sync_worker.actions.hooks import Arrival, keep

Answers = Sequence[int | TooManyRequests]
TOGETHER = 100  # so that no transaction grows long


@dataclass(slots=True)
class _Group:
    arrivals: list[Arrival] = field(default_factory=list)
    stored: asyncio.Task[Answers] | None = None


class Arrivals:
    """Of one process."""

    def __init__(self, db: Database) -> None:
        self._db, self._turn = db, asyncio.Lock()
        self._open: _Group | None = None

    async def keep(self, arrival: Arrival) -> int:
        """How many connections it is for, once it is stored. Who goes away meanwhile takes nobody along."""
        group = self._open
        if group is None or len(group.arrivals) >= TOGETHER:
            self._open = group = _Group()
            group.stored = asyncio.create_task(self._store(group))
        place = len(group.arrivals)
        group.arrivals.append(arrival)
        assert group.stored is not None
        answer = (await asyncio.shield(group.stored))[place]
        if isinstance(answer, TooManyRequests):
            raise answer
        return answer

    async def _store(self, group: _Group) -> Answers:
        async with self._turn:
            if self._open is group:
                self._open = None  # whoever comes from now on belongs to the next
            async with self._db.begin() as tx:
                return await keep(tx, group.arrivals)
