"""The audit log is written with the change or not at all, and is only ever added to."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DatabaseError

from common.audited import ACCOUNT, ADA, KEY, add, judged, meanwhile, note, rows, sealed
from common.served import People, home_of
from conftest import ON_POSTGRES
from syncline_common.audit.log import record
from syncline_common.audit.tables import audit, audit_head
from syncline_common.clock import ManualClock
from syncline_common.db.tx import Database
from syncline_common.ids import new_id
from syncline_common.runtime.plumbing import plumbing
from syncline_common.runtime.service import Service
from syncline_common.schemas.caller import Caller
from syncline_common.settings import DatabaseSettings

NETWORK = new_id()
CAROL = Caller(ACCOUNT, new_id(), "administrator", kind="api_key", name="nightly")


class TestRecord:
    async def test_says_who_did_what_when_and_how_it_was_before(
        self, db: Database, clock: ManualClock
    ) -> None:
        before, after = {"name": "old", "note": "same"}, {"name": "new", "note": "same"}
        about: dict[str, Any] = {"noun": "network", "noun_id": NETWORK, "network_id": NETWORK}
        async with db.begin() as tx:
            made = await record(tx, CAROL, "network.changed", **about, before=before, after=after)
        (row,) = await rows(db, CAROL)
        assert (row.id, row.account_id, row.at) == (made, ACCOUNT, clock.now())
        assert (row.actor_kind, row.actor_id, row.actor_name) == ("api_key", CAROL.actor_id, "nightly")
        assert (row.action, row.noun, row.noun_id) == ("network.changed", "network", str(NETWORK))
        assert (json.loads(row.before), json.loads(row.after)) == ({"name": "old"}, {"name": "new"})
        assert (row.network_id, row.trace_id, row.position, row.hash) == (NETWORK, None, None, None)

    async def test_is_undone_with_its_change(self, db: Database) -> None:
        with pytest.raises(RuntimeError):
            async with db.begin() as tx:
                await note(tx)
                raise RuntimeError
        assert await rows(db) == []

    async def test_nothing_changed_is_nothing_to_tell(self, db: Database) -> None:
        async with db.begin() as tx:
            same = {"name": "x"}
            made = await record(tx, ADA, "thing.changed", noun="thing", noun_id="1", before=same, after=same)
            assert made is None
            assert await record(tx, ADA, "thing.touched", noun="thing", noun_id="1") is not None
        assert [(row.action, row.before, row.after) for row in await rows(db)] == [
            ("thing.touched", None, None)
        ]

    async def test_writers_do_not_wait_for_each_other(self, db: Database) -> None:
        async with asyncio.timeout(20):
            await asyncio.gather(*(add(db, f"{number}") for number in range(50)))
        assert {row.noun_id for row in await rows(db)} == {f"{number}" for number in range(50)}

    @ON_POSTGRES
    async def test_of_one_account_while_another_transaction_is_open(self, db: Database) -> None:
        async with asyncio.timeout(30), meanwhile(db, "slow"):
            await sealed(db, "fast")
            assert [row.noun_id for row in await rows(db)] == ["fast"]


@pytest.mark.parametrize(
    "statement",
    [
        update(audit).values(action="other"),
        update(audit).values(after=None),
        update(audit).values(hash="0" * 64),
        update(audit).values(position=7),
        delete(audit),
        update(audit_head).values(position=0),
        delete(audit_head),
    ],
    ids=str,
)
async def test_the_database_refuses_to_change_it(db: Database, statement: Any) -> None:
    await sealed(db, "a", "b")
    with pytest.raises(DatabaseError, match="only ever added to"):
        async with db.begin() as tx:
            await tx.session.execute(statement)
    assert (await judged(db)).ok and len(await rows(db)) == 2


@ON_POSTGRES
async def test_nor_can_it_be_emptied(db: Database) -> None:
    for table in ("audit", "audit_head"):
        with pytest.raises(DatabaseError, match="only ever added to"):
            async with db.begin() as tx:
                await tx.session.execute(text(f"TRUNCATE {table}"))


async def test_a_loop_of_every_service_is_woken_to_seal(
    db: Database, database_settings: DatabaseSettings, service: Service
) -> None:
    platform = replace(home_of(db, People()).platform, database=database_settings)
    async with plumbing(platform, service, db) as loops:
        (seal,) = (loop for loop in loops if loop.name == "seal")
        assert seal.alone is not None and not seal.bell.is_set()
        await add(db, "a")
        assert seal.bell.is_set()
        assert [await seal.run_once(), await seal.run_once()] == [1, 0]
    assert platform.audit_key == KEY and (await judged(db)).ok
