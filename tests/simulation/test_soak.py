"""The soak says how it went, in its last line and by its exit status, and a planted bug makes it fail."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulation.bugs.bug import Bug
from simulation.bugs.stand_ins import STAND_INS
from simulation.planted import ENGINE, ROOT, catch, planted

CAUGHT_WITHIN = 100  # seeds; those that take more are looked for by `python -m simulation.planted`
SOON = [it for it in STAND_INS if it.name != "writes without a second look"]


def soak(
    *arguments: str, folder: Path = ROOT / "tests", module: str = "simulation.soak"
) -> tuple[int, list[str]]:
    environment = {**os.environ, "PYTHONPATH": f"{folder}:{ROOT / 'tests'}"}
    command = [sys.executable, "-m", module, *arguments]
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout.splitlines()


def test_it_passes() -> None:
    status, lines = soak("--seeds", "30", "--seed-from", "7", "--twice")
    assert (status, lines[-1]) == (0, "30 passed, 0 failed")


def test_it_is_a_suite_of_all_soaks() -> None:
    status, lines = soak("--suite", "simulation", "--seeds", "3", "--seed-from", "7", module="chaos.soak")
    assert (status, lines[-1]) == (0, "3 passed, 0 failed")


def test_it_fails_and_shows_a_short_history() -> None:
    with planted(STAND_INS[0]) as folder:
        status, lines = soak("--subject", "stand-in", "--seeds", "10", "--shown", "1", folder=folder)
    failed = [line for line in lines if line.startswith("FAILED  seed ")]
    assert status == 1 and failed
    assert lines[-1] == f"{10 - len(failed)} passed, {len(failed)} failed"
    assert sum("again: make soak SUITE=simulation SEEDS=1 SEED_FROM=" in line for line in lines) == 1
    assert any(line.startswith("  !! P") for line in lines)


@pytest.mark.parametrize("bug", SOON, ids=lambda it: it.name)
def test_a_planted_bug_is_caught(bug: Bug) -> None:
    caught = catch(bug, starts=1, seeds=CAUGHT_WITHIN)
    assert caught.after[0] is not None, str(caught)


def test_each_bug_of_the_engine_can_still_be_planted() -> None:
    """Code moves on; a bug whose text is gone would be looked for in vain."""
    gone = [it.name for it in ENGINE if (ROOT / it.file).read_text().count(it.old) != 1]
    assert ENGINE and gone == []


def test_a_bug_that_can_t_be_planted_is_no_bug() -> None:
    with (
        pytest.raises(ValueError, match="stands 0 times"),
        planted(Bug("x", STAND_INS[0].file, "not in it", "")),
    ):
        pass
