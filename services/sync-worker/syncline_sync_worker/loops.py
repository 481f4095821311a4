"""The worker's loops, as the supervisor keeps them. Each polls; what is offered or published rings a bell."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from syncline_common.runtime.supervisor import Loop
from syncline_sync_worker.actions.announcements import BELL
from syncline_sync_worker.own import Own
from syncline_sync_worker.store.task_store import TaskStore
from syncline_sync_worker.work.following import follow_once
from syncline_sync_worker.work.hooks import hooks_once
from syncline_sync_worker.work.tools import LEASE_SECONDS, Tools

SCANS, WORKS, DRIVES = 2, 4, 2  # at once in one process: one system that is slow keeps no other waiting
RARELY = 5.0  # seconds
REFRESH = 15.0
Alone = Callable[[], Awaitable[bool]]
Turn = Callable[[], Awaitable[int]]
PATIENCE = 3600.0  # seconds; the first reading of a large system is one turn


def loops_of(own: Own, alone: Callable[[str], Alone]) -> Sequence[Loop]:
    """`alone`: by name, whether this process is the one that does it."""
    worker, tools = own.worker, own.tools
    return [
        *_several("scan", worker.scan, SCANS, hears="task"),
        *_several("work", worker.work, WORKS, hears="work"),
        *_several("drive", own.driver.drive_once, DRIVES, hears="run"),
        Loop("renew", partial(_renew, own), every=LEASE_SECONDS / 3),
        Loop("hooks", partial(hooks_once, tools), hears="hook"),
        Loop("deliver", own.courier.deliver_once, hears=BELL, patience=PATIENCE),
        Loop("finish", worker.finish),
        Loop("refresh", tools.flows.refresh_once, every=REFRESH, patience=PATIENCE),
        Loop("follow", partial(_follow, own), every=15, alone=alone("follow"), patience=PATIENCE),
        Loop("purge", partial(purge_once, tools), every=10, alone=alone("purge")),
    ]


def _several(name: str, turn: Turn, count: int, hears: str) -> list[Loop]:
    """At once in one process. The bell wakes all of them; without it the first looks every second, the others rarely."""
    return [
        Loop(f"{name}_{number}", turn, every=1 if number == 1 else RARELY, hears=hears, patience=PATIENCE)
        for number in range(1, count + 1)
    ]


async def _renew(own: Own) -> int:
    """Never at once again: it has done what there is to do until the next third of a lease."""
    await own.worker.renew()
    await own.driver.renew()
    return 0


async def _follow(own: Own) -> int:
    await follow_once(own.tools, own.connections)
    return 0


async def purge_once(tools: Tools) -> int:
    """Rows of deleted connections."""
    async with tools.db.begin() as tx:
        return await TaskStore(tx).purge_once()
