"""An event that can't be applied delays nobody; it is parked, listed, and replayed once it is mended."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from chaos.hosting import Here, running
from syncline_common.bus.inbox import MAX_ATTEMPTS
from syncline_common.bus.parked import ParkedEvents
from syncline_common.bus.router import EventRouter
from syncline_common.db.tx import Tx
from syncline_common.errors import Invalid
from syncline_common.events.registry import NetworkCreated
from syncline_common.settings import BusSettings, DatabaseSettings
from syncline_connections.app import SERVICE as CONNECTIONS
from syncline_connections.events.handlers import remember_the_network
from syncline_connections.store.tables import networks as known_networks
from syncline_registry.app import SERVICE as REGISTRY

pytestmark = pytest.mark.timeout(240)
PARKED = "/connections/v1/parked-events"
WITHIN = 45.0


@dataclass
class Poison:
    """The connections' handler, but for the network of the first event it is given: that one always fails."""

    network: UUID | None = None
    mended: bool = False
    tries: int = 0
    router: EventRouter = field(default_factory=lambda: EventRouter("connections"))

    def __post_init__(self) -> None:
        self.router.on(NetworkCreated)(self._handler())

    def _handler(self) -> Callable[[NetworkCreated, Tx], Awaitable[None]]:
        async def fail_for_one(event: NetworkCreated, tx: Tx) -> None:
            self.network = self.network or event.network_id
            await remember_the_network(event, tx)
            if event.network_id == self.network and not self.mended:
                self.tries += 1
                raise Invalid("This network is poison")

        return fail_for_one


@dataclass
class Bench:
    here: Here
    poison: Poison

    async def make(self, name: str, count: int = 1) -> set[UUID]:
        asked = (
            self.here.http.post("/registry/v1/networks", json={"name": f"{name} {n}"}) for n in range(count)
        )
        answers = await asyncio.gather(*asked)
        assert {answer.status_code for answer in answers} == {201}
        return {UUID(answer.json()["id"]) for answer in answers}

    async def known(self) -> set[UUID]:
        async with self.here.database("connections").read() as tx:
            return set(await tx.session.scalars(select(known_networks.c.id)))

    async def inbox_row(self) -> Any:
        """The poison's: the only one that was ever tried in vain."""
        inbox = self.here.database("connections").tables["inbox"]
        async with self.here.database("connections").read() as tx:
            failed = select(inbox).where(inbox.c.error.is_not(None))
            return (await tx.session.execute(failed)).one_or_none()

    async def until_known(self, wanted: set[UUID]) -> None:
        async with asyncio.timeout(WITHIN):
            while not wanted <= await self.known():
                await asyncio.sleep(0.05)

    async def until_parked(self) -> Any:
        """Its waits are cut short, or it would take a quarter of an hour."""
        db = self.here.database("connections")
        inbox = db.tables["inbox"]
        waiting = update(inbox).where(inbox.c.attempts > 0, inbox.c.parked_at.is_(None))
        async with asyncio.timeout(WITHIN):
            while (row := await self.inbox_row()) is None or row.parked_at is None:
                async with db.begin() as tx:
                    await tx.session.execute(waiting.values(due_at=inbox.c.received_at))
                    tx.ring("inbox")
                await asyncio.sleep(0.02)
        return row


@pytest.fixture
async def bench(mode_settings: tuple[DatabaseSettings, BusSettings]) -> AsyncIterator[Bench]:
    """On SQLite and the bus in memory, and on PostgreSQL and RabbitMQ."""
    poison = Poison()
    services = (REGISTRY, replace(CONNECTIONS, events=poison.router))
    async with running(services, *mode_settings) as here:
        yield Bench(here, poison)


async def test_a_poison_event_delays_nobody_and_is_parked_with_its_error(bench: Bench) -> None:
    (bad,) = await bench.make("poison")
    async with asyncio.timeout(WITHIN):
        while bench.poison.network is None:
            await asyncio.sleep(0.02)
    neighbours = await bench.make("before it is parked", 30)
    await bench.until_known(neighbours)
    assert 1 <= (await bench.inbox_row()).attempts < MAX_ATTEMPTS

    row = await bench.until_parked()
    assert (row.attempts, bench.poison.tries) == (MAX_ATTEMPTS, MAX_ATTEMPTS)
    assert row.error == "Invalid: This network is poison"
    neighbours |= await bench.make("after it was parked", 30)
    await bench.until_known(neighbours)
    assert bad == bench.poison.network
    assert await bench.known() == neighbours


async def test_a_poison_event_among_many_is_found_and_the_others_are_applied(bench: Bench) -> None:
    made = await bench.make("at once", 60)
    row = await bench.until_parked()
    assert row.attempts == MAX_ATTEMPTS and bench.poison.network is not None
    await bench.until_known(made - {bench.poison.network})


async def test_a_parked_event_is_listed_and_replayed_over_http(bench: Bench) -> None:
    (bad,) = await bench.make("poison")
    row = await bench.until_parked()
    listed = (await bench.here.http.get(PARKED)).json()["items"]
    assert [(it["id"], it["type"], it["attempts"]) for it in listed] == [
        (str(row.event_id), "registry.network.created.v1", MAX_ATTEMPTS)
    ]
    assert listed[0]["error"] == "Invalid: This network is poison"

    bench.poison.mended = True
    answer = await bench.here.http.post(f"{PARKED}/{row.event_id}/replay")
    assert (answer.status_code, answer.json()) == (200, {"replayed": 1})
    await bench.until_known({bad})
    assert (await bench.here.http.get(PARKED)).json()["items"] == []
    assert (await bench.here.http.post(f"{PARKED}/{row.event_id}/replay")).status_code == 404


async def test_what_is_not_mended_is_parked_again(bench: Bench) -> None:
    await bench.make("poison")
    row = await bench.until_parked()
    assert (await bench.here.http.post(f"{PARKED}/replay")).json() == {"replayed": 1}
    again = await bench.until_parked()
    assert (again.event_id, again.attempts) == (row.event_id, MAX_ATTEMPTS)
    assert bench.poison.tries == 2 * MAX_ATTEMPTS


async def test_the_documented_sql_replays_at_once(bench: Bench) -> None:
    (bad,) = await bench.make("poison")
    await bench.until_parked()
    bench.poison.mended = True
    assert ParkedEvents.__doc__ is not None
    statement = " ".join(ParkedEvents.__doc__.split("`")[1].split())
    async with bench.here.database("connections").begin() as tx:
        await tx.session.execute(text(statement))
    await bench.until_known({bad})
