"""What the databases hold, read beside the services."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from sqlalchemy import select

from syncline_common.db.engine import open_database, open_engine
from syncline_common.errors import Unavailable
from syncline_common.runtime.service import Service
from syncline_common.settings import DatabaseSettings
from syncline_connections.app import SERVICE as CONNECTIONS
from syncline_registry.app import SERVICE as REGISTRY
from syncline_sync_worker.app import SERVICE as SYNC

ANSWERS_WITHIN = 30.0
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Found:
    networks: Rows
    outbox: Rows
    idempotency: Rows
    known: Rows
    known_inbox: Rows
    announced: Rows
    announced_inbox: Rows
    heads: Rows


async def look(settings: DatabaseSettings) -> Found:
    """A server that is crowded by other tests is asked again."""
    deadline = monotonic() + ANSWERS_WITHIN
    while True:
        try:
            return await _look(settings)
        except Unavailable:
            if monotonic() > deadline:
                raise
        await asyncio.sleep(0.2)


async def _look(settings: DatabaseSettings) -> Found:
    networks, outbox, idempotency = await rows_of(
        settings, REGISTRY, networks="created_at", outbox="seq", idempotency="key"
    )
    known, known_inbox = await rows_of(settings, CONNECTIONS, networks="id", inbox="seq")
    announced, announced_inbox, heads = await rows_of(
        settings, SYNC, announcement="position", inbox="seq", announcement_head="position"
    )
    return Found(networks, outbox, idempotency, known, known_inbox, announced, announced_inbox, heads)


async def rows_of(settings: DatabaseSettings, service: Service, **tables: str) -> list[Rows]:
    """Each named table, in the order of the column given."""
    engine = open_engine(settings, service.name)
    db = open_database(engine, service.metadata)
    try:
        async with db.read() as tx:
            found: list[Rows] = []
            for name, order in tables.items():
                table = db.tables[name]
                rows = await tx.session.execute(select(table).order_by(table.c[order]))
                found.append([dict(row) for row in rows.mappings()])
            return found
    finally:
        await engine.dispose()
