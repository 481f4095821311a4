"""Files go through a connector in parts, and an answer without end is given up: measured in a process of its own."""

import asyncio
import json
import os
import sys
from typing import Any

import pytest

from connectors.loopback import Loopback, loopback
from connectors.subjects import SUBJECTS
from syncline_common.sdk.exchange import MIB

HUNDRED = 100 * MIB
pytestmark = pytest.mark.timeout(180)  # 200 MB go through one process, on whatever machine


async def carried(place: Loopback, kind: str, way: str, id: str) -> Any:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "connectors.carrying", kind, str(place.port), way, id),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    told, _ = await process.communicate()
    assert process.returncode == 0
    return json.loads(told.splitlines()[-1])  # its log goes before


@pytest.mark.parametrize("kind", [kind for kind, it in SUBJECTS.items() if "attach" not in it.lacks])
async def test_a_file_of_100_mb_goes_up_and_down_in_little_memory(kind: str) -> None:
    async with loopback() as place:
        system = SUBJECTS[kind](place).system()
        system.takes_files_of(HUNDRED)
        up = await carried(place, kind, "up", system.add())
        down = await carried(place, kind, "down", system.file("large.bin", HUNDRED))
    assert up["size"] == down["size"] == HUNDRED
    assert up["most"] < 10 * MIB and down["most"] < 10 * MIB, (up, down)


@pytest.mark.parametrize("kind", SUBJECTS)
async def test_an_answer_of_1_gb_is_given_up(kind: str) -> None:
    """At the limit of 32 MiB; what came until then is let go of."""
    async with loopback() as place:
        system = SUBJECTS[kind](place).system()
        id = system.add()
        system.order("huge")
        told = await carried(place, kind, "read", id)
    assert told["size"] == 0 and told["most"] < 80 * MIB
