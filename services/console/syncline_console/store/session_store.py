"""Every query about sessions of the console. What is in one opens only with what its browser has."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, or_, select, update

from syncline_common.db.tx import ReadTx, Tx
from syncline_console.store.tables import sessions


@dataclass(frozen=True, slots=True)
class Kept:
    """A session as it is kept."""

    sealed: bytes
    fresh_until: datetime
    refreshing_until: datetime | None


class SessionStore:
    def __init__(self, tx: ReadTx, id: str) -> None:
        self._tx, self._id = tx, id

    async def get(self) -> Kept | None:
        columns = (sessions.c.sealed, sessions.c.fresh_until, sessions.c.refreshing_until)
        row = (await self._tx.session.execute(select(*columns).where(sessions.c.id == self._id))).first()
        return None if row is None else Kept(*row)

    async def add(self, sealed: bytes, fresh_until: datetime) -> None:
        row = {"sealed": sealed, "fresh_until": fresh_until, "used_at": await self._tx.now()}
        await self._tx.session.execute(insert(sessions).values(id=self._id, **row))

    async def claim(self, seen: Kept, within: timedelta) -> bool:
        """True for one of all who saw it stale: the others wait for what that one brings."""
        now = await self._tx.now()
        free = or_(sessions.c.refreshing_until.is_(None), sessions.c.refreshing_until <= now)
        same = sessions.c.fresh_until == seen.fresh_until
        claim = update(sessions).where(sessions.c.id == self._id, same, free)
        got = await self._tx.session.execute(
            claim.values(refreshing_until=now + within).returning(sessions.c.id)
        )
        return got.first() is not None

    async def renew(self, sealed: bytes, fresh_until: datetime) -> None:
        renewed = {"sealed": sealed, "fresh_until": fresh_until, "refreshing_until": None}
        mine = update(sessions).where(sessions.c.id == self._id)
        await self._tx.session.execute(mine.values(used_at=await self._tx.now(), **renewed))

    async def give_back(self) -> None:
        mine = update(sessions).where(sessions.c.id == self._id)
        await self._tx.session.execute(mine.values(refreshing_until=None))

    async def remove(self, tx: Tx) -> None:
        await tx.session.execute(delete(sessions).where(sessions.c.id == self._id))
