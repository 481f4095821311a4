"""Staying signed in: tokens are sealed, renewed once for all tabs and processes, and gone when the registry says so."""

import asyncio
from collections.abc import Callable

import pytest

from console.door import EMAIL, PASSWORD, Door
from syncline_common.clock import ManualClock
from syncline_common.db.tx import Database
from syncline_common.errors import Unauthenticated, Unavailable
from syncline_common.runtime.service import Service
from syncline_console.app import SERVICE
from syncline_console.client.line import Call, Line, Turned
from syncline_console.sessions import Session, Sessions, csrf_of
from syncline_console.store.session_store import SessionStore
from syncline_console.store.tables import sessions as table


@pytest.fixture
def service() -> Service:
    return SERVICE


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
def process(db: Database, door: Door) -> Callable[[], Sessions]:
    """Each call is a process of its own on the same database."""
    return lambda: Sessions(db, door.lines())


async def begun(process: Callable[[], Sessions]) -> Session:
    return await process().begin(EMAIL, PASSWORD, "203.0.113.7")


async def test_a_wrong_password_begins_nothing(process: Callable[[], Sessions], db: Database) -> None:
    with pytest.raises(Turned):
        await process().begin(EMAIL, "guessed", "203.0.113.7")
    async with db.read() as tx:
        assert (await tx.session.execute(table.select())).all() == []


async def test_the_registry_is_told_whose_address_it_is(process: Callable[[], Sessions], door: Door) -> None:
    await begun(process)
    assert door.addresses == ["203.0.113.7"]


async def test_what_is_kept_opens_with_the_browsers_secret_alone(
    process: Callable[[], Sessions], db: Database
) -> None:
    session = await begun(process)
    async with db.read() as tx:
        row = (await tx.session.execute(table.select())).one()
    kept = b"".join(str(it).encode() if not isinstance(it, bytes) else it for it in row)
    for word in (session.secret, session.inside.access_token, session.inside.refresh_token, "Ada"):
        assert word.encode() not in kept
    assert (await process().get(session.secret)).inside == session.inside
    with pytest.raises(Unauthenticated):
        await process().get(session.secret[:-1] + ("a" if session.secret[-1] != "a" else "b"))


async def test_many_requests_of_three_processes_renew_once(
    process: Callable[[], Sessions], door: Door, clock: ManualClock
) -> None:
    session = await begun(process)
    clock.advance(minutes=9, seconds=30)
    processes = [process() for _ in range(3)]
    found = await asyncio.gather(*(it.get(session.secret) for it in processes for _ in range(5)))
    assert door.refreshed == 1 and not door.ended
    assert {it.inside.access_token for it in found} == {"access-2"}


async def test_a_token_that_was_turned_away_is_renewed_whatever_its_age(
    process: Callable[[], Sessions], door: Door
) -> None:
    session, own = await begun(process), process()
    door.good = set()  # a changed role ends the tokens made before

    async def token(turned_away: bool) -> str:
        held = session.inside.access_token
        return (await own.get(session.secret, turned_away=held)).inside.access_token if turned_away else held

    answer = await Line(door.lines(), token).send(Call("GET", "/registry/v1/me"))
    assert answer.body["name"] == "Ada" and door.refreshed == 1


async def test_a_session_that_the_registry_ended_ends_here(
    process: Callable[[], Sessions], door: Door, clock: ManualClock, db: Database
) -> None:
    session = await begun(process)
    door.ended = True
    clock.advance(minutes=10)
    with pytest.raises(Unauthenticated):
        await process().get(session.secret)
    async with db.read() as tx:
        assert (await tx.session.execute(table.select())).all() == []


async def test_while_the_registry_is_away_nobody_is_signed_out(
    process: Callable[[], Sessions], door: Door, clock: ManualClock
) -> None:
    session = await begun(process)
    clock.advance(minutes=10)
    door.away = True
    with pytest.raises(Unavailable):
        await process().get(session.secret)
    door.away = False
    assert (await process().get(session.secret)).inside.access_token == "access-2"


async def test_a_process_that_dies_while_it_renews_holds_nobody_up_for_long(
    process: Callable[[], Sessions], door: Door, clock: ManualClock, db: Database
) -> None:
    session = await begun(process)
    clock.advance(minutes=10)
    own = process()
    kept, _, _ = await own._read(session.secret)
    assert await own._claimed(session.secret, kept) and not await process()._claimed(session.secret, kept)
    clock.advance(seconds=30)
    assert (await process().get(session.secret)).inside.access_token == "access-2"


async def test_signed_out_nothing_is_left(process: Callable[[], Sessions], door: Door, db: Database) -> None:
    session = await begun(process)
    await process().end(session)
    assert door.ended
    async with db.read() as tx:
        assert await SessionStore(tx, "x").get() is None
        assert (await tx.session.execute(table.select())).all() == []


def test_a_forms_token_is_of_one_session_and_does_not_tell_its_secret() -> None:
    assert csrf_of("one") == csrf_of("one") != csrf_of("other")
    assert "one" not in csrf_of("one")
