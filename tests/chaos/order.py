"""Two processes, of which one is killed or frozen again and again: each thing's events are still applied in order."""

import asyncio
import signal
from random import Random
from time import monotonic
from uuid import UUID

from sqlalchemy import select

from chaos.flood import failed
from chaos.fuse import Fuse
from chaos.history import FROZEN, KILLED, OUTSIDE, freeze
from chaos.place import a_place
from chaos.processes import Victim, victims
from chaos.steps import StepTaken, steps_database, things
from chaos.verdict import Verdict, verdict_in
from syncline_common.db.tx import Database
from syncline_common.ids import new_id
from syncline_registry.actions.accounts import FIRST_ACCOUNT

THINGS = 5
AT_MOST_AT_ONCE = 40
FREEZING_POINTS = ("committed", "sent", "stored", "handled:steps", "handled:steps")
APPLIED_WITHIN = 60.0


class Walk:
    """Things that take their steps, a few in a transaction, until told to stop."""

    def __init__(self, db: Database, rng: Random) -> None:
        self._db, self._rng, self.stopping = db, rng, asyncio.Event()
        self.steps = {new_id(): 0 for _ in range(THINGS)}

    async def run(self) -> None:
        while not self.stopping.is_set():
            events = [self._next() for _ in range(self._rng.randint(1, AT_MOST_AT_ONCE))]
            async with self._db.begin() as tx:
                await tx.publish(*events)
            await asyncio.sleep(self._rng.uniform(0, 0.1))

    def _next(self) -> StepTaken:
        thing = self._rng.choice(list(self.steps))
        self.steps[thing] += 1
        number = self.steps[thing]
        return StepTaken(account_id=FIRST_ACCOUNT, network_id=thing, thing_id=thing, number=number)


async def order_history(seed: int) -> Verdict:
    rng = Random(f"order {seed}")
    with verdict_in() as (verdict, folder):
        async with (
            a_place("two", folder) as place,
            victims(folder) as them,
            steps_database(place.database) as db,
        ):
            members = [them.make(name, place.environment, life="with steps") for name in "ab"]
            for member in members:
                await member.start()
                await member.until_serving()
            walk = Walk(db, rng)
            walking = asyncio.create_task(walk.run())
            for serial in range(rng.randint(3, 5)):
                await asyncio.sleep(rng.uniform(0.5, 2))
                kind = rng.choice((OUTSIDE, FROZEN, FROZEN))
                verdict.faults[kind] += 1
                if kind == FROZEN:
                    point = rng.choice(FREEZING_POINTS)
                    verdict.broken += await freeze(members, Fuse(folder), point, serial, rng)
                else:
                    verdict.broken += await _kill(rng.choice(members))
            walk.stopping.set()
            await walking
            verdict.broken += await _applied(db, walk.steps)
            verdict.broken += await failed(db)
            verdict.events = sum(walk.steps.values())
    return verdict


async def _kill(victim: Victim) -> list[str]:
    victim.signal(signal.SIGKILL)
    await victim.ended.wait()
    code = victim.code
    await victim.start()
    return [] if code == KILLED else [f"{victim.name} ended with {code}"]


async def _applied(db: Database, wanted: dict[UUID, int]) -> list[str]:
    deadline = monotonic() + APPLIED_WITHIN
    there: dict[UUID, int] = {}
    while there != wanted:
        if monotonic() > deadline:
            return [
                f"applied {sum(there.values())} of {sum(wanted.values())} steps in {APPLIED_WITHIN:.0f} s"
            ]
        await asyncio.sleep(0.1)
        async with db.read() as tx:
            there = {row.id: row.steps for row in await tx.session.execute(select(things))}
    return []
