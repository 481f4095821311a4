"""Takers as processes of their own, beside a simulated vendor that counts."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from syncline_sandbox import demo
from syncline_sandbox.limits import Budget
from syncline_sandbox.servicenow.instance import Instance

PROCESSES = 4


def vendor(limit: int, per: float) -> Instance:
    """Strict: whoever asks once too often within its window is refused."""
    made = demo.instance(count=1)
    made.budget = Budget(timedelta(seconds=per), limit)
    return made


@asynccontextmanager
async def taking(database: str, address: str, limit: int, per: float) -> AsyncIterator[list[Process]]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    given = ("-m", "gate.taker", database, address, str(limit), str(per))
    tied = ("setpriv", "--pdeathsig=KILL", "--")
    them = [
        await asyncio.create_subprocess_exec(*tied, sys.executable, *given, stdout=PIPE, env=environment)
        for _ in range(PROCESSES)
    ]
    try:
        yield them
    finally:
        for it in them:
            if it.returncode is None:
                it.kill()
            await it.wait()


async def until_used(made: Instance, wanted: int) -> None:
    """Until one window has seen so many requests."""
    while made.budget.most < wanted:
        await asyncio.sleep(0.05)


def forbid_all(made: Instance) -> None:
    """From now on everybody is told to come back in an hour."""
    made.budget = Budget(timedelta(hours=1), 0)
