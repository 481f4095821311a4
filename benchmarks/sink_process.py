"""The receiving service alone, as a process of its own: prints `ready`, applies events until its input ends, then tells when."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from benchmarks import REPOSITORY
from benchmarks.places import Place, hosted
from benchmarks.post import Arrivals, sink
from syncline_common.logging import set_up_logging
from syncline_common.settings import BusSettings, DatabaseSettings, ProcessSettings

LONGEST_ANSWER = 16 * 1024 * 1024


class FarSink:
    """What the other process tells: `applied` forgets it, so that each answer is of what came since the last one."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def applied(self) -> dict[int, float]:
        assert self._process.stdin is not None
        self._process.stdin.write(b"\n")
        told: dict[str, float] = json.loads(await self.line())
        return {int(number): at for number, at in told.items()}

    async def line(self) -> str:
        assert self._process.stdout is not None
        return (await self._process.stdout.readline()).decode().strip()


@asynccontextmanager
async def sink_process(at: Place) -> AsyncIterator[FarSink]:
    assert at.database.database_url is not None and at.bus.bus_url is not None
    own = {
        "SYNCLINE_DATABASE_URL": at.database.database_url.get_secret_value(),
        "SYNCLINE_BUS_URL": at.bus.bus_url.get_secret_value(),
        "SYNCLINE_BUS_NAMESPACE": at.bus.bus_namespace,
    }
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.sink_process"),
        env=os.environ | own,
        cwd=REPOSITORY,
        stdin=pipe,
        stdout=pipe,
        limit=LONGEST_ANSWER,
    )
    far = FarSink(process)
    try:
        if await far.line() != "ready":
            raise RuntimeError("the sink did not start")
        yield far
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


async def main() -> None:
    set_up_logging(ProcessSettings(log_level="warning"))  # what it prints is its answer
    arrivals = Arrivals()
    async with hosted(Place(DatabaseSettings(), BusSettings()), [sink(arrivals)]) as running:
        with arrivals.heard(running["sink"].home.database):
            print("ready", flush=True)
            while await asyncio.to_thread(sys.stdin.readline):
                told, arrivals.at = arrivals.at, {}
                print(json.dumps(told), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
