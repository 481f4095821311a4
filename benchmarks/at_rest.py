"""What pairs cost that are in step already: looked at again, when nothing has changed, when everything is compared
once a day, and when one in a hundred was edited.

A scan begins a minute before the newest change that it knows. The first look after the first run reads all that this run
has made; then both vendors' clocks go on by an hour, and an edit on each side lets the cursors follow.
"""

from collections.abc import Sequence

from sqlalchemy import func, select, update

from benchmarks.figure import Aim, Line
from benchmarks.joined import SOURCE, TARGET, Cost, Joined, cost, edit, joined
from benchmarks.records import Subject, bare, fewest
from syncline_common.schemas.connector import Priority, Update
from syncline_sync_worker.store.tables import link, task

FULL, QUICK = 50_000, 1_000  # pairs
CHEAP = Aim("<", 25)  # us of processor, for a record that has not changed
FEW = Aim("<", 1.2, of_ratio=True)
HOUR = 3_600.0


async def measure(quick: bool) -> Sequence[Line]:
    lines = list[Line]()
    for kind in ("sqlite", "postgres"):
        lines += await _figures(kind, QUICK if quick else FULL)
    return lines


async def _figures(database: str, count: int) -> list[Line]:
    async with joined(database, count) as here:
        await here.cycle()
        again = await cost(here.cycle)
        await here.conditions(clock_offset=HOUR)
        await edit(here.outbound, 1)
        await _touch(here)
        await here.cycle()
        await here.conditions(clock_offset=2 * HOUR)
        idle = await cost(here.cycle)
        await _forget_sweep(here)
        swept = await cost(here.cycle)
        some = count // 100
        await edit(here.outbound, some)
        changed = await cost(here.cycle)
        await _all_linked(here, count)
    what = f"{count:,} pairs on {database}"
    read = fewest(TARGET.reading, count)
    both = read + fewest(SOURCE.reading, count)
    least = fewest(SOURCE.reading, some) + fewest(TARGET.reading, some) + fewest(TARGET.creating, some)
    return [
        *_looked(f"{what}, one side read again; peer: the vendor's fewest", again, count, read),
        Line(f"{what}, at rest, a look at both sides", "requests", [idle.requests]),
        Line(f"{what}, at rest, a look at both sides", "ms of processor", [idle.processor * 1_000]),
        *_looked(f"{what}, all compared as once a day; peer: the vendors' fewest", swept, 2 * count, both),
        Line(f"{what}, {some} edited; peer: the vendors' fewest", "requests", [changed.requests], [least]),
        Line(f"{what}, {some} edited", "ms of processor an edit", [changed.processor * 1_000 / some]),
        Line(f"{what}, {some} edited", "seconds until all are applied", [changed.seconds]),
    ]


def _looked(what: str, spent: Cost, records: int, fewest: float) -> list[Line]:
    return [
        Line(what, "requests", [spent.requests], [fewest], FEW),
        Line(what, "us of processor a record", [spent.processor * 1e6 / records], (), CHEAP),
    ]


async def _touch(here: Joined) -> None:
    """A field that is in no rule, in one record of side b."""
    target: Subject = TARGET
    opened = bare(here.outbound, target)
    reader = opened.reader(Priority.USER)
    page = await reader.inventory(target.stream, None)
    (record,) = (await reader.fetch(target.stream, [page.changed[0].ref.id])).values()
    await opened.writer(Priority.USER).update([Update(record, {"category": "network"})])


async def _forget_sweep(here: Joined) -> None:
    """As if the last one had been yesterday."""
    mine = task.c.connection_id == here.connection.id
    async with here.db.begin() as tx:
        await tx.session.execute(update(task).where(mine).values(last_sweep=None))


async def _all_linked(here: Joined, count: int) -> None:
    async with here.db.read() as tx:
        assert await tx.session.scalar(select(func.count()).select_from(link)) == count
