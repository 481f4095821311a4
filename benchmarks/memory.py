"""What a first run of many records takes of a process's memory after its first fifth."""

from collections.abc import Sequence

from benchmarks.figure import Aim, Line
from benchmarks.joined import joined, until_idle
from benchmarks.records import resident

FULL, QUICK = 100_000, 2_000  # records
FLAT = Aim("<", 16)


async def measure(quick: bool) -> Sequence[Line]:
    count = QUICK if quick else FULL
    async with joined("sqlite", count) as here:
        before = resident()
        await here.scan()
        scanned, done, settled = resident(), 0, 0.0
        while some := await here.own.worker.work():
            done += some
            if not settled and done >= count / 5:
                settled = resident()
        await until_idle(here.own.worker.finish)
        end = resident()
    assert done >= count
    what = f"first run of {count:,} records"
    return [
        Line(f"{what}: memory that reading them takes on", "MiB", [scanned - before]),
        Line(
            f"{what}: memory that working them off takes on after a fifth", "MiB", [end - settled], (), FLAT
        ),
        Line(f"{what}: memory of the process in the end", "MiB", [end]),
    ]
