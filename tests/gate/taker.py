"""A process that asks a vendor as often as the stored gate lets it, until it is told to wait for longer than a minute.

`python -m gate.taker <database> <vendor> <limit> <seconds>` prints how often it asked, and how it ended.
"""

import asyncio
import sys
import time

from pydantic import SecretStr

from sdk.vendor import NO_TLS, nowhere
from syncline_common.clock import SystemClock
from syncline_common.connectors.opening import Opener
from syncline_common.db.engine import open_database, open_engine
from syncline_common.errors import RateLimited
from syncline_common.schemas.connector import Priority
from syncline_common.sdk.credentials import Credential
from syncline_common.sdk.gate import Budget
from syncline_common.sdk.gateway import Gateway
from syncline_common.sdk.meter import Meter
from syncline_common.sdk.outbound import Outbound
from syncline_common.settings import DatabaseSettings
from syncline_sync_worker.app import SERVICE
from syncline_sync_worker.store.gate_store import StoredGate

SYSTEM = "https://sandbox.service-now.com"
WAY_IN = Credential(
    "basic", {"username": SecretStr("sync.account"), "password": SecretStr("sandbox-password")}
)
LONG = 60.0  # seconds
ONE_ROW = {"sysparm_limit": 1, "sysparm_fields": "sys_id"}


async def main(database: str, vendor: str, limit: int, per: float) -> None:
    engine = open_engine(DatabaseSettings(database_url=SecretStr(database)), SERVICE.name)
    outbound = Outbound({SYSTEM: vendor}, resolver=nowhere, tls=NO_TLS)
    meter = Meter(
        StoredGate(open_database(engine, SERVICE.metadata)), Budget("town", limit, per), time.monotonic
    )
    opened = Opener(outbound, SystemClock()).open("servicenow", SYSTEM, WAY_IN, meter)
    try:
        print(await asked(opened.gateway.priority(Priority.USER)), "held", flush=True)
    finally:
        await outbound.aclose()
        await engine.dispose()


async def asked(gateway: Gateway) -> int:
    """How often it was answered before the vendor wanted to be left alone."""
    count, wait = 0, 0.0
    while wait < LONG:
        try:
            await gateway.get("/api/now/table/incident", ONE_ROW)
            count += 1
        except RateLimited as error:  # others had each token first, or the vendor has said so
            wait = error.retry_after or 0.0
    return count


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))
