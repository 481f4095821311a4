"""A service for the tests alone: things that take numbered steps, and a handler that notices a step out of order."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

from sqlalchemy import Column, Integer, MetaData, Table, Uuid, bindparam, insert, select, update

from syncline_common.bus.router import EventRouter, Received
from syncline_common.db.engine import open_database, open_engine
from syncline_common.db.tx import Database, Tx
from syncline_common.events.base import Event
from syncline_common.runtime.service import Service
from syncline_common.runtime.tables import common_tables
from syncline_common.settings import DatabaseSettings

metadata = MetaData()
common_tables(metadata)
things = Table(
    "things", metadata, Column("id", Uuid, primary_key=True), Column("steps", Integer, nullable=False)
)
router = EventRouter("steps")


class StepTaken(Event):
    """A thing took its n-th step."""

    topic, about = "steps.step.taken", "thing_id"

    thing_id: UUID
    number: int


@router.on_every((StepTaken,))
async def follow(received: Sequence[Received], tx: Tx) -> None:
    """The n-th step can be taken only after the one before it."""
    events = [StepTaken.from_cloud_event(it.body) for it in received]
    known = select(things.c.id, things.c.steps).where(things.c.id.in_({it.thing_id for it in events}))
    before = {row.id: row.steps for row in await tx.session.execute(known)}
    after = dict(before)
    for event in events:
        if after.get(event.thing_id, 0) != event.number - 1:
            raise ValueError(f"step {event.number} out of order")
        after[event.thing_id] = event.number
    rows = [{"thing": it, "number": number} for it, number in after.items()]
    moved = update(things).where(things.c.id == bindparam("thing")).values(steps=bindparam("number"))
    if new := [{"id": it, "steps": number} for it, number in after.items() if it not in before]:
        await tx.session.execute(insert(things), new)
    await (await tx.session.connection()).execute(moved, rows)


@asynccontextmanager
async def steps_database(settings: DatabaseSettings) -> AsyncIterator[Database]:
    """Beside the process whose tables they are; it has made them."""
    engine = open_engine(settings, "steps")
    try:
        yield open_database(engine, metadata)
    finally:
        await engine.dispose()


STEPS = Service(
    name="steps",
    title="Steps",
    description="Takes steps.",
    metadata=metadata,
    migrations=Path(__file__).parent / "migrations",
    events=router,
)
