"""Webhooks that come at once are stored together; each is answered for itself."""

import asyncio

from services.sync_worker.stored import START, a_task, count
from syncline_common.db.tx import Database
from syncline_common.errors import TooManyRequests
from syncline_common.ids import new_id
from syncline_common.schemas.connector import NodeRef
from syncline_sync_worker.actions.hooks import WAITING_AT_MOST, Arrival
from syncline_sync_worker.domain.hook import Hook
from syncline_sync_worker.domain.task import Task
from syncline_sync_worker.store.hook_store import HookStore
from syncline_sync_worker.store.task_store import TaskStore
from syncline_sync_worker.work.arrivals import TOGETHER, Arrivals


async def published(db: Database) -> Task:
    task = a_task()
    async with db.begin() as tx:
        await TaskStore(tx).put(task, {"version": 1})
    return task


def to(task: Task) -> Arrival:
    return Arrival(NodeRef(task.connection.account_id, task.node_a), "hash", {}, b"{}")


async def test_more_than_fit_together_are_each_stored_once(db: Database) -> None:
    arrivals, task = Arrivals(db), await published(db)
    many = 2 * TOGETHER + 1
    answers = await asyncio.gather(*(arrivals.keep(to(task)) for _ in range(many)))
    assert answers == [1] * many and await count(db, "hook") == many
    assert await arrivals.keep(to(a_task())) == 0, "nobody wants to know"


async def test_who_goes_away_takes_nobody_along(db: Database) -> None:
    arrivals, task = Arrivals(db), await published(db)
    first, second = (asyncio.create_task(arrivals.keep(to(task))) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == 1 and first.cancelled()
    assert await count(db, "hook") == 2, "what was taken in is stored, also if nobody hears of it"


async def test_only_those_there_is_no_room_for_are_refused(db: Database) -> None:
    arrivals, full, other = Arrivals(db), await published(db), await published(db)
    waiting = (Hook(new_id(), "hash", {}, b"{}", START) for _ in range(WAITING_AT_MOST - 1))
    async with db.begin() as tx:
        await HookStore(tx).put(*((full.connection, it) for it in waiting))
    last, over, elsewhere = await asyncio.gather(
        *(arrivals.keep(it) for it in (to(full), to(full), to(other))), return_exceptions=True
    )
    assert (last, elsewhere) == (1, 1) and isinstance(over, TooManyRequests)


async def test_a_failure_is_told_to_all_of_them_and_stores_nothing(db: Database) -> None:
    arrivals, task = Arrivals(db), await published(db)
    unstorable = Arrival(to(task).node, "hash", {"kind": object()}, b"{}")  # type: ignore[dict-item]
    told = await asyncio.gather(arrivals.keep(to(task)), arrivals.keep(unstorable), return_exceptions=True)
    assert all(isinstance(it, Exception) for it in told) and await count(db, "hook") == 0
    assert await arrivals.keep(to(task)) == 1, "the next ones are none the wiser"
