"""Seals audit rows into their account's chain. A loop does it: in the transactions of the changes, writers would queue."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import bindparam, func, select, update
from sqlalchemy.exc import IntegrityError

from syncline_common.audit.chain import GENESIS, RAW, Anchor, ChainBroken, digest
from syncline_common.audit.tables import audit, audit_head
from syncline_common.db.tx import Database, Tx

log = structlog.get_logger(__name__)
ACCOUNTS = 1000  # in one turn
UNSEALED = audit.c.position.is_(None) & audit.c.hash.is_(None)


async def seal_once(db: Database, anchor: Anchor, *, batch: int = 500) -> int:
    """Give the next rows of each account their places. How many.

    Two at once wait for each other at the account's head. A row that commits late is sealed late, after rows with
    larger numbers. A chain that does not hold is left alone, others go on; once they are done it is complained about.
    """
    sealed, broken = 0, None
    for account_id in await _waiting(db):
        try:
            async with db.begin() as tx:
                sealed += await _seal(tx, anchor, account_id, batch)
        except ChainBroken as exc:
            broken = exc
    if broken is not None and not sealed:
        raise broken
    return sealed


async def _waiting(db: Database) -> Sequence[UUID]:
    accounts = select(audit.c.account_id).where(UNSEALED).group_by(audit.c.account_id)
    async with db.read() as tx:
        return (await tx.session.scalars(accounts.order_by(func.min(audit.c.seq)).limit(ACCOUNTS))).all()


async def _seal(tx: Tx, anchor: Anchor, account_id: UUID, batch: int) -> int:
    """The head stays locked until the commit."""
    head = await _locked(tx, account_id) or await _begun(tx, anchor, account_id)
    if not anchor.holds(account_id, head.position, head.hash, head.anchor):
        raise ChainBroken("The head of an audit log was not signed by us", detail=f"account {account_id}")
    seals = _seals(await _unsealed(tx, account_id, batch), head.position, head.hash)
    if seals:
        await _put(tx, account_id, seals)
        position, hash_ = seals[-1]["position"], seals[-1]["hash"]
        signed = {"position": position, "hash": hash_, "anchor": anchor.sign(account_id, position, hash_)}
        mine = audit_head.c.account_id == account_id
        await tx.session.execute(update(audit_head).where(mine).values(signed))
    return len(seals)


async def _put(tx: Tx, account_id: UUID, seals: list[dict[str, Any]]) -> None:
    connection = await tx.session.connection()
    try:
        await connection.execute(update(audit).where(audit.c.seq == bindparam("this")), seals)
    except IntegrityError as exc:
        said = "A row that we did not seal is in the way"
        raise ChainBroken(said, detail=f"account {account_id}") from exc


async def _locked(tx: Tx, account_id: UUID) -> Any:
    head = select(audit_head).where(audit_head.c.account_id == account_id)
    return (await tx.session.execute(head.with_for_update())).one_or_none()


async def _begun(tx: Tx, anchor: Anchor, account_id: UUID) -> Any:
    """The line in the log output is outside of the database's reach: an account's chain begins once."""
    first = {"position": 0, "hash": GENESIS, "anchor": anchor.sign(account_id, 0, GENESIS)}
    row = {"account_id": account_id, **first}
    begun = tx.insert_new(audit_head).values(row).returning(audit_head.c.position)
    if (await tx.session.execute(begun)).first() is not None:
        sealed = (audit.c.account_id == account_id) & audit.c.position.is_not(None)
        if await tx.session.scalar(select(audit.c.seq).where(sealed).limit(1)) is not None:
            raise ChainBroken("The head of an audit log is gone", detail=f"account {account_id}")
        log.info("an audit log begins", account_id=str(account_id))
    return await _locked(tx, account_id)


async def _unsealed(tx: Tx, account_id: UUID, batch: int) -> Sequence[Any]:
    mine = select(*RAW).where(audit.c.account_id == account_id, UNSEALED)
    return (await tx.session.execute(mine.order_by(audit.c.seq).limit(batch))).mappings().all()


def _seals(rows: Sequence[Any], position: int, previous: str) -> list[dict[str, Any]]:
    seals = []
    for place, row in enumerate(rows, position + 1):
        hash_ = digest(row, place, previous)
        seals.append({"this": row["seq"], "position": place, "previous_hash": previous, "hash": hash_})
        previous = hash_
    return seals
