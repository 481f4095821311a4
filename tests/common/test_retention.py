"""What is over is forgotten, what waits for somebody never is."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import insert, select

from syncline_common.clock import ManualClock
from syncline_common.db.retention import AT_ONCE, COMMON, Keep, forget_once
from syncline_common.db.tx import Database
from syncline_common.ids import new_id

START = datetime(2026, 1, 1, tzinfo=UTC)
ACCOUNT = new_id()


def outgoing(**facts: Any) -> dict[str, Any]:
    row = {"account_id": ACCOUNT, "routing_key": "x", "body": b"", "created_at": START, "sent_at": None}
    return {"event_id": new_id()} | row | facts


def incoming(**facts: Any) -> dict[str, Any]:
    row = {"routing_key": "x", "body": b"", "received_at": START, "attempts": 0, "due_at": START}
    return {"event_id": new_id(), "done_at": None, "parked_at": None} | row | facts


def answer(key: str) -> dict[str, Any]:
    return {
        "account_id": ACCOUNT,
        "person_id": ACCOUNT,
        "key": key,
        "fingerprint": "f",
        "created_at": START,
    }


async def add(db: Database, table: str, *rows: dict[str, Any]) -> None:
    async with db.begin() as tx:
        await tx.session.execute(insert(db.tables[table]), rows)


async def left(db: Database, table: str) -> list[Any]:
    columns = db.tables[table].primary_key.columns
    async with db.read() as tx:
        return list((await tx.session.execute(select(*columns))).all())


@pytest.mark.parametrize(
    ("table", "row", "hours", "stays"),
    [
        ("outbox", outgoing(sent_at=START), 7 * 24, True),
        ("outbox", outgoing(sent_at=START), 7 * 24 + 1, False),
        ("outbox", outgoing(), 10_000, True),  # the broker is away for a year
        ("inbox", incoming(done_at=START), 8 * 24, True),  # the log is replayed for 7 days
        ("inbox", incoming(done_at=START), 8 * 24 + 1, False),
        ("inbox", incoming(), 10_000, True),
        ("inbox", incoming(parked_at=START, attempts=10), 10_000, True),
        ("idempotency", answer("k"), 24, True),
        ("idempotency", answer("k"), 25, False),
    ],
    ids=lambda it: str(it) if not isinstance(it, dict) else "",
)
async def test_kept_as_long_as_promised(
    db: Database, clock: ManualClock, table: str, row: dict[str, Any], hours: int, stays: bool
) -> None:
    await add(db, table, row)
    clock.advance(hours=hours)
    assert await forget_once(db, COMMON) == (0 if stays else 1)
    assert len(await left(db, table)) == (1 if stays else 0)


async def test_a_little_at_a_time_until_nothing_is_left(db: Database, clock: ManualClock) -> None:
    await add(db, "outbox", *(outgoing(sent_at=START) for _ in range(AT_ONCE + 10)))
    await add(db, "outbox", outgoing())
    clock.advance(days=8)
    assert [await forget_once(db, COMMON) for _ in range(3)] == [AT_ONCE, 10, 0]
    assert len(await left(db, "outbox")) == 1


async def test_rows_with_a_key_of_several_columns(db: Database, clock: ManualClock) -> None:
    await add(db, "idempotency", answer("old-1"), answer("old-2"))
    clock.advance(hours=25)
    await add(db, "idempotency", answer("new") | {"created_at": clock.now()})
    assert await forget_once(db, [Keep("idempotency", "created_at", 1)]) == 2
    assert [row.key for row in await left(db, "idempotency")] == ["new"]
