"""Leases: of all the processes of a service, one does a thing, and another takes over when it dies.

A lease keeps order; it is never what keeps effects from happening twice. That is done by row locks and unique keys,
so a process that was frozen beyond its lease and comes back can do no harm.
"""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Column, MetaData, String, Table, case, or_, update

from syncline_common.db.tx import Database
from syncline_common.db.types import BigKey, UtcDateTime


def lease_table(metadata: MetaData) -> Table:
    return Table(
        "lease",
        metadata,
        Column("name", String(60), primary_key=True),
        Column("owner", String(120), nullable=False),
        Column("epoch", BigKey, nullable=False),  # counts the owners
        Column("until", UtcDateTime, nullable=False),
    )


class Lease:
    """Held from turn to turn; written only when half of it is over."""

    def __init__(
        self, db: Database, name: str, *, owner: str, seconds: float, elapsed: Callable[[], float]
    ) -> None:
        self._db, self._name, self._owner = db, name, owner
        self._seconds, self._elapsed = seconds, elapsed
        self._sure_until = float("-inf")

    async def held(self) -> bool:
        if self._db.one_process or self._elapsed() < self._sure_until:
            return True
        asked = self._elapsed()
        mine = await self._take()
        self._sure_until = asked + self._seconds / 2 if mine else float("-inf")
        return mine

    async def give_back(self) -> None:
        if self._sure_until == float("-inf"):
            return
        self._sure_until = float("-inf")
        lease = self._db.tables["lease"]
        mine = (lease.c.name == self._name) & (lease.c.owner == self._owner)
        async with self._db.begin() as tx:
            await tx.session.execute(update(lease).where(mine).values(until=await tx.now()))

    async def _take(self) -> bool:
        lease = self._db.tables["lease"]
        async with self._db.begin() as tx:
            now = await tx.now()
            until = now + timedelta(seconds=self._seconds)
            free = or_(lease.c.owner == self._owner, lease.c.until <= now)
            epoch = lease.c.epoch + case((lease.c.owner == self._owner, 0), else_=1)
            take = update(lease).where(lease.c.name == self._name, free)
            got = await tx.session.execute(
                take.values(owner=self._owner, until=until, epoch=epoch).returning(lease.c.name)
            )
            if got.first() is not None:
                return True
            row = {"name": self._name, "owner": self._owner, "epoch": 1, "until": until}
            first = await tx.session.execute(tx.insert_new(lease).values(row).returning(lease.c.name))
            return first.first() is not None
