"""The public stream of events: one order for everybody, resumed where a reader left, and gaps are said."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
from httpx2 import AsyncClient
from sqlalchemy import delete, select

from common.served import ACCOUNT, People, application, bearer, calling, home_of, problem_of
from common.streams import Stream, reading
from conftest import ON_SQLITE
from syncline_common.api.application import Application
from syncline_common.bus.inbox import apply_inbox_once, store_in_inbox
from syncline_common.bus.router import Received
from syncline_common.bus.transport import Message
from syncline_common.clock import ManualClock
from syncline_common.db.retention import forget_once
from syncline_common.db.tx import Database
from syncline_common.events.catalogue import BY_KEY
from syncline_common.events.registry import NetworkCreated
from syncline_common.ids import new_id
from syncline_common.runtime.serve import listen, serving
from syncline_common.runtime.service import Service
from syncline_sync_worker.actions.announcements import BELL, announce
from syncline_sync_worker.api import events
from syncline_sync_worker.app import SERVICE
from syncline_sync_worker.domain.announcement import Kept
from syncline_sync_worker.events.handlers import router
from syncline_sync_worker.store.tables import announcement as table

PATH = "/sync/v1/events/stream"
KEY = "registry.network.created.v1"
OTHER = new_id()


@pytest.fixture
def service() -> Service:
    return SERVICE


def received(network: UUID | None = None, account: UUID = ACCOUNT, type_: str = KEY) -> Received:
    event = NetworkCreated(account_id=account, network_id=network or new_id())
    body = json.loads(event.to_cloud_event(ManualClock().now())) | {"type": type_}
    return Received(event.id, type_, json.dumps(body).encode())


async def add(db: Database, *received_: Received) -> None:
    async with db.begin() as tx:
        await announce(tx, received_)


async def rows(db: Database, account: UUID = ACCOUNT) -> list[Any]:
    mine = select(table).where(table.c.account_id == account).order_by(table.c.position)
    async with db.read() as tx:
        return list((await tx.session.execute(mine)).all())


async def test_what_is_announced_rings_for_those_who_follow(db: Database) -> None:
    rung = asyncio.Event()
    with db.bells.hang(BELL, rung.set):
        await add(db, received())
        assert rung.is_set()


class TestPositions:
    async def test_count_up_within_an_account(self, db: Database) -> None:
        mine, theirs = [received() for _ in range(3)], [received(account=OTHER) for _ in range(2)]
        await add(db, mine[0], theirs[0], mine[1])
        await add(db, theirs[1], mine[2])
        for account, expected in ((ACCOUNT, mine), (OTHER, theirs)):
            found = await rows(db, account)
            assert [row.position for row in found] == list(range(1, len(expected) + 1))
            assert [row.event_id for row in found] == [it.id for it in expected]

    async def test_are_dense_and_in_the_order_of_commits(self, db: Database) -> None:
        """Whoever sees a position has seen all before it: a reader that goes on after it misses none."""
        done, read = asyncio.Event(), list[int]()

        async def follow() -> None:
            while not done.is_set() or len(read) < 41:
                read.extend(row.position for row in (await rows(db))[len(read) :])
                assert read == list(range(1, len(read) + 1))
                await asyncio.sleep(0)

        async def append(count: int, *, fails: bool) -> None:
            async with db.begin() as tx:
                await announce(tx, [received() for _ in range(count)])
                await asyncio.sleep(0)
                if fails:
                    raise ZeroDivisionError

        following = asyncio.create_task(follow())
        appending = [append(1 + number % 3, fails=number % 4 == 0) for number in range(27)]
        results = await asyncio.gather(*appending, return_exceptions=True)
        assert sum(isinstance(it, ZeroDivisionError) for it in results) == 7
        assert [it for it in results if it and not isinstance(it, ZeroDivisionError)] == []
        done.set()
        async with asyncio.timeout(20):
            await following
        assert len(read) == 41

    async def test_accounts_in_any_order_never_lock_each_other_up(self, db: Database) -> None:
        accounts = [new_id() for _ in range(5)]
        forth = [received(account=it) for it in accounts]
        back = [received(account=it) for it in reversed(accounts)]
        async with asyncio.timeout(20):
            await asyncio.gather(*(add(db, *map(fresh, batch)) for batch in (forth, back) * 5))
        assert [len(await rows(db, it)) for it in accounts] == [10] * 5

    async def test_an_event_delivered_again_is_announced_once(self, db: Database) -> None:
        messages = [Message(it.id, it.routing_key, it.body) for it in (received(), received())]
        for _ in range(2):
            await store_in_inbox(db, messages)
            await apply_inbox_once(db, router)
        assert [row.event_id for row in await rows(db)] == [it.id for it in messages]


def fresh(it: Received) -> Received:
    return received(account=UUID(json.loads(it.body)["accountid"]))


@pytest.mark.parametrize(
    ("oldest", "newest", "last_seen", "after", "missed"),
    [
        (1, 0, None, 0, False),  # nothing yet
        (1, 0, 0, 0, False),
        (1, 9, None, 9, False),  # from now on
        (1, 9, 0, 0, False),  # from the oldest
        (1, 9, 4, 4, False),
        (1, 9, 9, 9, False),
        (5, 9, 0, 4, False),  # the oldest kept is what was asked for
        (5, 9, 4, 4, False),  # the next one is there
        (5, 9, 3, 4, True),  # 4 is not
        (5, 9, 1, 4, True),
        (10, 9, None, 9, False),  # all of them are over
        (10, 9, 9, 9, False),
        (10, 9, 8, 9, True),
        (1, 9, 10, 9, True),  # counted by another installation
        (1, 0, 7, 0, True),
    ],
)
def test_where_a_reader_goes_on(
    oldest: int, newest: int, last_seen: int | None, after: int, missed: bool
) -> None:
    assert Kept(oldest, newest).start(last_seen) == (after, missed)


class Served:
    """The stream over real HTTP: an in-process client would wait for its end."""

    def __init__(self, url: str, db: Database, people: People, app: Application) -> None:
        self.url, self.db, self.people, self.app = url, db, people, app

    def stream(self, token: str = "ada", **headers: str) -> Any:
        return reading(f"{self.url}{PATH}", bearer(token) | headers)

    def filtered(self, types: str) -> Any:
        return reading(f"{self.url}{PATH}?types={types}", bearer("ada"))


@asynccontextmanager
async def served_with(db: Database) -> AsyncIterator[Served]:
    people, app = People(), application(events.router)
    app.state.home = home_of(db, people)
    async with serving(app, listen("127.0.0.1", 0), drain_seconds=1) as url:
        yield Served(url, db, people, app)
        app.state.home.closing = True
        db.bells.ring_all()


@pytest.fixture
async def served(db: Database) -> AsyncIterator[Served]:
    async with served_with(db) as served:
        yield served


async def ids(stream: Stream, count: int) -> list[str | None]:
    return [(await stream.next()).id for _ in range(count)]


class TestStream:
    async def test_what_happens_from_now_on_comes_as_it_was_published(self, served: Served) -> None:
        await add(served.db, received())
        mine, theirs = [received() for _ in range(2)], [received(account=OTHER) for _ in range(3)]
        async with served.stream() as stream:
            await add(served.db, *theirs, mine[0])
            await add(served.db, mine[1])
            got = [await stream.next() for _ in mine]
        assert [(it.event, it.id, it.data) for it in got] == [
            (KEY, "2", mine[0].body.decode()),
            (KEY, "3", mine[1].body.decode()),
        ]

    async def test_resumed_it_misses_nothing_and_repeats_nothing(self, served: Served) -> None:
        await add(served.db, *(received() for _ in range(250)))  # more than one page
        async with served.stream(**{"Last-Event-ID": "3"}) as stream:
            assert await ids(stream, 247) == [str(number) for number in range(4, 251)]
            await add(served.db, received())
            assert await ids(stream, 1) == ["251"]

    @ON_SQLITE
    async def test_zero_is_the_oldest_that_is_kept(self, served: Served) -> None:
        await add(served.db, *(received() for _ in range(4)))
        await prune(served.db, up_to=2)
        async with served.stream(**{"Last-Event-ID": "0"}) as stream:
            assert await ids(stream, 2) == ["3", "4"]

    @ON_SQLITE
    @pytest.mark.parametrize(("last", "after"), [("1", 2), ("9", 4), ("9" * 20, 4)])
    async def test_what_is_no_longer_there_is_said(self, served: Served, last: str, after: int) -> None:
        await add(served.db, *(received() for _ in range(4)))
        await prune(served.db, up_to=2)
        async with served.stream(**{"Last-Event-ID": last}) as stream:
            gap = await stream.next()
            assert (gap.event, gap.id) == ("syncline.stream.gap", str(after))
            assert json.loads(gap.data) == {"resumed_after": after}
            await add(served.db, received())
            assert await ids(stream, 5 - after) == [str(number) for number in range(after + 1, 6)]

    @ON_SQLITE
    async def test_kept_for_seven_days(self, db: Database, clock: ManualClock) -> None:
        await add(db, received())
        clock.advance(days=6)
        await add(db, received())
        clock.advance(days=1, hours=1)
        assert await forget_once(db, SERVICE.keeps) == 1
        assert [row.position for row in await rows(db)] == [2]
        await add(db, received())
        assert [row.position for row in await rows(db)] == [2, 3], "positions are never used again"

    async def test_only_granted_networks(self, served: Served) -> None:
        sales, support = new_id(), new_id()
        served.people.add("vic", "viewer", sales)
        served.people.add("new", "viewer")
        await add(served.db, received(support), received(sales), received(support))
        async with (
            served.stream("vic", **{"Last-Event-ID": "0"}) as vic,
            served.stream("new", **{"Last-Event-ID": "0"}) as new,
        ):
            assert await ids(vic, 1) == ["2"]
            await add(served.db, received(support), received(sales))
            assert await ids(vic, 1) == ["5"]
            assert new.waiting == 0

    @ON_SQLITE
    async def test_only_the_types_asked_for(self, served: Served) -> None:
        await add(served.db, received(type_="sync.run.completed.v1"), received())
        async with served.filtered(KEY) as stream:
            await add(served.db, received(type_="sync.run.completed.v1"), received())
            assert await ids(stream, 1) == ["4"]

    async def test_a_crowd_of_readers_takes_no_connections_from_the_others(self, served: Served) -> None:
        async with asyncio.timeout(20), AsyncReaders(served.stream, 40) as readers:
            await add(served.db, received())
            assert [await ids(stream, 1) for stream in readers] == [["1"]] * 40

    @ON_SQLITE
    async def test_asked_to_stop_it_ends(self, served: Served) -> None:
        async with served.stream() as stream:
            served.app.state.home.closing = True
            served.db.bells.ring_all()
            assert await stream.ended()


class AsyncReaders:
    """Many streams at once."""

    def __init__(self, open_: Callable[[], Any], count: int) -> None:
        self._opened = [open_() for _ in range(count)]

    async def __aenter__(self) -> list[Stream]:
        return list(await asyncio.gather(*(it.__aenter__() for it in self._opened)))

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*(it.__aexit__(None, None, None) for it in self._opened))


async def prune(db: Database, *, up_to: int) -> None:
    async with db.begin() as tx:
        await tx.session.execute(delete(table).where(table.c.position <= up_to))


ALL = ", ".join(sorted(BY_KEY))


@ON_SQLITE
class TestRefusals:
    @pytest.fixture
    async def http(self, db: Database) -> AsyncIterator[AsyncClient]:
        async with calling(application(events.router), db) as http:
            yield http

    async def test_an_unknown_type(self, http: AsyncClient) -> None:
        answer = await http.get(PATH, params={"types": f"{KEY},registry.network.eaten.v1"})
        problem = problem_of(answer, 422, "invalid")
        assert [(it["pointer"], it["fix"]) for it in problem["errors"]] == [("/types", f"one of {ALL}")]

    @pytest.mark.parametrize("last", ["-1", "x", "1.5", "", "1" * 21])
    async def test_an_id_that_is_none_of_ours(self, http: AsyncClient, last: str) -> None:
        problem_of(await http.get(PATH, headers={"Last-Event-ID": last}), 422, "invalid")

    async def test_nobody_unknown(self, http: AsyncClient) -> None:
        problem_of(await http.get(PATH, headers=bearer("nobody")), 401, "unauthenticated")
