"""Four processes on one budget in PostgreSQL: how much of it they use, and whether the vendor ever has to refuse one."""

import asyncio
from collections.abc import Sequence

from pydantic import SecretStr

from backing.databases import fresh_database
from benchmarks.figure import Aim, Line
from benchmarks.places import POSTGRES
from gate.takers import PROCESSES, forbid_all, taking, until_used, vendor
from syncline_common.sdk.gate import Budget
from syncline_common.settings import DatabaseSettings
from syncline_common.testing.database import opened
from syncline_sandbox.serving import served
from syncline_sync_worker.app import SERVICE

LIMIT, PER = 200, 10.0
SHARE = Budget("town", LIMIT, PER).mine


async def measure(quick: bool) -> Sequence[Line]:
    rounds = [await _round(3 if quick else 6) for _ in range(1 if quick else 3)]
    of = f"{PROCESSES} processes, {LIMIT} requests in {PER:.0f} s"
    used, fullest, refused, after = (list(it) for it in zip(*rounds, strict=True))
    return [
        Line(f"budget used, of the workers' {SHARE}, {of}", "%", used, (), Aim(">=", 95)),
        Line("requests in the fullest window, by the vendor's count", "requests", fullest, (), _up_to(LIMIT)),
        Line("requests refused meanwhile", "requests", refused, (), _up_to(0)),
        Line("requests after everybody was told to stop", "requests", after, (), _up_to(PROCESSES)),
    ]


def _up_to(most: int) -> Aim:
    return Aim("<", most + 1)


async def _round(windows: int) -> tuple[float, float, float, float]:
    """Over whole windows, after one in which the processes got going."""
    made = vendor(LIMIT, PER)
    async with (
        fresh_database(POSTGRES) as url,
        opened(DatabaseSettings(database_url=SecretStr(url)), SERVICE),
        served(made) as address,
        taking(url, address, LIMIT, PER) as them,
    ):
        await until_used(made, PROCESSES * 2)
        await asyncio.sleep(PER)
        before = len(made.ledger.requests)
        await asyncio.sleep(windows * PER)
        asked = len(made.ledger.requests) - before
        fullest, refused = made.budget.most, _refused(made.ledger.requests)
        forbid_all(made)
        for it in them:
            await it.communicate()
    return 100 * asked / (SHARE * windows), fullest, refused, _refused(made.ledger.requests) - refused


def _refused(requests: Sequence[object]) -> int:
    return sum(getattr(it, "status", 0) == 429 for it in requests)
