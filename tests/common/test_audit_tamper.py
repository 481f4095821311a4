"""Whoever reaches past the service and its triggers into the audit log is found out, and where."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import bindparam, delete, insert, select, text, update

from common.audited import ACCOUNT, ADA, BOB, OTHER, add, faults, forge, judged, rows, sealed
from conftest import ON_SQLITE
from syncline_common.audit.chain import GENESIS, RAW, digest
from syncline_common.audit.tables import audit, audit_head
from syncline_common.db.tx import Database
from syncline_common.ids import new_id

SECOND = audit.c.position == 2
MISSING_2, ALTERED_2 = ("missing", 2), ("altered", 2)
ALTERED: dict[str, tuple[Any, list[tuple[str, int]]]] = {
    "seq": (99, [ALTERED_2]),
    "account_id": (new_id(), [MISSING_2]),
    "id": (new_id(), [ALTERED_2]),
    "at": (datetime(2026, 1, 1, 0, 0, 0, 1, UTC), [ALTERED_2]),
    "actor_kind": ("service", [ALTERED_2]),
    "actor_id": (new_id(), [ALTERED_2]),
    "actor_name": (None, [ALTERED_2]),
    "action": ("thing.mady", [ALTERED_2]),
    "noun": ("thong", [ALTERED_2]),
    "noun_id": ("c", [ALTERED_2]),
    "network_id": (new_id(), [ALTERED_2]),
    "before": ("{}", [ALTERED_2]),
    "after": ('{"name": "b"}', [ALTERED_2]),
    "trace_id": ("", [ALTERED_2]),
    "position": (9, [MISSING_2, ("forged", 9)]),
    "previous_hash": (GENESIS, [ALTERED_2]),
    "hash": ("0" * 64, [ALTERED_2]),
}


@pytest.fixture(autouse=True)
async def four(db: Database) -> None:
    await sealed(db, "a", "b", "c", "d")
    await sealed(db, "x", "y", caller=BOB)
    assert await faults(db) == await faults(db, BOB) == []


@pytest.mark.parametrize("column", ALTERED)
async def test_a_column_altered(db: Database, column: str) -> None:
    value, found = ALTERED[column]
    mine = SECOND & (audit.c.account_id == ACCOUNT)
    await forge(db, update(audit).where(mine).values({column: value}))
    assert await faults(db) == found
    if found == [ALTERED_2]:
        assert (await judged(db)).faults[0].id == str((await rows(db))[1].id)


def test_every_column_was_tried() -> None:
    assert set(ALTERED) == set(audit.c.keys())


@pytest.mark.parametrize("column", [it for it in ALTERED if audit.c[it].nullable])
async def test_a_column_emptied(db: Database, column: str) -> None:
    before = getattr((await rows(db))[2], column)
    await forge(db, update(audit).where(audit.c.position == 3).values({column: None}))
    expected = [] if before is None else [("missing", 3)] if column == "position" else [("altered", 3)]
    assert await faults(db) == expected


@ON_SQLITE
@pytest.mark.parametrize("column", ["id", "at", "actor_id", "network_id", "after", "position"])
@pytest.mark.parametrize("value", ["'garbage'", "5.5", "x'ff'"])
async def test_not_even_of_its_kind(db: Database, column: str, value: str) -> None:
    """SQLite keeps whatever it is given."""
    await forge(db, text(f"UPDATE audit SET {column} = {value} WHERE noun_id = 'b'"))
    assert [MISSING_2, ALTERED_2][column != "position"] in await faults(db)


@pytest.mark.parametrize(
    ("removed", "found"),
    [
        ([1], [("missing", 1)]),
        ([2], [("missing", 2)]),
        ([2, 3], [("missing", 2), ("missing", 3)]),
        ([4], [("missing", 4)]),
        ([3, 4], [("missing", 3), ("missing", 4)]),
        ([1, 2, 3, 4], [("missing", 1), ("missing", 2), ("missing", 3), ("missing", 4)]),
    ],
)
async def test_rows_removed(db: Database, removed: list[int], found: list[tuple[str, int]]) -> None:
    mine = audit.c.position.in_(removed) & (audit.c.account_id == ACCOUNT)
    await forge(db, delete(audit).where(mine))
    assert await faults(db) == found
    await sealed(db, "e")
    assert await faults(db) == found, "going on covers nothing up"


@pytest.mark.parametrize("names", [["position"], ["position", "previous_hash", "hash"], ["seq"]])
async def test_rows_swapped(db: Database, names: list[str]) -> None:
    two, three = (await rows(db))[1:3]
    new = [
        {"this": one.id, **{f"new_{name}": getattr(other, name) for name in names}}
        for one, other in ((two, three), (three, two))
    ]
    away = update(audit).where(audit.c.id == bindparam("this"))
    far = [{"this": row.id, "seq_": 90 + row.seq, "position_": 90 + row.position} for row in (two, three)]
    await forge(db, away.values(seq=bindparam("seq_"), position=bindparam("position_")), each=far)
    back = [
        {"new_seq": it.seq, "new_position": it.position, **changed}
        for it, changed in zip((two, three), new, strict=True)
    ]
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in {"seq", "position", *names}}
    await forge(db, away.values(values), each=back)
    assert await faults(db) == [("altered", 2), ("altered", 3)]


async def raw(db: Database) -> list[dict[str, Any]]:
    mine = select(*RAW).where(audit.c.account_id == ACCOUNT).order_by(audit.c.position)
    async with db.read() as tx:
        return [dict(row) for row in (await tx.session.execute(mine)).mappings()]


async def rewritten(db: Database, positions: set[int], *, first: int, head: bool) -> None:
    """By one who knows the algorithm and not the key: seals made anew from `first` on, for `positions`."""
    chain, previous = await raw(db), GENESIS
    chain[first - 1]["action"] = "thing.found"
    seals = []
    for row in chain:
        if row["position"] >= first and row["position"] in positions:
            row["previous_hash"] = previous
            row["hash"] = digest(row, row["position"], previous)
        previous = row["hash"]
        seals.append({"this": row["seq"], "a": row["action"], "p": row["previous_hash"], "h": row["hash"]})
    this = update(audit).where(audit.c.seq == bindparam("this"))
    seal = this.values(action=bindparam("a"), previous_hash=bindparam("p"), hash=bindparam("h"))
    await forge(db, seal, each=seals)
    if head:
        await forge(db, update(audit_head).where(audit_head.c.account_id == ACCOUNT).values(hash=previous))


@pytest.mark.parametrize(
    ("positions", "first", "head", "found"),
    [
        ({2}, 2, False, [("exchanged", 2)]),
        ({4}, 4, False, [("exchanged", 4)]),
        ({1, 2, 3, 4}, 1, False, [("exchanged", 4)]),
        ({1, 2, 3, 4}, 1, True, [("head_forged", 4)]),
        ({1, 2}, 1, True, [("exchanged", 2)]),
    ],
)
async def test_seals_made_anew(
    db: Database, positions: set[int], first: int, head: bool, found: list[tuple[str, int]]
) -> None:
    await rewritten(db, positions, first=first, head=head)
    assert await faults(db) == found


async def test_the_end_cut_off_with_its_head(db: Database) -> None:
    cut, third = audit.c.position > 3, (await rows(db))[2]
    head = update(audit_head).where(audit_head.c.account_id == ACCOUNT)
    await forge(db, delete(audit).where(cut), head.values(position=3, hash=third.hash))
    assert await faults(db) == [("head_forged", 3)]


async def test_the_head_of_another_account(db: Database) -> None:
    async with db.read() as tx:
        bobs = (await tx.session.execute(select(audit_head).where(audit_head.c.account_id == OTHER))).one()
    mine = update(audit_head).where(audit_head.c.account_id == ACCOUNT)
    await forge(db, mine.values(position=bobs.position, hash=bobs.hash, anchor=bobs.anchor))
    assert await faults(db) == [("head_forged", 2), ("exchanged", 2), ("forged", 3), ("forged", 4)]


@pytest.mark.parametrize("position", [0, -3, 5])
async def test_a_row_with_a_seal_of_its_own(db: Database, position: int) -> None:
    row = (await raw(db))[0] | {"seq": 77, "position": position, "account_id": ACCOUNT, "id": new_id()}
    row |= {"at": datetime(2026, 1, 1, tzinfo=UTC), "actor_id": ADA.actor_id}
    row["hash"] = sha256(b"anything").hexdigest()
    await forge(db, insert(audit).values(row))
    assert await faults(db) == [("forged", position)]
    assert (await judged(db)).faults[0].id == str(row["id"])


@pytest.mark.parametrize(
    ("bare", "last"),
    [(["position", "previous_hash", "hash"], ("b", 6)), (["position"], ("b", None)), (["hash"], ("e", 5))],
)
async def test_a_seal_taken_off(db: Database, bare: list[str], last: tuple[str, int | None]) -> None:
    """Without any it is sealed as if it were new. With half of one it is left as it is, and so is its place."""
    mine = SECOND & (audit.c.account_id == ACCOUNT)
    await add(db, "e")
    await forge(db, update(audit).where(mine).values(seq=99, **dict.fromkeys(bare)))
    await sealed(db)
    assert await faults(db) == [MISSING_2 if "position" in bare else ALTERED_2]
    assert ((await rows(db))[-1].noun_id, (await rows(db))[-1].position) == last


async def test_much_damage_is_told_in_part(db: Database) -> None:
    await sealed(db, *(f"{number}" for number in range(150)))
    await forge(db, update(audit).values(noun="other"))
    found = await judged(db, batch=10)
    assert (len(found.faults), found.checked, found.sealed_up_to) == (100, 100, 154)
