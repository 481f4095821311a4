"""`make soak SUITE=simulation SEEDS=500 SEED_FROM=7`: many seeds, on all cores; a failing one is shortened and shown."""

import argparse
import gc
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from time import perf_counter
from typing import NoReturn

from simulation.lived import Lived
from simulation.shrink import shrink
from simulation.trial import CONTENDERS, tried

AT_ONCE = 25  # seeds that a process is given
TWICE_EVERY = 20  # of the others, only if it is asked for
TOLD_EVERY = 5000  # histories: a long soak that is broken off has said how far it came
ORDER = "0"  # sets of words come in the order of their hashes, and a seed shall be the same everywhere


@dataclass(frozen=True, slots=True)
class Line:
    seed: int
    said: tuple[str, ...]  # nothing: it passed
    promises: frozenset[str]
    simulated: float
    transactions: int


def try_seeds(name: str, seeds: Sequence[int], twice: bool, stop: bool) -> list[Line]:
    gc.freeze()  # what has been imported is never garbage
    lines = list[Line]()
    for seed in seeds:
        lines.append(_line(name, seed, twice))
        if stop and lines[-1].said:
            break
    return lines


def _line(name: str, seed: int, twice: bool) -> Line:
    contender = CONTENDERS[name]
    history = contender.histories(seed)
    once = tried(history, contender.subject)
    said = [str(it) for it in once.verdicts]
    if (twice or seed % TWICE_EVERY == 0) and tried(
        history, contender.subject
    ).lived.digest() != once.lived.digest():
        said.append("the second time, the ledger was another")
    return Line(seed, tuple(said), once.promises, once.lived.ended_at, once.lived.transactions)


def shortened(name: str, seed: int) -> str:
    contender = CONTENDERS[name]
    history = contender.histories(seed)
    promises = tried(history, contender.subject).promises
    if not promises:
        return f"seed {seed} breaks no promise; it is not the same each time"
    short = shrink(history, lambda it: bool(promises & tried(it, contender.subject).promises))
    result = tried(short, contender.subject)
    verdicts = [f"  !! {it}" for it in result.verdicts]
    return "\n".join([str(short), *verdicts, *_told(result.lived)])


def _told(lived: Lived) -> Iterator[str]:
    """What the trackers saw, in the order of time."""
    lines = []
    for side, tracker in lived.trackers.items():
        lines += [(it.at, f"{side} {it}") for it in tracker.cabinet.effects]
        lines += [(it.at, f"{side} {it}") for it in tracker.requests if it.writes or it.answer != "ok"]
    return (f"  {line}" for _, line in sorted(lines, key=lambda it: it[0]))


def _batches(seeds: range) -> Iterator[list[int]]:
    rest = iter(seeds)
    while batch := list(islice(rest, AT_ONCE)):
        yield batch


def run(name: str, seeds: range, *, workers: int, twice: bool, stop: bool, shown: int) -> int:
    began, failed, promises, passed = perf_counter(), list[int](), Counter[str](), 0
    with ProcessPoolExecutor(workers) as pool:
        every = map if workers == 1 else pool.map  # alone, it stops at once
        for lines in every(partial(try_seeds, name, twice=twice, stop=stop), _batches(seeds)):
            for line in lines:
                passed += not line.said
                if line.said:
                    failed.append(line.seed)
                    promises.update(line.promises)
                    print(f"FAILED  seed {line.seed}: {line.said[0]}", flush=True)
                if (line.seed - seeds.start + 1) % TOLD_EVERY == 0:
                    print(f"to seed {line.seed}: {passed} passed, {len(failed)} failed", flush=True)
            if stop and failed:
                pool.shutdown(cancel_futures=True)
                break
    for seed in failed[:shown]:
        print(f"\n{shortened(name, seed)}\n  again: make soak SUITE=simulation SEEDS=1 SEED_FROM={seed}")
    seconds = perf_counter() - began
    if failed:
        print(f"broken: {', '.join(f'{it} {count} times' for it, count in promises.most_common())}")
    count = passed + len(failed)
    print(f"{name}: {count} histories in {seconds:.1f} s, {60 * count / seconds:.0f} a minute")
    print(f"{passed} passed, {len(failed)} failed")
    return 1 if failed else 0


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m simulation.soak", description=__doc__)
    parser.add_argument("--subject", choices=sorted(CONTENDERS), default="engine")
    parser.add_argument("--seeds", type=int, default=500)
    parser.add_argument("--seed-from", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--twice", action="store_true", help="each seed, not every twentieth")
    parser.add_argument("--stop", action="store_true", help="at the first failure")
    parser.add_argument("--shown", type=int, default=5, help="failures that are shortened and shown")
    given = parser.parse_args(arguments)
    seeds = range(given.seed_from, given.seed_from + given.seeds)
    return run(
        given.subject, seeds, workers=given.at_once, twice=given.twice, stop=given.stop, shown=given.shown
    )


def hand_over(arguments: Sequence[str]) -> NoReturn:
    """To a process whose sets have an order that does not change from one start to the next."""
    environment = {**os.environ, "PYTHONHASHSEED": ORDER}
    os.execve(sys.executable, [sys.executable, "-m", "simulation.soak", *arguments], environment)


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != ORDER:
        hand_over(sys.argv[1:])
    sys.exit(main())
