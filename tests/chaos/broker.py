"""The broker goes away, loses a queue, is flooded: nothing is lost, and nobody is turned away."""

import asyncio
from collections import Counter
from functools import partial
from random import Random
from time import monotonic

import aio_pika
from aio_pika.exceptions import ChannelNotFoundEntity
from pydantic import SecretStr

from backing.private_rabbit import NEW_QUEUE_SETTLES_SECONDS, private_rabbit
from chaos.company import Company, company
from chaos.flood import flood
from chaos.place import EMBEDDED, Place, a_place
from chaos.verdict import Scenario, Verdict, verdict_in
from conftest import RABBIT, database_of
from syncline_common.settings import BusSettings

MODE = "scale-out"
REBUILT_WITHIN = 60.0
LONG_OUTAGE = 60.0


async def outage(seed: int, *, how: str = "", seconds: float = LONG_OUTAGE) -> Verdict:
    """Stopped in order or killed, while networks are made: all are accepted meanwhile and announced afterwards."""
    rng = Random(f"outage {seed}")
    how = how or rng.choice(("stop", "kill"))
    with verdict_in() as (verdict, folder):
        async with private_rabbit(folder / "rabbit") as node, database_of("postgres", folder) as database:
            place = Place(
                folder, database, BusSettings(bus_url=SecretStr(node.url), bus_namespace="syncline")
            )
            async with company(place, MODE, str(seed), pause=0.2) as everybody:
                verdict.broken += await everybody.flowing()
                await asyncio.sleep(NEW_QUEUE_SETTLES_SECONDS + rng.uniform(0, 1))
                verdict.faults[how] += 1
                await (node.stop() if how == "stop" else node.kill())
                verdict.broken += await _nobody_is_turned_away(everybody, seconds)
                await node.start()
                back = monotonic()
                verdict.broken += await everybody.settle()
                verdict.figures["drained after seconds"] = round(monotonic() - back, 1)
                verdict.broken += _only_accepted(everybody.writers.told.answers)
                verdict.events = len(everybody.follower.seen)
    return verdict


async def deleted_queue(seed: int) -> Verdict:
    """A queue is deleted under its consumer while events flow, twice."""
    rng = Random(f"deleted queue {seed}")
    with verdict_in() as (verdict, folder):
        async with a_place(MODE, folder) as place, company(place, MODE, str(seed)) as everybody:
            for _ in range(2):
                verdict.broken += await everybody.flowing()
                consumer = rng.choice(("sync", "connections"))
                verdict.faults[f"{consumer} deleted"] += 1
                verdict.broken += await _lose(place, consumer)
            verdict.broken += await everybody.settle()
            verdict.broken += _only_accepted(everybody.writers.told.answers)
            verdict.events = len(everybody.follower.seen)
    return verdict


async def _nobody_is_turned_away(everybody: Company, seconds: float) -> list[str]:
    told = everybody.writers.told
    before = len(told.acknowledged)
    await asyncio.sleep(seconds)  # as long as the broker is away
    made = len(told.acknowledged) - before
    return (
        [] if made > seconds else [f"only {made} networks could be made in {seconds:.0f} s without a broker"]
    )


def _only_accepted(answers: Counter[str]) -> list[str]:
    """Before the first start has opened the port, nobody can connect; from then on, everybody is served."""
    others = {answer: count for answer, count in answers.items() if answer not in ("201", "ConnectError")}
    return [f"other answers than 201: {others}"] if others else []


async def _lose(place: Place, consumer: str) -> list[str]:
    queue = f"{place.bus.bus_namespace}.{consumer}"
    async with await aio_pika.connect(RABBIT) as connection:
        async with connection.channel() as channel:
            await channel.queue_delete(queue)
        deadline = monotonic() + REBUILT_WITHIN
        while monotonic() < deadline:
            try:
                async with connection.channel() as channel:
                    found = await channel.declare_queue(queue, passive=True)
                    if found.declaration_result.consumer_count:
                        return []
            except ChannelNotFoundEntity:
                await asyncio.sleep(0.1)
    return [f"{consumer} was not rebuilt within {REBUILT_WITHIN:.0f} s"]


SCENARIOS: dict[str, Scenario] = {
    "outage": outage,
    "deleted-queue": deleted_queue,
    "flood-memory": partial(flood, EMBEDDED),
    "flood-rabbit": partial(flood, MODE),
}
