"""Every query about Tickets and sign-ins at a vendor's page: what stands for a credential for half an hour."""

from typing import TypeVar
from uuid import UUID

from sqlalchemy import delete, select

from syncline_common.db.tx import ReadTx, Tx
from syncline_common.errors import TicketExpired
from syncline_registry.domain.ticket import SignIn, Ticket
from syncline_registry.store.tables import secret, sign_ins, tickets

OVER = "This ticket is over, was used, or is not yours; check the credential again"
AT_ONCE = 500
Bound = TypeVar("Bound", Ticket, SignIn)


class TicketStore:
    """Within one account."""

    def __init__(self, tx: ReadTx, account_id: UUID) -> None:
        self._tx, self._session, self._account_id = tx, tx.session, account_id

    async def add(self, it: Ticket | SignIn) -> None:
        self._session.add(it)
        await self._session.flush()

    async def find(self, hash: str, *, for_change: bool = False) -> Ticket | None:
        mine = select(Ticket).where(tickets.c.account_id == self._account_id, tickets.c.hash == hash)
        found: Ticket | None = await self._session.scalar(mine.with_for_update() if for_change else mine)
        return found

    async def require(self, hash: str, caller_id: UUID, network_id: UUID, url: str) -> Ticket:
        """Whatever does not fit, the answer is the same. Locked, if this transaction can write."""
        found = await self.find(hash, for_change=isinstance(self._tx, Tx))
        if found is None or not found.is_good_for(caller_id, network_id, url, await self._tx.now()):
            raise TicketExpired(OVER)
        return found

    async def remove(self, it: Ticket | SignIn) -> None:
        await self._session.delete(it)
        await self._session.flush()


async def sign_in_with(tx: ReadTx, hash: str) -> SignIn | None:
    """Of any account: who comes back from a vendor brings the state and nothing else. Locked."""
    query = select(SignIn).where(sign_ins.c.hash == hash).with_for_update()
    found: SignIn | None = await tx.session.scalar(query)
    return found


async def purge(tx: ReadTx) -> int:
    """What is over, with its secrets. How many there were."""
    gone = 0
    for table, owner in ((tickets, "ticket"), (sign_ins, "sign_in")):
        over = select(table.c.account_id, table.c.id).where(table.c.expires_at <= await tx.now())
        rows = (await tx.session.execute(over.limit(AT_ONCE).with_for_update(skip_locked=True))).all()
        for account_id, id in rows:
            its = (secret.c.account_id == account_id, secret.c.owner == owner, secret.c.owner_id == id)
            await tx.session.execute(delete(secret).where(*its))
            await tx.session.execute(delete(table).where(table.c.account_id == account_id, table.c.id == id))
        gone += len(rows)
    return gone
