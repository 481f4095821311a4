"""Moves committed events from a service's outbox to the broker, at least once and in order."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update

from syncline_common.bus.transport import Message, Transport
from syncline_common.db.tx import Database
from syncline_common.errors import Unavailable


async def relay_once(db: Database, transport: Transport, *, batch: int = 200) -> int:
    """Send the oldest waiting events and mark those that are safe. No transaction is open meanwhile.

    One relay of a service runs at a time (by a lease), which keeps the order; a crash after a send, or a second relay
    for a moment, repeats events (the inbox absorbs that) and never loses one.
    """
    waiting = await _oldest(db, batch)
    if not waiting:
        return 0
    seqs = {row.event_id: row.seq for row in waiting}
    safe = await transport.send([Message(row.event_id, row.routing_key, row.body) for row in waiting])
    await _mark_sent(db, [seqs[message.id] for message in safe])
    if len(safe) < len(waiting):
        raise Unavailable("The broker did not take every event")  # the supervisor backs off
    return len(safe)


async def _oldest(db: Database, batch: int) -> Sequence[Any]:
    outbox = db.tables["outbox"]
    columns = (outbox.c.seq, outbox.c.event_id, outbox.c.routing_key, outbox.c.body)
    oldest = select(*columns).where(outbox.c.sent_at.is_(None)).order_by(outbox.c.seq).limit(batch)
    async with db.read() as tx:
        return (await tx.session.execute(oldest)).all()


async def _mark_sent(db: Database, seqs: Sequence[int]) -> None:
    outbox = db.tables["outbox"]
    async with db.begin() as tx:
        sent = update(outbox).where(outbox.c.seq.in_(seqs))
        await tx.session.execute(sent.values(sent_at=await tx.now()))
