"""A worker of its own: it is told where to work, says `ready`, and works when a line comes until nothing is left to do.

What it prints then is how many seconds of a processor it took.
"""

import asyncio
import json
import sys
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import func, select

from benchmarks.joined import own, processor, until_idle
from end_to_end.in_step import HeldCredentials
from syncline_common.db.engine import open_database, open_engine
from syncline_common.db.tx import Database
from syncline_common.logging import set_up_logging
from syncline_common.sdk.outbound import Outbound
from syncline_common.settings import DatabaseSettings, ProcessSettings
from syncline_sync_worker.app import SERVICE
from syncline_sync_worker.loops import WORKS
from syncline_sync_worker.store.tables import work
from syncline_sync_worker.work.worker import Worker


async def main() -> None:
    set_up_logging(ProcessSettings(log_level="error"))  # what it prints is its answer
    told = json.loads(await asyncio.to_thread(sys.stdin.readline))
    engine = open_engine(DatabaseSettings(database_url=SecretStr(told["database"])), SERVICE.name)
    outbound = Outbound(told["routes"])
    credentials = HeldCredentials({UUID(node): kind for node, kind in told["nodes"].items()})
    db = open_database(engine, SERVICE.metadata)
    worker = own(db, credentials, outbound, told["instance"]).worker
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    before = processor()
    await asyncio.gather(*(_until_done(worker, db) for _ in range(WORKS)))
    print(processor() - before, flush=True)
    await outbound.aclose()
    await engine.dispose()


async def _until_done(worker: Worker, db: Database) -> None:
    """What is put off for a moment is waited for."""
    left = 1
    while left:
        await until_idle(worker.work)
        async with db.read() as tx:
            left = await tx.session.scalar(select(func.count()).select_from(work)) or 0
        await asyncio.sleep(0.2 if left else 0)


if __name__ == "__main__":
    asyncio.run(main())
