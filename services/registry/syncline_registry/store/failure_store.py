"""Failed sign-ins, as far as they still count."""

from typing import Any

from sqlalchemy import case, delete, func, insert, or_, select

from syncline_common.db.tx import ReadTx
from syncline_registry.domain.failures import WINDOW, Failures
from syncline_registry.domain.person import email_key
from syncline_registry.store.tables import sign_in_failures as table


class FailureStore:
    def __init__(self, tx: ReadTx) -> None:
        self._tx = tx

    async def one_at_a_time(self, address: str) -> None:
        """Who tries from here waits for those before to be counted; SQLite has one writer anyway."""
        if self._tx.dialect == "postgresql":
            turn = func.pg_advisory_xact_lock(func.hashtext(f"sign-in from {address}"))
            await self._tx.session.execute(select(turn))

    async def note(self, email: str, address: str) -> None:
        row = {"email_key": email_key(email), "address": address, "at": await self._tx.now()}
        await self._tx.session.execute(insert(table).values(row))

    async def recent(self, email: str, address: str) -> Failures:
        its, here = table.c.email_key == email_key(email), table.c.address == address
        count = [
            func.sum(case((its & here, 1), else_=0)),
            func.sum(case((here, 1), else_=0)),
            func.sum(case((its & ~here, 1), else_=0)),
        ]
        fresh = table.c.at > await self._tx.now() - WINDOW
        query = select(*count).where(fresh, or_(its, here))
        row: Any = (await self._tx.session.execute(query)).one()
        both, from_address, elsewhere = row
        last = select(func.max(table.c.at)).where(fresh, its, here)
        return Failures(both or 0, await self._tx.session.scalar(last), from_address or 0, elsewhere or 0)

    async def forget(self, email: str, address: str) -> None:
        """The owner has come in from here."""
        its = (table.c.email_key == email_key(email)) & (table.c.address == address)
        await self._tx.session.execute(delete(table).where(its))
