"""`python -m chaos.soak`: many histories, two at once; the last line says how many failed."""

import argparse
import asyncio
import logging
import signal
import sys
from collections import Counter
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

import structlog

from chaos.broker import SCENARIOS as BROKER
from chaos.building import SCENARIOS as BUILD
from chaos.database_away import SCENARIOS as DATABASE
from chaos.history import crash_history
from chaos.kill import DATABASES, kill_suite
from chaos.matrix import HARMS, matrix_suite
from chaos.order import order_history
from chaos.place import MODES
from chaos.verdict import Scenario, Scenarios, Suite, Verdict, ready
from simulation.soak import hand_over

CRASH: Scenarios = {**{mode: partial(crash_history, mode) for mode in MODES}, "order": order_history}
KILL = "kill"  # its seeds are numbers of suspensions
SUITES: dict[str, tuple[Sequence[str], Suite]] = {
    "crash": (list(CRASH), ready(CRASH)),
    "broker": (list(BROKER), ready(BROKER)),
    "database": (list(DATABASE), ready(DATABASE)),
    "build": (list(BUILD), ready(BUILD)),
    KILL: (DATABASES, kill_suite),
    "matrix": (list(HARMS), matrix_suite),
}
SIMULATION = "simulation"  # has a soak of its own: processes of one history are simulated in one


@dataclass
class Tally:
    suite: str
    passed: int = 0
    failed: int = 0

    def __post_init__(self) -> None:
        self.faults: dict[str, Counter[str]] = {}
        self.most: dict[str, float] = {}

    def note(self, name: str, seed: int, verdict: Verdict) -> None:
        if not verdict.happened:
            return
        for what, figure in verdict.figures.items():
            self.most[f"{name}: {what}"] = max(figure, self.most.get(f"{name}: {what}", figure))
        self.faults.setdefault(name, Counter()).update(verdict.faults)
        said = ", ".join(f"{count} {what}" for what, count in sorted(verdict.faults.items()))
        said += "".join(f"; {what} {figure:g}" for what, figure in verdict.figures.items())
        how = "FAILED" if verdict.broken else "passed"
        print(f"{how}  {self.suite} {name} {seed}: {verdict.seconds:.1f} s, {verdict.events} events; {said}")
        self.passed, self.failed = self.passed + (not verdict.broken), self.failed + bool(verdict.broken)
        for line in verdict.broken:
            print(f"        {line}")
        if verdict.broken:
            again = f"--suite {self.suite} --only {name} --seed-from {seed} --seeds 1"
            print(f"        again: PYTHONPATH=tests python -m chaos.soak {again}")
        sys.stdout.flush()

    def sum_up(self) -> None:
        for name, faults in self.faults.items():
            said = ", ".join(f"{count} {what}" for what, count in sorted(faults.items()))
            print(f"{self.suite} {name}: {faults.total()} faults ({said})")
        for what, most in self.most.items():
            print(f"{self.suite} {what} at most {most:.1f}")
        print(f"{self.passed} passed, {self.failed} failed")


async def stoppable(tally: Coroutine[Any, Any, Tally]) -> Tally:
    """SIGTERM, like Ctrl-C, still leaves no database and no process behind."""
    task = asyncio.ensure_future(tally)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    return await task


async def run(suite: str, names: Sequence[str], seeds: Sequence[int], at_once: int, *, stop: bool) -> Tally:
    """Seed by seed, every scenario of the suite."""
    tally, places = Tally(suite), asyncio.Semaphore(at_once)
    _, opened = SUITES[suite]

    async def one(name: str, scenario: Scenario, seed: int) -> None:
        async with places:
            if not (stop and tally.failed):
                tally.note(name, seed, await _judged(scenario, seed))

    async with opened(names) as scenarios, asyncio.TaskGroup() as group:
        for seed in seeds:
            for name, scenario in scenarios.items():
                group.create_task(one(name, scenario, seed))
    return tally


async def _judged(scenario: Scenario, seed: int) -> Verdict:
    try:
        return await scenario(seed)
    except Exception as exc:
        logging.exception("the history itself failed")
        return Verdict(broken=[f"{type(exc).__name__}: {exc}"])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m chaos.soak", description=__doc__)
    parser.add_argument("--suite", choices=sorted([*SUITES, SIMULATION]), default="crash")
    parser.add_argument("--seeds", type=int, default=50, help="how many histories of each kind")
    parser.add_argument("--seed-from", type=int, default=1)
    parser.add_argument("--only", help="scenarios of the suite, with commas between")
    parser.add_argument("--at-once", type=int, default=2)
    parser.add_argument("--stop", action="store_true", help="at the first failure")
    given = parser.parse_args()
    if given.suite == SIMULATION:
        hand_over([f"--seeds={given.seeds}", f"--seed-from={given.seed_from}", *["--stop"] * given.stop])
    for name in ("aio_pika", "asyncio", "httpx2"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    there = SUITES[given.suite][0]
    names = given.only.split(",") if given.only else there
    if unknown := [it for it in names if it not in there]:
        parser.error(f"{given.suite} has no {', '.join(unknown)}; it has {', '.join(there)}")
    seeds = list(range(given.seed_from, given.seed_from + given.seeds))
    if given.suite == KILL:
        Random(0).shuffle(seeds)  # a run that is broken off has been everywhere a little
    try:
        tally = asyncio.run(stoppable(run(given.suite, names, seeds, given.at_once, stop=given.stop)))
    except asyncio.CancelledError:
        print("stopped")
        return 130
    tally.sum_up()
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
