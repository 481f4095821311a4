"""Sealing comes after the change, whoever seals, however often it is interrupted, and never covers up a forgery."""

import asyncio

import pytest
from sqlalchemy import delete, insert, literal_column, select, update

from common.audited import (
    ACCOUNT,
    ADA,
    ANCHOR,
    BOB,
    KEY,
    OTHER,
    add,
    faults,
    forge,
    judged,
    meanwhile,
    rows,
    sealed,
)
from conftest import ON_POSTGRES, ON_SQLITE
from syncline_common.audit.chain import GENESIS, Anchor, ChainBroken
from syncline_common.audit.seal import seal_once
from syncline_common.audit.tables import audit, audit_head
from syncline_common.clock import ManualClock
from syncline_common.db.tx import Database


async def test_in_the_order_of_writing_each_account_by_itself(db: Database) -> None:
    await add(db, "a", "b")
    await add(db, "x", caller=BOB)
    await add(db, "c")
    assert [await seal_once(db, ANCHOR), await seal_once(db, ANCHOR)] == [4, 0]
    mine, bobs = await rows(db), await rows(db, BOB)
    assert [(row.noun_id, row.position) for row in mine] == [("a", 1), ("b", 2), ("c", 3)]
    assert [(row.noun_id, row.position, row.previous_hash) for row in bobs] == [("x", 1, GENESIS)]
    assert [row.previous_hash for row in mine] == [GENESIS, mine[0].hash, mine[1].hash]
    assert len({row.hash for row in [*mine, *bobs]}) == 4


async def test_a_batch_at_a_time(db: Database) -> None:
    await add(db, *"abcde")
    assert [await seal_once(db, ANCHOR, batch=2) for _ in range(4)] == [2, 2, 1, 0]
    verdict = await judged(db)
    assert (verdict.ok, verdict.checked, verdict.sealed_up_to) == (True, 5, 5)
    assert verdict.head == (await rows(db))[-1].hash


@ON_POSTGRES
async def test_what_commits_late_is_sealed_late(db: Database) -> None:
    async with meanwhile(db, "slow"):
        await sealed(db, "fast")
    await seal_once(db, ANCHOR)
    found = [(row.noun_id, row.position) for row in await rows(db)]
    assert found == [("fast", 1), ("slow", 2)] and (await judged(db)).ok


async def test_two_sealers_and_many_writers(db: Database) -> None:
    done: list[int] = []

    async def keep_sealing() -> None:
        while sum(done) < 60:
            done.append(await seal_once(db, ANCHOR, batch=3))

    writers = [add(db, f"{number}", caller=(ADA, BOB)[number % 3 == 0]) for number in range(60)]
    async with asyncio.timeout(30):
        await asyncio.gather(keep_sealing(), keep_sealing(), *writers)
    assert sum(done) == 60, "each row is sealed once"
    for caller, count in ((ADA, 40), (BOB, 20)):
        assert [row.position for row in await rows(db, caller)] == list(range(1, count + 1))
        assert (await judged(db, caller)).ok


async def test_interrupted_after_each_step(db: Database) -> None:
    await add(db, *"abcdefgh")
    for steps in range(60):
        task = asyncio.create_task(seal_once(db, ANCHOR, batch=1))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        verdict = await judged(db)
        assert verdict.ok and verdict.checked == verdict.sealed_up_to
    while await seal_once(db, ANCHOR):
        pass
    assert [(row.noun_id, row.position) for row in await rows(db)] == list(
        zip("abcdefgh", range(1, 9), strict=True)
    )
    assert (await judged(db)).ok


async def test_what_waits_too_long_is_a_fault(db: Database, clock: ManualClock) -> None:
    await sealed(db, "a")
    await add(db, "b")
    assert await faults(db) == []
    clock.advance(seconds=61)
    assert await faults(db) == [("unsealed", None)]
    assert (await judged(db)).faults[0].id == str((await rows(db))[1].id)
    await seal_once(db, ANCHOR)
    assert await faults(db) == []


class TestAChainThatDoesNotHold:
    """A new seal on top of it would make it look right."""

    async def forged(self, db: Database) -> None:
        await sealed(db, "a", "b")
        await forge(db, update(audit_head).values(hash="f" * 64))
        await add(db, "c")

    async def test_is_left_alone_and_complained_about(self, db: Database, clock: ManualClock) -> None:
        await self.forged(db)
        for _ in range(2):
            with pytest.raises(ChainBroken, match="not signed by us") as caught:
                await seal_once(db, ANCHOR)
            assert str(ACCOUNT) in caught.value.detail
        clock.advance(seconds=61)
        assert await faults(db) == [("head_forged", 2), ("exchanged", 2), ("unsealed", None)]

    async def test_does_not_hold_up_the_others(self, db: Database) -> None:
        await self.forged(db)
        await add(db, "x", caller=BOB)
        assert await seal_once(db, ANCHOR) == 1
        assert (await judged(db, BOB)).sealed_up_to == 1
        with pytest.raises(ChainBroken):
            await seal_once(db, ANCHOR)

    async def test_is_not_begun_anew_without_its_head(self, db: Database) -> None:
        await sealed(db, "a", "b")
        await forge(db, delete(audit_head))
        await add(db, "c")
        with pytest.raises(ChainBroken, match="gone"):
            await seal_once(db, ANCHOR)
        assert await faults(db) == [("head_missing", None)]

    async def test_nor_goes_on_over_a_place_that_is_taken(self, db: Database) -> None:
        await sealed(db, "a")
        async with db.read() as tx:
            (row,) = (await tx.session.execute(select(audit))).mappings().all()
        await forge(db, insert(audit).values({**row, "seq": 50, "id": ADA.actor_id, "position": 2}))
        await add(db, "b")
        with pytest.raises(ChainBroken, match="in the way"):
            await seal_once(db, ANCHOR)
        assert await faults(db) == [("forged", 2)]


@ON_SQLITE
async def test_a_head_that_says_nothing_is_no_head_of_ours(db: Database) -> None:
    await sealed(db, "a")
    await forge(db, update(audit_head).values(position=literal_column("'garbage'")))
    await add(db, "b")
    assert await faults(db) == [("head_forged", None)]
    with pytest.raises(ChainBroken):
        await seal_once(db, ANCHOR)


async def test_a_new_key_goes_on_where_the_old_one_ended(db: Database) -> None:
    await sealed(db, "a")
    new = Anchor("connections", b"a new key", KEY)
    await add(db, "b")
    assert await seal_once(db, new) == 1
    await add(db, "c")
    assert await seal_once(db, Anchor("connections", b"a new key")) == 1
    assert await faults(db) == [("head_forged", 3)], "as seen with the old key only"


def test_an_anchor_holds_for_one_head_of_one_service() -> None:
    signed = ANCHOR.sign(ACCOUNT, 2, GENESIS)
    assert ANCHOR.holds(ACCOUNT, 2, GENESIS, signed)
    assert not ANCHOR.holds(OTHER, 2, GENESIS, signed)
    assert not ANCHOR.holds(ACCOUNT, 1, GENESIS, signed)
    assert not ANCHOR.holds(ACCOUNT, 2, "1" * 64, signed)
    assert not Anchor("matching", KEY).holds(ACCOUNT, 2, GENESIS, signed)
    assert not Anchor("connections", b"another").holds(ACCOUNT, 2, GENESIS, signed)
    assert not ANCHOR.holds(ACCOUNT, 2, GENESIS, "ä")
