"""A few histories of each mode, as `make soak` runs them by the hundred; and the judge is judged."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from chaos.found import Found
from chaos.history import crash_history
from chaos.oracle import judge
from chaos.order import order_history
from chaos.writers import Told
from conftest import needs_postgres, needs_rabbit

SCALED = [needs_postgres, needs_rabbit]


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("mode", "seed"),
    [
        *(("embedded", seed) for seed in (2, 4)),
        *(pytest.param("scale-out", seed, marks=SCALED) for seed in (2,)),
        *(pytest.param("two", seed, marks=SCALED) for seed in (8,)),
    ],
)
async def test_nothing_acknowledged_is_lost_and_nothing_happens_twice(mode: str, seed: int) -> None:
    verdict = await crash_history(mode, seed)
    assert verdict.broken == []
    assert verdict.faults.total() >= 4 and verdict.events > 0


@needs_postgres
@needs_rabbit
@pytest.mark.timeout(240)
async def test_of_two_processes_that_die_and_freeze_each_keeps_the_order() -> None:
    verdict = await order_history(2)
    assert verdict.broken == []
    assert verdict.faults.total() >= 3 and verdict.events > 0


NOW = datetime(2026, 1, 1, tzinfo=UTC)
ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))


def good() -> tuple[Found, Told, list[tuple[int, UUID]]]:
    """Two networks, everywhere once. Events have the numbers of their networks plus 10."""
    ids, events = (ONE, TWO), (UUID(int=11), UUID(int=12))
    done = {"done_at": NOW, "parked_at": None, "attempts": 0, "error": None}
    body = [f'{{"networkid": "{it}"}}' for it in ids]
    found = Found(
        networks=[{"id": it, "name": f"name {it}"} for it in ids],
        outbox=[{"event_id": e, "body": b, "sent_at": NOW} for e, b in zip(events, body, strict=True)],
        idempotency=[{"key": "k", "status": 201}],
        known=[{"id": it} for it in ids],
        known_inbox=[{"event_id": it, **done} for it in events],
        announced=[
            {"position": n, "event_id": e, "network_id": i}
            for n, e, i in zip((1, 2), events, ids, strict=True)
        ],
        announced_inbox=[{"event_id": it, **done} for it in events],
        heads=[{"position": 2}],
    )
    told = Told(acknowledged={ONE: "name 1"}, by_writer=[[ONE, TWO]])
    return found, told, [(1, events[0]), (2, events[1])]


def test_the_judge_finds_no_fault_where_there_is_none() -> None:
    assert judge(*good(), one_writer=True) == []


Rows = list[dict[str, Any]]
WRONGS: dict[str, tuple[str, Callable[[Rows], Any]]] = {
    "acknowledged and gone": ("networks", lambda rows: rows.pop(0)),
    "unacknowledged, and not announced": ("announced", lambda rows: rows.pop(1)),
    "an event for nothing": ("outbox", lambda rows: rows.append({**rows[0], "event_id": THREE})),
    "never sent": ("outbox", lambda rows: rows[1].update(sent_at=None)),
    "unknown to connections": ("known", lambda rows: rows.pop(1)),
    "received and lost": ("known_inbox", lambda rows: rows.pop(0)),
    "received and forgotten": ("known_inbox", lambda rows: rows[0].update(done_at=None)),
    "tried more than once": ("announced_inbox", lambda rows: rows[0].update(attempts=1, error="oh")),
    "parked": ("announced_inbox", lambda rows: rows[0].update(parked_at=NOW)),
    "announced twice": ("announced", lambda rows: rows.append({**rows[1], "position": 3})),
    "a hole": ("announced", lambda rows: rows[1].update(position=3)),
    "another order": ("announced", lambda rows: rows.reverse()),
    "a head that is ahead": ("heads", lambda rows: rows[0].update(position=3)),
    "one name, two networks": ("networks", lambda rows: rows[1].update(name=rows[0]["name"])),
    "a key without an answer": ("idempotency", lambda rows: rows[0].update(status=None)),
}


@pytest.mark.parametrize("wrong", WRONGS)
def test_the_judge_notices(wrong: str) -> None:
    found, told, seen = good()
    table, do = WRONGS[wrong]
    rows = [dict(row) for row in getattr(found, table)]
    do(rows)
    assert judge(replace(found, **{table: rows}), told, seen, one_writer=True) != []


@pytest.mark.parametrize("seen", [[], [(1, UUID(int=11))], [(2, UUID(int=12)), (1, UUID(int=11))]])
def test_the_judge_notices_what_the_stream_left_out_or_turned_round(seen: list[tuple[int, UUID]]) -> None:
    found, told, whole = good()
    assert judge(found, told, seen, one_writer=True) != []
    assert judge(found, told, [*whole, whole[1]], one_writer=True) != []
