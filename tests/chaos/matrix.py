"""The fault matrix: while colleagues work in both systems, one thing after the other goes wrong; all ends in step."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic

from backing.tcp_proxy import TcpProxy
from chaos.colleagues import Colleagues, at_work
from chaos.database_away import end
from chaos.matrix_oracle import Kept, in_step, judge
from chaos.premises import CONNECTIONS, TOKEN, Premises, own_servers, premises
from chaos.vendors import by_us
from chaos.verdict import Scenario, Scenarios, Verdict, verdict_in
from end_to_end.in_step import FIELDS
from syncline_sandbox.faults import Fault

BEFORE = 4.0  # seconds of work before anything happens
AWAY = 20.0
FROZEN = 45.0  # beyond a lease
IN_STEP_WITHIN = (
    420.0  # a create in doubt waits out a lease, the longest request and what a search lags; twice
)
QUIET = 35.0  # three cycles, in which nothing may be written
TRIES = 3  # with a credential that was turned away (P14)
Harm = Callable[[Premises, Random, Verdict], Awaitable[None]]

UPSETS = (
    Fault.SLOW,
    Fault.ERROR_BEFORE,
    Fault.ERROR_AFTER,
    Fault.HTML,
    Fault.HTML_AFTER,
    Fault.INVALID_JSON,
    Fault.TRUNCATED,
    Fault.EMPTY,
    Fault.OTHER_JSON,
    Fault.CUT,
    Fault.HUGE,
    Fault.GZIP_BOMB,
    Fault.REDIRECT_LOOP,
    Fault.HANG_AFTER,
)


PAGES = (Fault.HTML, Fault.HTML_AFTER, Fault.REDIRECT_LOOP)
ANY_BUT_WHETHER = "[!p]*"  # who asks whether its token is good, and gets a page, has been told that it is not


async def killed_workers(here: Premises, random: Random, verdict: Verdict) -> None:
    for _ in range(4):
        os.kill(random.choice(here.workers()), signal.SIGKILL)
        verdict.faults["killed"] += 1
        await asyncio.sleep(random.uniform(3, 8))


async def frozen_workers(here: Premises, random: Random, verdict: Verdict) -> None:
    for _ in range(2):
        pid = random.choice(here.workers())
        os.kill(pid, signal.SIGSTOP)
        verdict.faults["frozen"] += 1
        await asyncio.sleep(FROZEN)
        os.kill(pid, signal.SIGCONT)


async def broker_restarts(here: Premises, random: Random, verdict: Verdict) -> None:
    for _ in range(2):
        how = random.choice(("stopped", "killed"))
        await (here.servers.rabbit.stop() if how == "stopped" else here.servers.rabbit.kill())
        verdict.faults[f"broker {how}"] += 1
        await asyncio.sleep(random.uniform(1, AWAY))
        await here.servers.rabbit.start()
        await asyncio.sleep(random.uniform(3, 6))


async def database_restarts(here: Premises, random: Random, verdict: Verdict) -> None:
    for how in random.sample(("fast", "immediate", "kill"), 3):
        await end(here.servers.postgres, how)
        verdict.faults[f"database {how}"] += 1
        await asyncio.sleep(random.uniform(1, 6))
        await here.servers.postgres.start()
        await asyncio.sleep(random.uniform(3, 6))


async def partition(
    to: Callable[[Premises], Sequence[TcpProxy]], here: Premises, random: Random, verdict: Verdict
) -> None:
    """Silence that ends, silence that ends with everything broken off, and nobody listening."""
    for how in ("silent", "silent, then broken off", "refusing", "broken off"):
        for proxy in to(here):
            if how == "refusing":
                proxy.refuse()
            elif how == "broken off":
                proxy.break_off()
            else:
                proxy.silence()
        verdict.faults[how] += 1
        await asyncio.sleep(AWAY if how != "broken off" else 1)
        for proxy in to(here):
            if how.endswith("broken off"):
                proxy.break_off()
            proxy.heal()
        await asyncio.sleep(random.uniform(1, 4))


async def everything_at_once(here: Premises, random: Random, verdict: Verdict) -> None:
    """A worker dies, every connection there is breaks off, and either vendor answers badly."""
    os.kill(random.choice(here.workers()), signal.SIGKILL)
    for proxy in here.proxies:
        proxy.break_off()
    for vendor in here.vendors.both:
        for fault in (Fault.RATE_LIMITED, Fault.HTML, Fault.CUT, Fault.ERROR_BEFORE):
            vendor.faults.order("*", fault)
    verdict.faults["all at once"] += 1
    await asyncio.sleep(1)


async def upset_vendors(here: Premises, random: Random, verdict: Verdict) -> None:
    """Each answers badly now and then, in every way there is, to reads and to writes."""
    for fault in random.sample(UPSETS, len(UPSETS)):
        for vendor in here.vendors.both:
            asked = ANY_BUT_WHETHER if fault in PAGES else "*"
            vendor.faults.order(asked, fault, count=2, skip=random.randrange(4))
            verdict.faults[fault.value] += 2
        await asyncio.sleep(random.uniform(1, 4))
    await asyncio.sleep(10)


async def rate_storm(here: Premises, random: Random, verdict: Verdict) -> None:
    """Most of what either is asked is answered 429."""
    for _ in range(12):
        for vendor in here.vendors.both:
            vendor.faults.order("*", Fault.RATE_LIMITED, count=5)
            verdict.faults["429"] += 5
        await asyncio.sleep(random.uniform(1, 4))


async def revoked(here: Premises, random: Random, verdict: Verdict) -> None:
    """A person revokes the credential, and later enters it anew."""
    boards = here.vendors.boards
    account = next(it.caller for it in boards.ledger.requests if it.caller and it.operation != "by hand")
    asked = len(boards.ledger.requests)
    boards.revoked.add(account)
    verdict.faults["revoked"] += 1

    async def stopped() -> bool:
        return bool((await here.ask("GET", f"{CONNECTIONS}/{here.connection}"))["state"] == "error")

    await here.until(stopped, "stopped", 60)
    await asyncio.sleep(15)
    refused = [it for it in boards.ledger.requests[asked:] if it.status == 401]
    if len(refused) > TRIES:
        verdict.broken.append(f"P14: {len(refused)} requests with a credential that is revoked")
    boards.revoked.clear()
    systems = (await here.ask("GET", "/registry/v1/systems"))["items"]
    system = next(it["id"] for it in systems if "dev.azure.com" in it["url"])
    body = {"network_id": here.network, "auth": TOKEN}
    await here.ask("PUT", f"/registry/v1/systems/{system}/credential", body)


async def edited_configuration(here: Premises, random: Random, verdict: Verdict) -> None:
    """Without the states, with them again, and one way."""
    for fields in (FIELDS[:1] + FIELDS[2:], FIELDS, [{**FIELDS[1]}, FIELDS[0], FIELDS[2]]):
        await here.publish(fields=fields)
        verdict.faults["published"] += 1
        await asyncio.sleep(random.uniform(4, 10))


HARMS: dict[str, Harm] = {
    "everything-at-once": everything_at_once,
    "killed-workers": killed_workers,
    "frozen-workers": frozen_workers,
    "broker-restarts": broker_restarts,
    "database-restarts": database_restarts,
    "broker-partition": partial(partition, lambda here: [here.to_rabbit]),
    "database-partition": partial(partition, lambda here: [here.to_postgres]),
    "vendor-partition": partial(partition, lambda here: [here.to_boards, here.to_instance]),
    "upset-vendors": upset_vendors,
    "rate-storm": rate_storm,
    "revoked": revoked,
    "edited-configuration": edited_configuration,
}


@asynccontextmanager
async def matrix_suite(names: Sequence[str]) -> AsyncIterator[Scenarios]:
    """One after the other, on the same premises: what one leaves behind is there for the next."""
    with TemporaryDirectory(prefix="syncline-matrix-") as folder:
        async with own_servers(Path(folder)) as servers, premises(Path(folder), servers) as here:
            await here.furnish()
            turn = asyncio.Lock()

            def one(name: str) -> Scenario:
                async def scenario(seed: int) -> Verdict:
                    async with turn:
                        return await harmed(here, HARMS[name], Random(f"{name} {seed}"))

                return scenario

            yield {name: one(name) for name in names}


async def harmed(
    here: Premises, harm: Harm, random: Random, *, before: float = BEFORE, quiet: float = QUIET
) -> Verdict:
    """Colleagues work, harm is done, they stop; then all is to be in step, and to stay so."""
    colleagues = Colleagues(here.vendors, random)
    since = tuple(len(it.ledger.effects) for it in here.vendors.both)
    assert len(since) == 2
    with verdict_in() as (verdict, _):
        async with at_work(colleagues):
            await asyncio.sleep(before)
            try:
                await harm(here, random, verdict)
            finally:
                here.mend()
        stopped = monotonic()
        await _until_in_step(here, verdict)
        verdict.figures["in step after"] = round(monotonic() - stopped, 1)
        written = [len(by_us(it, 0)) for it in here.vendors.both]
        await asyncio.sleep(quiet)
        if written != [len(by_us(it, 0)) for it in here.vendors.both]:
            verdict.broken.append("P9: something was written after it had come to rest")
        verdict.broken += judge(here.vendors, colleagues, await kept(here), since)
        verdict.events = colleagues.made + len(colleagues.edits)
    return verdict


async def _until_in_step(here: Premises, verdict: Verdict) -> None:
    deadline = monotonic() + IN_STEP_WITHIN
    while monotonic() < deadline:
        if in_step(here.vendors):
            shown = await here.look()
            if not (shown["waiting"] or shown["delayed"]) and in_step(here.vendors):
                return
        await asyncio.sleep(0.5)
    verdict.broken.append(f"P2: not in step {IN_STEP_WITHIN:.0f} s after the last edit: {await here.look()}")


async def kept(here: Premises) -> Kept:
    links = await here.rows("SELECT a_id, b_id FROM link")
    conflicts = await here.rows("SELECT value_a, value_b FROM conflict")
    issues = await here.rows("SELECT cause, hint FROM issue WHERE state = 'open'")
    at_once = "SELECT link_id, at FROM ledger GROUP BY link_id, at HAVING count(DISTINCT version) > 1"
    return Kept(
        [(it["a_id"], it["b_id"]) for it in links],
        [(it["value_a"], it["value_b"]) for it in conflicts],
        [f"{it['cause']}: {it['hint']}" for it in issues],
        len(await here.rows(at_once)),
    )
