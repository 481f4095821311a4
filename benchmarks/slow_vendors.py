"""A first run by 1, 2, 4 and 8 worker processes, before vendors that take a tenth of a second for each answer."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import AsyncExitStack

from sqlalchemy import func, select

from benchmarks import REPOSITORY
from benchmarks.figure import Line
from benchmarks.joined import Joined, joined
from syncline_sync_worker.store.tables import link

FULL, QUICK = 10_000, 2_000  # records
WORKERS = (1, 2, 4, 8)
LATENCY = 0.1


async def measure(quick: bool) -> Sequence[Line]:
    count = QUICK if quick else FULL
    lines, alone = list[Line](), 0.0
    for workers in (1, 4) if quick else WORKERS:
        seconds, used = await _round(workers, count)
        rate = count / seconds
        alone = alone or rate
        what = f"{count:,} records before vendors of 100 ms, {workers} workers"
        lines += [
            Line(f"{what}; peer: one of them", "records/s", [rate], [alone]),
            Line(f"{what}: how busy they kept the machine", "cores", [used / seconds]),
        ]
    return lines


async def _round(workers: int, count: int) -> tuple[float, float]:
    """Seconds, and those of all workers' processors."""
    async with joined("postgres", count) as here, AsyncExitStack() as stack:
        await here.scan()
        await here.conditions(latency=(LATENCY, LATENCY))
        them = [await _worker(here, number, stack) for number in range(workers)]
        clock = asyncio.get_running_loop().time
        began = clock()
        for it in them:
            assert it.stdin is not None
            it.stdin.write(b"go\n")
        used = sum([float(await _line(it)) for it in them])
        seconds = clock() - began
        await here.own.worker.finish()
        async with here.db.read() as tx:
            assert await tx.session.scalar(select(func.count()).select_from(link)) == count
    return seconds, used


async def _worker(here: Joined, number: int, stack: AsyncExitStack) -> Process:
    assert here.at.database.database_url is not None
    told = {
        "database": here.at.database.database_url.get_secret_value(),
        "routes": dict(here.routes),
        "nodes": {str(node): it.kind for node, it in here.credentials.held.items()},
        "instance": f"worker-{number}",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.worker_process"), cwd=REPOSITORY, stdin=PIPE, stdout=PIPE
    )
    stack.push_async_callback(_ended, process)
    assert process.stdin is not None
    process.stdin.write(json.dumps(told).encode() + b"\n")
    if await _line(process) != "ready":
        raise RuntimeError("a worker did not start")
    return process


async def _line(process: Process) -> str:
    assert process.stdout is not None
    return (await process.stdout.readline()).decode().strip()


async def _ended(process: Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()
