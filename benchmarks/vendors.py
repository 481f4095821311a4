"""Both simulated vendors in a process of their own, with so many records each, until its input ends."""

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from benchmarks import REPOSITORY
from syncline_sandbox import demo
from syncline_sandbox.serving import served
from syncline_sandbox.vendor import Vendor

MAKERS = {"azure_devops": demo.organisation, "servicenow": demo.instance}


@asynccontextmanager
async def vendor_process(kind: str, count: int) -> AsyncIterator[str]:
    """Its address."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.vendors", kind, str(count)),
        cwd=REPOSITORY,
        stdin=pipe,
        stdout=pipe,
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        yield json.loads(await process.stdout.readline())
    finally:
        process.stdin.close()
        await process.wait()


async def _serve(vendor: Vendor) -> None:
    async with served(vendor) as address:
        print(json.dumps(address), flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=MAKERS)
    parser.add_argument("count", type=int)
    given = parser.parse_args()
    asyncio.run(_serve(MAKERS[given.kind](count=given.count)))
