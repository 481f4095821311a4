"""A service's audit log in a test: callers, rows, and hands that reach past the triggers."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, select, text

from syncline_common.audit.chain import Anchor
from syncline_common.audit.log import record
from syncline_common.audit.seal import seal_once
from syncline_common.audit.tables import audit
from syncline_common.audit.verify import Verdict, verify
from syncline_common.db.tx import Database, Tx
from syncline_common.ids import new_id
from syncline_common.schemas.caller import Caller

KEY = b"a key of the test"
ANCHOR = Anchor("connections", KEY)
ACCOUNT, OTHER = new_id(), new_id()
ADA = Caller(ACCOUNT, new_id(), "administrator", name="Ada")
BOB = Caller(OTHER, new_id(), "administrator", name="Bob")
TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger'"


async def note(tx: Tx, name: str = "x", caller: Caller = ADA) -> UUID | None:
    return await record(tx, caller, "thing.made", noun="thing", noun_id=name, after={"name": name})


async def add(db: Database, *names: str, caller: Caller = ADA) -> None:
    for name in names:
        async with db.begin() as tx:
            await note(tx, name, caller)


async def sealed(db: Database, *names: str, caller: Caller = ADA) -> None:
    await add(db, *names, caller=caller)
    await seal_once(db, ANCHOR)


@asynccontextmanager
async def meanwhile(db: Database, name: str) -> AsyncIterator[None]:
    """In another task's transaction, which commits at the end."""
    written, go_on = asyncio.Event(), asyncio.Event()

    async def write() -> None:
        async with db.begin() as tx:
            await note(tx, name)
            written.set()
            await go_on.wait()

    task = asyncio.create_task(write())
    await written.wait()
    yield
    go_on.set()
    await task


async def rows(db: Database, caller: Caller = ADA) -> Sequence[Any]:
    """In the order of the chain; last what is not sealed."""
    mine = select(audit).where(audit.c.account_id == caller.account_id)
    async with db.read() as tx:
        found = (await tx.session.execute(mine.order_by(audit.c.seq))).all()
    return sorted(found, key=lambda row: row.position or 10**6)


async def judged(db: Database, caller: Caller = ADA, batch: int = 500) -> Verdict:
    async with db.read() as tx:
        return await verify(tx, ANCHOR, caller.account_id, batch=batch)


async def faults(db: Database, caller: Caller = ADA) -> list[tuple[str, int | None]]:
    """The same, however large the batches are."""
    found = [(await judged(db, caller, batch)).faults for batch in (500, 1, 2)]
    assert found[0] == found[1] == found[2]
    return [(fault.what, fault.position) for fault in found[0]]


async def forge(
    db: Database, *statements: Executable, each: Sequence[Mapping[str, Any]] | None = None
) -> None:
    """As somebody who owns the tables: the triggers go first."""
    async with db.begin() as tx:
        await let_everything_pass(tx)
        connection = await tx.session.connection()
        for statement in statements:
            await connection.execute(statement, each)


async def let_everything_pass(tx: Tx) -> None:
    if tx.dialect == "postgresql":
        for table in ("audit", "audit_head"):
            await tx.session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        return
    for name in (await tx.session.scalars(text(TRIGGERS))).all():
        await tx.session.execute(text(f"DROP TRIGGER {name}"))
