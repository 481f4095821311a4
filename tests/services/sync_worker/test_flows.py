"""A published version never changes, but what it is about does: people come and go while a worker runs for months."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pytest

from configuration.example import SURROUNDINGS
from engine.test_compile import one
from services.sync_worker.stored import a_task
from syncline_common.configuration.facts import Surroundings
from syncline_common.db.tx import Database
from syncline_common.errors import RemoteError, Unavailable
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.engine.people import Known
from syncline_sync_worker.engine.rules import NoPartner
from syncline_sync_worker.store.task_store import TaskStore
from syncline_sync_worker.work.flows import RIPE, Flows


@dataclass
class Town:
    """Two systems, who is in them, and the time."""

    people: dict[Side, list[Known]] = field(default_factory=lambda: {side: [] for side in Side})
    error: RemoteError | None = None
    asked: int = 0
    now: float = 1_000.0

    async def of(
        self, connection: ConnectionRef, version: int
    ) -> tuple[Surroundings, Mapping[Side, Iterable[Known]]]:
        self.asked += 1
        if self.error is not None:
            raise self.error
        return SURROUNDINGS, self.people

    def move_in(self, name: str) -> None:
        self.people[Side.A].append(Known(f"{name}@a.example", email=f"{name}@a.example"))
        self.people[Side.B].append(Known(f"{name}.l", email=f"{name}@a.example"))


@dataclass
class Office:
    """A connection in a worker."""

    town: Town
    flows: Flows
    connection: ConnectionRef

    async def partner(self, name: str) -> object:
        (flow,) = await self.flows.of(self.connection, 1)
        return flow.rules[0].converter.convert(f"{name}@a.example", Side.B)


@pytest.fixture
async def office(db: Database) -> Office:
    town, task = Town(), a_task()
    async with db.begin() as tx:
        await TaskStore(tx).put(task, one({"a": "System.AssignedTo", "b": "assigned_to"}))
    town.move_in("ada")
    return Office(town, Flows(db, town, elapsed=lambda: town.now), task.connection)


async def test_who_is_new_is_found_without_a_new_version(office: Office) -> None:
    town, flows = office.town, office.flows
    assert await office.partner("ada") == "ada.l"
    town.move_in("bob")
    town.now += RIPE - 1
    assert await flows.refresh_once() == 0
    with pytest.raises(NoPartner):
        await office.partner("bob")
    town.now += 1
    assert [await flows.refresh_once() for _ in range(2)] == [1, 0]
    assert await office.partner("bob") == "bob.l"
    assert town.asked == 2


async def test_a_system_that_does_not_answer_is_asked_again_and_what_was_known_holds(office: Office) -> None:
    town, flows = office.town, office.flows
    await office.partner("ada")
    town.error, town.now = Unavailable("away"), town.now + RIPE
    assert [await flows.refresh_once() for _ in range(2)] == [1, 0]
    assert await office.partner("ada") == "ada.l"
    town.error = None
    town.move_in("bob")
    town.now += 60
    assert await flows.refresh_once() == 1
    assert await office.partner("bob") == "bob.l"


async def test_what_nobody_uses_is_forgotten_and_nobody_is_asked(office: Office) -> None:
    town, flows = office.town, office.flows
    await office.partner("ada")
    for _ in range(2):
        town.now += RIPE
        await flows.refresh_once()
    assert town.asked == 2, "once when it was used, once for whoever comes next"
    await office.partner("ada")
    assert town.asked == 3


async def test_of_a_connection_that_is_gone_nothing_is_kept(office: Office, db: Database) -> None:
    await office.partner("ada")
    async with db.begin() as tx:
        await TaskStore(tx).delete(office.connection)
    async with db.begin() as tx:
        while await TaskStore(tx).purge_once():
            pass
    office.town.now += RIPE
    assert [await office.flows.refresh_once() for _ in range(2)] == [1, 0]
    assert office.town.asked == 1
