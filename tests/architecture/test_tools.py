"""What `make check` also asks: form, lint and types, so that the one test command leaves nothing out."""

import subprocess
import sys

import pytest

from architecture.sources import ROOT

ROOMS = ("libs", "services", "tests", "benchmarks", "deploy")
CHECKED = [room for room in ROOMS if any((ROOT / room).rglob("*.py"))]
COMMANDS = {
    "form": ["ruff", "format", "--check", "."],
    "lint": ["ruff", "check", "."],
    "types": ["mypy", *CHECKED],
}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("what", COMMANDS)
def test_it_is_clean(what: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *COMMANDS[what]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
