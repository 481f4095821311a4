"""How fast a first run fills the other side, beside the bare gateway's creates."""

from collections.abc import Sequence
from functools import partial

from benchmarks.figure import Aim, Line
from benchmarks.joined import SOURCE, TARGET, cost, create_bare, joined
from benchmarks.records import fewest

FULL, QUICK = 10_000, 1_000  # records
BARE = Aim(">=", 0.5, of_ratio=True)
FEW = Aim("<", 1.2, of_ratio=True)


async def measure(quick: bool) -> Sequence[Line]:
    lines = list[Line]()
    for kind in ("sqlite", "postgres"):
        lines += await _figures(kind, QUICK if quick else FULL)
    return lines


async def _figures(database: str, count: int) -> list[Line]:
    async with joined(database, count) as here:
        first = await cost(here.cycle)
        alone = await cost(partial(create_bare, here.outbound, count))
    what = f"first run of {database}, {count:,} records"
    least = fewest(SOURCE.reading, count) + fewest(TARGET.creating, count)
    return [
        Line(
            f"{what}; peer: the bare gateway's creates",
            "records/s",
            [count / first.seconds],
            [count / alone.seconds],
            BARE,
        ),
        Line(
            f"{what}; peer: the same",
            "records/s of processor",
            [count / first.processor],
            [count / alone.processor],
        ),
        Line(f"{what}; peer: the vendors' fewest", "requests", [first.requests], [least], FEW),
    ]
