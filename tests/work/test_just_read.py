"""What came with a page of changes is looked at once instead of being fetched, and never where that could mislead."""

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any, cast

import pytest

from syncline_common.ids import new_id
from syncline_common.schemas.connector import NodeRef
from syncline_common.schemas.records import Record, RecordRef
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.run import Run, RunKind
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.domain.work import Batch, Claimed, Reason
from syncline_sync_worker.work.hand import Hand
from syncline_sync_worker.work.just_read import AT_MOST, LARGEST, JustRead
from syncline_sync_worker.work.observe import Observer
from syncline_sync_worker.work.tools import Tools
from work.pairs import NOW, record, rules, traits, unlinked

NODE, OTHER_NODE = NodeRef(new_id(), new_id()), NodeRef(new_id(), new_id())
ONE = record(Side.A, {"title": "x"})


class Asked:
    def __init__(self) -> None:
        self.ids: list[str] = []

    def traits(self, stream: str) -> Any:
        return traits()[Side.A]

    async def fetch(self, stream: str, ids: Any) -> Mapping[str, Record]:
        self.ids += ids
        return {}


def test_it_is_taken_once() -> None:
    kept = JustRead()
    kept.keep(NODE, [ONE], 0.0)
    assert kept.take(NODE, ONE.ref, ONE.version, 59.0) == ONE
    assert kept.take(NODE, ONE.ref, ONE.version, 59.0) is None


@pytest.mark.parametrize(
    ("node", "ref", "version", "now"),
    [
        (OTHER_NODE, ONE.ref, ONE.version, 1.0),
        (NODE, RecordRef(ONE.ref.stream, "other"), ONE.version, 1.0),
        (NODE, ONE.ref, "later", 1.0),
        (NODE, ONE.ref, None, 1.0),
        (NODE, ONE.ref, ONE.version, 60.0),
    ],
)
def test_another_one_or_an_old_one_is_fetched(
    node: NodeRef, ref: RecordRef, version: str | None, now: float
) -> None:
    kept = JustRead()
    kept.keep(NODE, [ONE], 0.0)
    assert kept.take(node, ref, version, now) is None


def test_there_is_room_for_so_many_of_such_a_size() -> None:
    kept = JustRead()
    many = [replace(ONE, ref=RecordRef("s", str(it))) for it in range(AT_MOST + 1)]
    kept.keep(NODE, [replace(ONE, values={"text": "x" * (LARGEST + 1)}), *many], 0.0)
    assert kept.take(NODE, ONE.ref, ONE.version, 1.0) is None
    found = [kept.take(NODE, it.ref, it.version, 1.0) for it in (many[0], many[-2], many[-1])]
    assert found == [many[0], many[-2], None]
    kept.keep(NODE, [many[-1]], 61.0)
    assert kept.take(NODE, many[-1].ref, ONE.version, 61.0) == many[-1], "what is old makes room"


def offered(**facts: Any) -> Claimed:
    return replace(unlinked().pair, record=ONE.ref, version_a=ONE.version, reasons=Reason.RECORD, **facts)


async def seen(pair: Claimed) -> tuple[list[Mapping[Side, Record]], list[str]]:
    """The records that were observed, and the ids that were asked for."""
    here, nothing, asked = ConnectionRef(NODE.account_id, new_id()), cast(Any, None), Asked()
    tools = Tools(nothing, nothing, nothing, "w1", b"key", new_id, Random(1), lambda: 0.0)
    tools.just_read.keep(NODE, [ONE], 0.0)
    batch = Batch(here, new_id(), NODE.id, new_id(), 1, "w1", [pair])
    run = Run(new_id(), here, batch.network_id, RunKind.CONTINUOUS, 1, NOW)
    observer = Observer(
        tools, Hand(batch, run, {"f1": rules()}, NOW, 25.0), dict.fromkeys(Side, cast(Any, asked))
    )
    sights = [replace(unlinked(), pair=pair, records={})]
    await observer._fetch(sights)
    return [it.records for it in observer._with_records(sights)[0]], asked.ids


async def test_what_came_along_is_not_asked_for() -> None:
    assert await seen(offered()) == ([{Side.A: ONE}], [])


@pytest.mark.parametrize(
    "facts",
    [
        {"reasons": Reason.RECORD | Reason.DELETION},
        {"reasons": Reason.PERSON},
        {"attempts": 1},
        {"version_a": "later"},
    ],
)
async def test_who_looks_for_another_reason_asks(facts: dict[str, Any]) -> None:
    assert await seen(replace(offered(), **facts)) == ([{}], [ONE.ref.id])
