"""What somebody has begun is theirs, sealed, and safe from two tabs."""

import asyncio
from functools import partial
from uuid import UUID

import pytest

from console.named import BOARDS, DESK, filled, named
from syncline_common.db.tx import Database
from syncline_common.errors import NotFound
from syncline_common.ids import new_id
from syncline_common.runtime.service import Service
from syncline_console.app import SERVICE
from syncline_console.store.tables import wizards
from syncline_console.wizard.book import Book
from syncline_console.wizard.wizard import Wizard

KEY, ACCOUNT, ADA, BOB, NETWORK = b"k" * 32, new_id(), new_id(), new_id(), new_id()


@pytest.fixture
def service() -> Service:
    return SERVICE


def book(db: Database, *, account: UUID = ACCOUNT, person: UUID = ADA, key: bytes = KEY) -> Book:
    return Book(db, key, account, person)


async def test_it_survives_whole(db: Database) -> None:
    begun = await book(db).begin(NETWORK, filled())
    again = await book(db).read(begun.id)
    assert again.wizard == filled() and again.network_id == NETWORK
    assert [it.id for it in await book(db).newest(NETWORK)] == [begun.id]


async def test_nobody_sees_another_persons_or_accounts(db: Database) -> None:
    begun = await book(db).begin(NETWORK, filled())
    for other in (book(db, person=BOB), book(db, account=new_id())):
        assert await other.newest(NETWORK) == []
        with pytest.raises(NotFound):
            await other.read(begun.id)
        with pytest.raises(NotFound):
            await other.change(begun.id, lambda it: None)
        await other.forget(begun.id)
    assert (await book(db).read(begun.id)).wizard == filled()


async def test_it_is_sealed_and_a_row_that_was_moved_does_not_open(db: Database) -> None:
    first = await book(db).begin(NETWORK, filled())
    other = await book(db).begin(NETWORK, Wizard())
    async with db.begin() as tx:
        rows = (await tx.session.execute(wizards.select())).all()
        assert not any(b"slt_1" in row.sealed for row in rows)
        stolen = next(row.sealed for row in rows if row.id == first.id)
        await tx.session.execute(wizards.update().where(wizards.c.id == other.id).values(sealed=stolen))
    for closed in (book(db).read(other.id), book(db, key=b"x" * 32).read(first.id)):
        with pytest.raises(NotFound):
            await closed


async def test_two_tabs_at_once_both_leave_what_they_did(db: Database) -> None:
    begun = await book(db).begin(NETWORK, Wizard())

    def note(wizard: Wizard, side: str) -> None:
        setattr(wizard, side, named(BOARDS if side == "a" else DESK))

    await asyncio.gather(*(book(db).change(begun.id, partial(note, side=side)) for side in "ab"))
    found = (await book(db).read(begun.id)).wizard
    assert (found.a.url, found.b.url) == (BOARDS, DESK)


async def test_forgotten_it_is_gone(db: Database) -> None:
    begun = await book(db).begin(NETWORK, filled())
    await book(db).forget(begun.id)
    with pytest.raises(NotFound):
        await book(db).read(begun.id)
