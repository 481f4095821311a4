"""Is a service fit to be sent requests, and what is waiting in it?"""

import asyncio
from typing import Any

from sqlalchemy import Table, func, select, text

from syncline_common.api import metrics
from syncline_common.bus.transport import Transport
from syncline_common.db.migrate import schema_version
from syncline_common.db.tx import Database, ReadTx
from syncline_common.errors import Unavailable
from syncline_common.runtime.service import Home, Service
from syncline_common.runtime.supervisor import Supervisor

WITHIN = 5.0  # seconds


class Readiness:
    def __init__(self, service: Service, home: Home, supervisor: Supervisor) -> None:
        self._service, self._home, self._supervisor = service, home, supervisor

    async def check(self) -> dict[str, Any]:
        loops = self._supervisor.health()
        found: dict[str, Any] = {
            "database": "ok",
            "bus": await _bus(self._home.platform.transport),
            "loops": loops,
        }
        try:
            async with asyncio.timeout(WITHIN), self._home.database.read() as tx:
                found |= await self._in_database(tx)
        except (Unavailable, TimeoutError):
            found["database"] = "away"
        return {"status": _verdict(found), "instance": self._home.platform.process.instance, **found}

    async def note_figures(self) -> None:
        try:
            async with asyncio.timeout(WITHIN), self._home.database.read() as tx:
                queues = await _queues(self._home.database, tx)
        except (Unavailable, TimeoutError):
            return
        name = self._service.name
        metrics.OUTBOX_WAITING.labels(name).set(queues["outbox"]["waiting"])
        metrics.OUTBOX_OLDEST.labels(name).set(queues["outbox"]["oldest_seconds"])
        metrics.INBOX_WAITING.labels(name).set(queues["inbox"]["waiting"])
        metrics.INBOX_OLDEST.labels(name).set(queues["inbox"]["oldest_seconds"])
        metrics.INBOX_PARKED.labels(name).set(queues["inbox"]["parked"])

    async def _in_database(self, tx: ReadTx) -> dict[str, Any]:
        await tx.session.execute(text("SELECT 1"))
        version, expected = await schema_version(tx), _expected(self._service)
        if version < expected:
            return {"database": f"at version {version}, needs {expected}: run the migration"}
        return await _queues(self._home.database, tx)


async def _bus(transport: Transport) -> str:
    try:
        async with asyncio.timeout(WITHIN):
            await transport.ping()
    except (Unavailable, TimeoutError):
        return "away"
    return "ok"


def _verdict(found: dict[str, Any]) -> str:
    states = set(found["loops"].values())
    if found["database"] != "ok" or "stuck" in states:
        return "unready"
    return "degraded" if found["bus"] != "ok" or "failing" in states else "ok"


def _expected(service: Service) -> str:
    return max(path.stem[:4] for path in service.migrations.glob("[0-9]*.py"))


async def _queues(db: Database, tx: ReadTx) -> dict[str, dict[str, float]]:
    outbox, inbox = db.tables["outbox"], db.tables["inbox"]
    waiting = inbox.c.done_at.is_(None) & inbox.c.parked_at.is_(None)
    parked = await tx.session.scalar(select(func.count()).where(inbox.c.parked_at.is_not(None)))
    return {
        "outbox": await _queue(tx, outbox, outbox.c.created_at, outbox.c.sent_at.is_(None)),
        "inbox": await _queue(tx, inbox, inbox.c.received_at, waiting) | {"parked": parked or 0},
    }


async def _queue(tx: ReadTx, table: Table, since: Any, waiting: Any) -> dict[str, float]:
    query = select(func.count(), func.min(since)).select_from(table).where(waiting)
    count, oldest = (await tx.session.execute(query)).one()
    age = 0.0 if oldest is None else max(0.0, (await tx.now() - oldest).total_seconds())
    return {"waiting": count, "oldest_seconds": round(age, 1)}
