"""From a webhook's arrival until the other system has the change, with the product's own loops and its route on loopback.

The records were edited before, and nothing is scanned: what is measured is a webhook's way. The floor beside it is what
the vendors themselves take: a fetch of both sides and an update, one record at a time by the bare gateway.
"""

import asyncio
import json
import statistics
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime

import httpx2
import uvicorn
from sqlalchemy import func, select

from benchmarks import REPOSITORY
from benchmarks.figure import Aim, Line
from benchmarks.joined import SOURCE, TARGET, edit, edited, one_way, own, processor, publish, vendors
from benchmarks.places import furnish, hosted, place
from benchmarks.records import bare
from common.served import ACCOUNT
from end_to_end.in_step import BOARDS, HeldCredentials, allow_much
from syncline_common.access.hook_tokens import HookOwner, HookTokens
from syncline_common.db.tx import Database
from syncline_common.ids import new_id
from syncline_common.runtime.service import Home, Service
from syncline_common.schemas.connector import NodeRef, Priority, Update
from syncline_common.sdk.outbound import Outbound
from syncline_sandbox.serving import hosted as on_loopback
from syncline_sync_worker.app import SERVICE, make_loops
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.store.tables import link, work

RATES = (50, 200)  # webhooks a second
MIDDLE, SLOWEST = Aim("<", 20), Aim("<", 80)  # ms
PATIENCE = 60.0  # seconds, for the last of them
FLOOR = 30  # records


@dataclass(frozen=True, slots=True)
class Way:
    """In: where webhooks are posted. Out: what the vendor of side b has seen."""

    hook: str
    secret: str
    outbound: Outbound
    target: str
    db: Database


async def measure(quick: bool) -> Sequence[Line]:
    lines = list[Line]()
    for kind in ("sqlite", "postgres"):
        for rate in RATES:
            lines += await _figures(kind, rate, seconds=3 if quick else 15)
    return lines


async def _figures(database: str, rate: int, seconds: int) -> list[Line]:
    count = rate * seconds
    async with _running(database, count + FLOOR) as way:
        ids = await edit(way.outbound, count + FLOOR)
        floor = sorted(await _floor(way, ids[count:]))
        after = await _asked(way)
        await _applied(
            way, set(await _send(way, ids[count:], rate)), after
        )  # what is asked once is asked by now
        before = processor()
        sent = await _send(way, ids[:count], rate)
        applied = await _applied(way, set(sent), after)
        used = processor() - before
    delays = sorted((applied[id] - at) * 1_000 for id, at in sent.items())
    what, peer = f"webhook to applied at {rate}/s on {database}", "peer: the bare requests of one record"
    return [
        Line(f"{what}, p50; {peer}", "ms", [statistics.median(delays)], [statistics.median(floor)], MIDDLE),
        Line(f"{what}, p99; {peer}", "ms", [_late(delays)], [_late(floor)], SLOWEST),
        Line(what, "ms of processor a webhook", [used * 1_000 / count]),
    ]


def _late(delays: Sequence[float]) -> float:
    return delays[min(len(delays) - 1, int(len(delays) * 0.99))]


@asynccontextmanager
async def _running(database: str, count: int) -> AsyncIterator[Way]:
    """The first run is over."""
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        routes = await enter(vendors(count))
        at = await enter(place(database, "memory"))
        outbound, credentials = Outbound(routes), HeldCredentials()
        stack.push_async_callback(outbound.aclose)
        service = _service(credentials, outbound)
        await furnish(at, [service])
        running = (await enter(hosted(at, [service])))[service.name]
        home, connection = running.home, ConnectionRef(ACCOUNT, new_id())
        await allow_much(home.database, credentials)
        await publish(home.database, connection, one_way())
        await _linked(home.database, count)
        port = await enter(on_loopback(uvicorn.Config(running.app, log_level="critical", lifespan="off")))
        tokens = HookTokens(home.platform.hook_key)
        owner = HookOwner(SOURCE.kind, NodeRef(ACCOUNT, BOARDS))
        address = f"http://127.0.0.1:{port}/sync/v1/hooks/{tokens.token(owner)}"
        yield Way(address, tokens.secret(owner), outbound, routes[TARGET.url], home.database)


def _service(credentials: HeldCredentials, outbound: Outbound) -> Service:
    """Nobody else is there whom it could follow."""

    def alone(home: Home) -> object:
        home.platform = replace(home.platform, outbound=outbound)
        return own(home.database, credentials, outbound)

    return replace(
        SERVICE, own=alone, loops=lambda home: [it for it in make_loops(home) if it.name != "follow"]
    )


async def _linked(db: Database, count: int) -> None:
    linked = left = -1
    while linked < count or left:
        await asyncio.sleep(1)
        async with db.read() as tx:
            linked = await tx.session.scalar(select(func.count()).select_from(link)) or 0
            left = await tx.session.scalar(select(func.count()).select_from(work)) or 0


async def _floor(way: Way, ids: Sequence[str]) -> list[float]:
    """Milliseconds. Whatever record of side b is updated, it takes as long."""
    source, target = bare(way.outbound, SOURCE), bare(way.outbound, TARGET)
    one, other = source.reader(Priority.WEBHOOK), target.reader(Priority.WEBHOOK)
    writer = target.writer(Priority.WEBHOOK)
    page = await other.inventory(TARGET.stream, None)
    delays = list[float]()
    for id, partner in zip(ids, page.changed, strict=False):
        began = time.perf_counter()
        await one.fetch(SOURCE.stream, [id])
        (record,) = (await other.fetch(TARGET.stream, [partner.ref.id])).values()
        await writer.update([Update(record, {"category": "network"})])
        delays.append((time.perf_counter() - began) * 1_000)
    return delays


async def _send(way: Way, ids: Sequence[str], rate: int) -> dict[str, float]:
    """From a process of its own. When each left."""
    told = {"address": way.hook, "secret": way.secret, "rate": rate, "stream": SOURCE.stream, "ids": ids}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.hook_sender"), cwd=REPOSITORY, stdin=PIPE, stdout=PIPE
    )
    answer, _ = await process.communicate(json.dumps(told).encode())
    sent: dict[str, float] = json.loads(answer)
    return sent


async def _asked(way: Way) -> int:
    """How many requests side b's vendor has seen so far."""
    async with httpx2.AsyncClient(trust_env=False, timeout=60) as http:
        ledger = (await http.get(f"{way.target}/_sandbox/ledger")).json()
    return int(ledger["requests"][-1]["number"])


async def _applied(way: Way, ids: set[str], after: int) -> dict[str, float]:
    """When side b had them, by its vendor's clock, which is this machine's."""
    wanted, found = {edited(id): id for id in ids}, dict[str, float]()
    async with asyncio.timeout(PATIENCE), httpx2.AsyncClient(trust_env=False, timeout=60) as http:
        while len(found) < len(wanted):
            await asyncio.sleep(1)
            ledger = (await http.get(f"{way.target}/_sandbox/ledger", params={"after": after})).json()
            for it in ledger["effects"]:
                if id := wanted.get(it["after"].get(TARGET.title, "")):
                    found.setdefault(id, datetime.fromisoformat(it["at"]).timestamp())
    return found
