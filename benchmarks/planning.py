"""Pairs planned per second and core, beside the least that has to be done: comparing the same values."""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from benchmarks.figure import Aim, Line, alternate, column
from syncline_common.schemas.values import Value
from syncline_sync_worker.engine.plan import Observed, plan
from syncline_sync_worker.engine.rules import Rule

FIELDS = 12
CHANGED_EACH = 10  # every tenth pair has one changed field, as in a busy scan
NOW = datetime(2026, 1, 1, tzinfo=UTC)
UNCHANGED_IN = Aim(">=", 40_000)  # 25 us for an unchanged record of a scan
RULES = [Rule(f"r{number}", f"a{number}", f"b{number}") for number in range(FIELDS)]

Pair = tuple[Mapping[str, Value], Mapping[str, Value], Observed, Observed]


async def measure(quick: bool) -> Sequence[Line]:
    rounds, pairs = (3, 5_000) if quick else (5, 30_000)
    some = [_pair(number) for number in range(pairs)]

    async def ours() -> Sequence[float]:
        began = time.perf_counter()
        writes = sum(len(plan(*it, RULES).writes) for it in some)
        assert writes == len(some) // CHANGED_EACH
        return [len(some) / (time.perf_counter() - began)]

    async def floor() -> Sequence[float]:
        began = time.perf_counter()
        changed = sum(base_a != a.values or base_b != b.values for base_a, base_b, a, b in some)
        assert changed == len(some) // CHANGED_EACH
        return [len(some) / (time.perf_counter() - began)]

    own, bare = await alternate(rounds, ours, floor)
    return [
        Line(
            f"planned, {FIELDS} text fields, 1 of 10 pairs changed",
            "pairs/s",
            column(own, 0),
            column(bare, 0),
            UNCHANGED_IN,
        )
    ]


def _pair(number: int) -> Pair:
    base_a = {f"a{field}": f"value {field} of pair {number}" for field in range(FIELDS)}
    base_b = {f"b{field}": value for field, value in enumerate(base_a.values())}
    now = dict(base_a)
    if number % CHANGED_EACH == 0:
        now["a3"] = "changed"
    return base_a, base_b, Observed(now, NOW), Observed(dict(base_b), NOW)
