"""Ten thousand events committed at once, then thirty thousand: all applied, in order, in the same memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from time import monotonic
from uuid import UUID

import psutil
from sqlalchemy import func, select

from chaos.place import Place, a_place
from chaos.processes import Victim, victims
from chaos.steps import StepTaken, steps_database, things
from chaos.verdict import Verdict, verdict_in
from syncline_common.db.tx import Database
from syncline_common.ids import new_id
from syncline_registry.actions.accounts import FIRST_ACCOUNT

FIRST, THEN = 10_000, 30_000
THINGS = 100
APPLIED_WITHIN = 240.0
MAY_GROW = 40 * 1024 * 1024


async def flood(mode: str, seed: int, first: int = FIRST, then: int = THEN) -> Verdict:
    ids = [new_id() for _ in range(THINGS)]
    with verdict_in() as (verdict, folder):
        async with a_place(mode, folder) as place, _flooded(place) as (victim, db):
            peaks, steps = [], 0
            for count in (first, then):
                verdict.faults[f"{count} at once"] += 1
                await _commit_at_once(db, Random(f"{seed} {count}"), ids, steps, steps + count // THINGS)
                steps += count // THINGS
                peaks.append(await _until_applied(db, victim, steps))
            verdict.broken += await failed(db)
            if await victim.stop() != 0 or verdict.broken:
                verdict.broken.append(f"the log of the process ends so:\n{victim.last_words}")
        verdict.events = steps * THINGS
        verdict.figures = {
            f"MiB at {n}": round(peak / 2**20, 1) for n, peak in zip((first, then), peaks, strict=True)
        }
        if 0 in peaks:
            verdict.broken.append(f"not applied within {APPLIED_WITHIN:.0f} s")
        if peaks[1] - peaks[0] > MAY_GROW:
            verdict.broken.append(f"memory grew: {verdict.figures}")
    return verdict


@asynccontextmanager
async def _flooded(place: Place) -> AsyncIterator[tuple[Victim, Database]]:
    """A process with the steps in it; and its database, into which this process writes beside it."""
    async with victims(place.folder) as them, steps_database(place.database) as db:
        victim = them.make("a", place.environment, life="with steps")
        await victim.start()
        await victim.until_serving()
        yield victim, db


async def _commit_at_once(db: Database, rng: Random, ids: list[UUID], done: int, until: int) -> None:
    """Each thing's steps in their order, the things in no order at all."""
    turns = [it for it in ids for _ in range(until - done)]
    rng.shuffle(turns)
    taken = dict.fromkeys(ids, done)
    events = []
    for it in turns:
        taken[it] += 1
        events.append(StepTaken(account_id=FIRST_ACCOUNT, network_id=it, thing_id=it, number=taken[it]))
    async with db.begin() as tx:
        await tx.publish(*events)


async def _until_applied(db: Database, victim: Victim, steps: int) -> int:
    """The largest memory that the process had meanwhile, in bytes; 0 if it did not come to an end."""
    process, deadline, peak = psutil.Process(victim.pid), monotonic() + APPLIED_WITHIN, 0
    while monotonic() < deadline and not victim.ended.is_set():
        peak = max(peak, process.memory_info().rss)
        async with db.read() as tx:
            slowest = await tx.session.scalar(select(func.min(things.c.steps)))
            there = await tx.session.scalar(select(func.count()).select_from(things))
        if there == THINGS and slowest == steps:
            return peak
        await asyncio.sleep(0.1)
    return 0


async def failed(db: Database) -> list[str]:
    """A step out of order would have failed at least once."""
    inbox, outbox = db.tables["inbox"], db.tables["outbox"]
    async with db.read() as tx:
        tried = await tx.session.scalar(select(func.count()).where(inbox.c.attempts > 0))
        undone = await tx.session.scalar(select(func.count()).where(inbox.c.done_at.is_(None)))
        stored = await tx.session.scalar(select(func.count()).select_from(inbox))
        sent = await tx.session.scalar(select(func.count()).where(outbox.c.sent_at.is_not(None)))
        errors = (await tx.session.scalars(select(inbox.c.error).where(inbox.c.attempts > 0).limit(3))).all()
    if (tried, undone, stored) == (0, 0, sent):
        return []
    return [f"{tried=} {undone=} {stored=} {sent=} {errors=}"]
