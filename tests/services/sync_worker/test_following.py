"""What the connections service says is so, should an event have been lost; and what events alone may change."""

from dataclasses import dataclass, field
from random import Random
from typing import Any, cast
from uuid import UUID

import pytest

from common.served import ACCOUNT
from services.sync_worker.stored import published
from syncline_common.clients.connections import ConnectionFacts
from syncline_common.db.tx import Database
from syncline_common.errors import NotFound
from syncline_common.events.connections import (
    ConnectionDeleted,
    ConnectionPaused,
    ConnectionPublished,
    ConnectionResumed,
    EndFacts,
)
from syncline_common.ids import new_id
from syncline_sync_worker.domain.task import ConnectionRef, Task, TaskState
from syncline_sync_worker.events import handlers
from syncline_sync_worker.store.task_store import TaskReads, TaskStore
from syncline_sync_worker.work.following import follow_once
from syncline_sync_worker.work.tools import Tools

NETWORK = new_id()
A = EndFacts(system_id=new_id(), node_id=new_id(), kind="azure_devops")
B = EndFacts(system_id=new_id(), node_id=new_id(), kind="servicenow")


@dataclass
class Said:
    """What the other service says of every connection; None: that it is gone."""

    facts: dict[str, Any] | None = field(default_factory=dict)

    async def state(self, account_id: UUID, connection_id: UUID) -> ConnectionFacts:
        if self.facts is None:
            raise NotFound("There is no such connection")
        given = {"network_id": NETWORK, "state": "active", "published_version": 1} | self.facts
        return ConnectionFacts.model_validate(given)


async def follow(db: Database, said: Said) -> int:
    nobody = cast(Any, None)  # no system is asked
    tools = Tools(db, nobody, nobody, "w1", b"key", new_id, Random(1), lambda: 0.0)
    return await follow_once(tools, said)


async def task(db: Database, connection: ConnectionRef) -> Task:
    async with db.read() as tx:
        return await TaskReads(tx).get(connection)


class TestFollowing:
    @pytest.mark.parametrize(
        ("state", "becomes"),
        [
            ("active", TaskState.ACTIVE),
            ("paused", TaskState.PAUSED),
            ("error", TaskState.PAUSED),
            ("deleting", TaskState.DELETING),
        ],
    )
    async def test_what_is_said_is_so(self, db: Database, state: str, becomes: TaskState) -> None:
        here = await published(db)
        assert await follow(db, Said({"state": state})) == (becomes is not TaskState.ACTIVE)
        assert (await task(db, here)).state is becomes
        assert await follow(db, Said({"state": state})) == 0

    async def test_what_was_resumed_goes_on(self, db: Database) -> None:
        here = await published(db)
        async with db.begin() as tx:
            await TaskStore(tx).pause(here)
        assert await follow(db, Said()) == 1
        found = await task(db, here)
        assert found.state is TaskState.ACTIVE and found.active_since is not None

    async def test_what_is_in_error_here_waits_for_the_event(self, db: Database) -> None:
        """The other service may not have heard of the error yet."""
        here = await published(db)
        async with db.begin() as tx:
            await TaskStore(tx).error(here, "credential_rejected", await tx.now())
        assert await follow(db, Said()) == 0
        assert (await task(db, here)).state is TaskState.ERROR

    async def test_what_is_gone_there_is_deleted_here(self, db: Database) -> None:
        here = await published(db)
        assert await follow(db, Said(None)) == 1
        assert (await task(db, here)).state is TaskState.DELETING

    async def test_a_version_that_was_missed_is_taken_on(self, db: Database) -> None:
        here = await published(db)
        newer = {"published_version": 2, "schedule": {"every": "30s"}, "a": A, "b": B}
        assert await follow(db, Said(newer)) == 1
        found = await task(db, here)
        assert (found.version, found.schedule) == (2, {"every": "30s"})


class TestEvents:
    def facts(self, connection: UUID) -> dict[str, Any]:
        return {"account_id": ACCOUNT, "network_id": NETWORK, "connection_id": connection}

    async def publish(self, db: Database, connection: UUID, version: int, **more: Any) -> None:
        facts = {**self.facts(connection), "configuration_version": version, "a": A, "b": B}
        event = ConnectionPublished.model_validate({**facts, "schedule": {"every": "60s"}, **more})
        async with db.begin() as tx:
            await handlers.take_the_version_on(event, tx)

    async def test_a_published_connection_is_due_at_once_under_its_version(self, db: Database) -> None:
        here = ConnectionRef(ACCOUNT, new_id())
        await self.publish(db, here.id, 2)
        await self.publish(db, here.id, 1)  # late
        found = await task(db, here)
        assert (found.version, found.node_a, found.node_b) == (2, A.node_id, B.node_id)
        assert found.next_scan is not None and found.state is TaskState.ACTIVE

    async def test_published_while_it_is_paused_it_waits(self, db: Database) -> None:
        here = ConnectionRef(ACCOUNT, new_id())
        await self.publish(db, here.id, 1, state="paused")
        assert (await task(db, here)).state is TaskState.PAUSED

    async def test_paused_resumed_deleted(self, db: Database) -> None:
        here = ConnectionRef(ACCOUNT, new_id())
        await self.publish(db, here.id, 1)
        facts, states = self.facts(here.id), list[TaskState]()
        for event, handle in (
            (ConnectionPaused(**facts), handlers.pause_its_task),
            (ConnectionResumed(**facts), handlers.resume_its_task),
            (ConnectionDeleted(**facts), handlers.delete_what_is_known_of_it),
        ):
            async with db.begin() as tx:
                await handle(event, tx)
            states.append((await task(db, here)).state)
        assert states == [TaskState.PAUSED, TaskState.ACTIVE, TaskState.DELETING]
