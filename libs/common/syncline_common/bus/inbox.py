"""The way in: received events are stored and acknowledged, then applied here, with effects exactly once."""

import asyncio
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from syncline_common.bus.router import EventRouter, Received
from syncline_common.bus.transport import Message
from syncline_common.db.tx import Database, Tx
from syncline_common.errors import SynclineError

MAX_ATTEMPTS = 10
HANDLE_WITHIN = 20.0  # seconds; a handler that hangs is a handler that fails


class TookTooLong(SynclineError):
    """Not a TimeoutError: those are the database's (db.tx says so plainly)."""


async def store_in_inbox(db: Database, messages: Sequence[Message]) -> None:
    """All that a message handler does. A second delivery finds the first and changes nothing."""
    inbox = db.tables["inbox"]
    async with db.begin() as tx:
        now = await tx.now()
        times = {"received_at": now, "due_at": now, "attempts": 0}
        rows = [
            {
                "event_id": it.id,
                "routing_key": it.routing_key,
                "body": it.body,
                "account_id": _account(it),
                **times,
            }
            for it in messages
        ]
        await tx.session.execute(tx.insert_new(inbox), rows)
        tx.ring("inbox")


async def newest_in_inbox(db: Database) -> datetime | None:
    inbox = db.tables["inbox"]
    async with db.read() as tx:
        newest: datetime | None = await tx.session.scalar(select(func.max(inbox.c.received_at)))
        return newest


async def apply_inbox_once(
    db: Database, router: EventRouter, *, batch: int = 100, within: float = HANDLE_WITHIN
) -> int:
    """Apply the next due events in the transaction of their effects. How many were tried.

    Many at once; if one of them fails, all are undone and each is applied alone, so that it fails alone.
    """
    rows: Sequence[Any] = ()
    try:
        async with db.begin() as tx:
            rows = await _next_due(db, tx, batch)
            await _apply(db, router, tx, rows, within)
    except Exception as exc:
        if not rows:
            raise
        if len(rows) == 1:
            await _note_failure(db, rows[0], exc, park=rows[0].routing_key not in router.routing_keys)
        else:
            for _ in rows:
                await apply_inbox_once(db, router, batch=1, within=within)
    return len(rows)


async def _apply(db: Database, router: EventRouter, tx: Tx, rows: Sequence[Any], within: float) -> None:
    if not rows:
        return
    try:
        async with asyncio.timeout(within) as limit:
            await router.handle([Received(row.event_id, row.routing_key, row.body) for row in rows], tx)
    except TimeoutError:
        if limit.expired():
            raise TookTooLong(f"Not done within {within:g} seconds") from None
        raise
    inbox = db.tables["inbox"]
    done = update(inbox).where(inbox.c.seq.in_([row.seq for row in rows]))
    await tx.session.execute(done.values(done_at=await tx.now(), error=None))


async def _next_due(db: Database, tx: Tx, batch: int) -> Sequence[Any]:
    """Locked until their effects commit, so two processes never apply one event; nor does one of them apply a later
    one first: it waits. What failed before comes alone."""
    inbox = db.tables["inbox"]
    waiting = inbox.c.done_at.is_(None) & inbox.c.parked_at.is_(None)
    columns = (inbox.c.seq, inbox.c.event_id, inbox.c.routing_key, inbox.c.body, inbox.c.attempts)
    due = select(*columns).where(waiting, inbox.c.due_at <= await tx.now())
    first = due.order_by(inbox.c.due_at, inbox.c.seq).limit(batch).with_for_update()
    rows = (await tx.session.execute(first)).all()
    return list(takewhile(lambda row: row.attempts == 0, rows)) or rows[:1]


async def _note_failure(db: Database, row: Any, exc: Exception, *, park: bool) -> None:
    """In a transaction of its own: if the database is what failed, this fails as well and nothing is counted."""
    inbox = db.tables["inbox"]
    attempts = row.attempts + 1
    async with db.begin() as tx:
        now = await tx.now()
        facts: dict[str, Any] = {"attempts": attempts, "error": explain(exc), "due_at": later(now, attempts)}
        if park or attempts >= MAX_ATTEMPTS:
            facts["parked_at"] = now
        await tx.session.execute(
            update(inbox).where(inbox.c.seq == row.seq, inbox.c.done_at.is_(None)).values(facts)
        )


def later(now: datetime, attempts: int) -> datetime:
    """2, 4, 8 ... seconds, at most 5 minutes."""
    return now + timedelta(seconds=min(2**attempts, 300))


def explain(exc: Exception) -> str:
    """Only our own messages are known to hold no secret."""
    name = type(exc).__name__
    return f"{name}: {exc.message}"[:400] if isinstance(exc, SynclineError) else name


def _account(message: Message) -> UUID | None:
    """Whose event it is, if it is one of ours. Anything may have been sent to us, and must not stop the others."""
    try:
        return UUID(str(json.loads(message.body)["accountid"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
