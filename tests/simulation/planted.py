"""Bugs planted on purpose: each must be caught, and it is measured how soon. What is not caught is not tested."""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from simulation.bugs.bug import Bug
from simulation.bugs.content import PLANNING, WRITING
from simulation.bugs.identity import CREATING, READING
from simulation.bugs.ownership import OWNING, PEOPLE
from simulation.bugs.stand_ins import STAND_INS

ROOT = Path(__file__).parents[2]
PACKAGES = ("libs/common/syncline_common", "services/sync-worker/syncline_sync_worker", "tests/simulation")
APART = 10_000  # between the first seeds of two starts
TRIED = re.compile(r"^FAILED  seed (\d+): (.*)$", re.MULTILINE)
TEST = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)
AS_PLANTED = ("-o", "pythonpath=tests")  # the other packages are found where they are installed
STARTING_COSTS, LONGEST = 60.0, 10.0  # seconds, of a start and of a history, at most


@dataclass(frozen=True, slots=True)
class Caught:
    """`after` seeds of each start; None where that start did not find it."""

    bug: Bug
    after: tuple[int | None, ...]
    said: str

    def __str__(self) -> str:
        found = [it for it in self.after if it is not None]
        share = f"{len(found)} of {len(self.after)}"
        return f"{self.bug.name:40} {share:>8} {median(found) if found else '-':>8} {self.said[:80]}"


WORKER = "services/sync-worker/syncline_sync_worker"
ENGINE = [
    replace(it, file=f"{WORKER}/{it.file}")
    for it in (*CREATING, *READING, *PLANNING, *WRITING, *OWNING, *PEOPLE)
]
BUGS = (*ENGINE, *STAND_INS)


@contextmanager
def planted(bug: Bug) -> Iterator[Path]:
    """A folder that, first on the path, holds the packages with the bug in them."""
    with tempfile.TemporaryDirectory(prefix="syncline-planted-") as name:
        folder = Path(name)
        for package in PACKAGES:
            shutil.copytree(
                ROOT / package, folder / Path(package).name, ignore=shutil.ignore_patterns("__pycache__")
            )
        place = next(it for it in PACKAGES if bug.file.startswith(f"{it}/"))
        file = folder / Path(place).name / bug.file.removeprefix(f"{place}/")
        text = file.read_text()
        if text.count(bug.old) != 1:
            raise ValueError(f"{bug.name}: the old text stands {text.count(bug.old)} times in {bug.file}")
        file.write_text(text.replace(bug.old, bug.new))
        yield folder


def catch(bug: Bug, *, starts: int, seeds: int) -> Caught:
    after: list[int | None] = []
    said = ""
    with planted(bug) as folder:
        for number in range(starts):
            first = 1 + number * APART
            found = _first_failure(folder, first, seeds, bug.subject)
            after.append(found[0] - first + 1 if found else None)
            said = found[1] if found else said
    return Caught(bug, tuple(after), said)


def _first_failure(folder: Path, first: int, seeds: int, subject: str) -> tuple[int, str] | None:
    command = [
        sys.executable,
        "-m",
        "simulation.soak",
        "--subject",
        subject,
        "--stop",
        "--at-once",
        "1",
        "--shown",
        "0",
    ]
    command += ["--seeds", str(seeds), "--seed-from", str(first)]
    environment = {**os.environ, "PYTHONPATH": f"{folder}:{ROOT / 'tests'}"}
    limit = STARTING_COSTS + LONGEST * seeds  # a bug may also make it hang
    ran = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=limit, check=False
    )
    failed = TRIED.search(ran.stdout)
    if failed is None and ran.returncode != 0:
        raise RuntimeError(f"the soak itself failed: {ran.stderr[-2000:]}")
    return (int(failed[1]), failed[2]) if failed else None


def caught_by(bug: Bug, tests: Sequence[str]) -> str | None:
    """The first of them that fails."""
    with planted(bug) as folder:
        environment = {**os.environ, "PYTHONPATH": str(folder)}
        command = [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", *AS_PLANTED, *tests]
        ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    failed = TEST.search(ran.stdout)
    if failed is None and ran.returncode != 0:
        raise RuntimeError(f"pytest itself failed: {ran.stdout[-2000:]}{ran.stderr[-2000:]}")
    return failed[1] if failed else None


def _soaked(bug: Bug, starts: int, seeds: int) -> bool:
    caught = catch(bug, starts=starts, seeds=seeds)
    print(caught, flush=True)
    return None not in caught.after


def _tested(bug: Bug, tests: Sequence[str]) -> bool:
    test = caught_by(bug, tests)
    print(f"{bug.name:60} {test or '-'}", flush=True)
    return test is not None


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m simulation.planted", description=__doc__)
    parser.add_argument(
        "--starts", type=int, default=3, help="how often each is looked for, from other seeds"
    )
    parser.add_argument("--seeds", type=int, default=500, help="at most, at each start")
    parser.add_argument("--subject", help="only bugs of this one: engine, stand-in, sturdy")
    parser.add_argument("--only", nargs="+", default=[""], help="bugs with one of these in their name")
    parser.add_argument("--tests", nargs="+", help="look for them by these tests, instead of by seeds")
    given = parser.parse_args(arguments)
    chosen = [
        it
        for it in BUGS
        if given.subject in (None, it.subject) and any(name in it.name for name in given.only)
    ]
    if given.tests:
        found = [_tested(it, given.tests) for it in chosen]
    else:
        print(f"{'bug':40} {'caught':>8} {'median':>8} by")
        found = [_soaked(it, given.starts, given.seeds) for it in chosen]
    return 0 if all(found) else 1


if __name__ == "__main__":
    sys.exit(main())
