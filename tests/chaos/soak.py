"""`python -m chaos.soak`: many histories, two at once; the last line says how many failed."""

import argparse
import asyncio
import logging
import signal
import sys
from collections import Counter
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from chaos.broker import SCENARIOS as BROKER
from chaos.building import SCENARIOS as BUILD
from chaos.database_away import SCENARIOS as DATABASE
from chaos.history import crash_history
from chaos.order import order_history
from chaos.place import MODES
from chaos.verdict import Scenario, Verdict
from simulation.soak import hand_over

SUITES: dict[str, Mapping[str, Scenario]] = {
    "crash": {**{mode: partial(crash_history, mode) for mode in MODES}, "order": order_history},
    "broker": BROKER,
    "database": DATABASE,
    "build": BUILD,
}
SIMULATION = "simulation"  # has a soak of its own: processes of one history are simulated in one


@dataclass
class Tally:
    suite: str
    passed: int = 0
    failed: int = 0

    def __post_init__(self) -> None:
        self.faults: dict[str, Counter[str]] = {}

    def note(self, name: str, seed: int, verdict: Verdict) -> None:
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

    async def one(name: str, seed: int) -> None:
        async with places:
            if not (stop and tally.failed):
                tally.note(name, seed, await _judged(SUITES[suite][name], seed))

    async with asyncio.TaskGroup() as group:
        for seed in seeds:
            for name in names:
                group.create_task(one(name, seed))
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
    parser.add_argument("--only", help="one scenario of the suite")
    parser.add_argument("--at-once", type=int, default=2)
    parser.add_argument("--stop", action="store_true", help="at the first failure")
    given = parser.parse_args()
    if given.suite == SIMULATION:
        hand_over([f"--seeds={given.seeds}", f"--seed-from={given.seed_from}", *["--stop"] * given.stop])
    logging.getLogger("aio_pika").setLevel(logging.ERROR)
    names = [given.only] if given.only else list(SUITES[given.suite])
    seeds = range(given.seed_from, given.seed_from + given.seeds)
    try:
        tally = asyncio.run(stoppable(run(given.suite, names, seeds, given.at_once, stop=given.stop)))
    except asyncio.CancelledError:
        print("stopped")
        return 130
    tally.sum_up()
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
