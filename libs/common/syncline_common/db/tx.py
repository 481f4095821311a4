"""One transaction: the rows a service changed and the events that say so, together or not at all."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from contextvars import ContextVar
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Insert, MetaData, Table, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from syncline_common.clock import Clock
from syncline_common.db.away import is_away
from syncline_common.db.bells import Bells
from syncline_common.errors import Unavailable
from syncline_common.events.base import Event

LONGEST_QUEUE = 20.0  # seconds a writer waits for the others on SQLite


class ReadTx:
    """What a reader holds: queries, and no way to publish."""

    def __init__(self, session: AsyncSession, clock: Clock | None) -> None:
        self.session = session
        self._clock = clock
        self._now: datetime | None = None

    async def now(self) -> datetime:
        """The database's clock, as of this transaction's start: workers' own clocks may differ."""
        if self._clock is not None:
            return self._clock.now()
        if self._now is None:
            self._now = (await self.session.execute(select(func.now()))).scalar_one()
        return self._now

    @property
    def dialect(self) -> str:
        return self.session.get_bind().dialect.name


class Tx(ReadTx):
    def __init__(self, session: AsyncSession, clock: Clock | None, outbox: Table) -> None:
        super().__init__(session, clock)
        self._outbox = outbox
        self.rings: set[str] = set()

    async def publish(self, *events: Event) -> None:
        """Queue `events` in this order; they leave only if this transaction commits."""
        now = await self.now()
        rows = [
            {
                "event_id": event.id,
                "account_id": event.account_id,
                "routing_key": event.routing_key(),
                "body": event.to_cloud_event(now),
                "created_at": now,
            }
            for event in events
        ]
        if rows:
            await self.session.execute(insert(self._outbox), rows)
            self.ring("outbox")

    def insert_new(self, table: Table) -> Insert:
        """Leaves out rows whose key is there already."""
        return _insert_new(self.dialect, table)

    def ring(self, bell: str) -> None:
        """Once this has committed, wake those who wait for `bell`."""
        self.rings.add(bell)


@cache
def _insert_new(dialect: str, table: Table) -> Insert:
    insert_into = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert_into(table).on_conflict_do_nothing()


Sessions = Callable[[bool], AsyncSession]  # True: for who only reads


def _sessions(engine: AsyncEngine) -> Sessions:
    writers = async_sessionmaker(engine, expire_on_commit=False)
    readers = async_sessionmaker(engine.execution_options(reads_only=True), expire_on_commit=False)
    return lambda reads_only: readers() if reads_only else writers()


class Database:
    def __init__(
        self,
        engine: AsyncEngine,
        metadata: MetaData,
        clock: Clock | None,
        sessions: Sessions | None = None,  # a simulation brings its own
    ) -> None:
        self.engine, self.tables, self._clock = engine, metadata.tables, clock
        self.bells = Bells()
        self.one_process = engine.dialect.name == "sqlite"  # its folder is locked while one runs
        self._turn = asyncio.Lock()
        self._inside = ContextVar("inside a transaction", default=False)
        self._session = sessions or _sessions(engine)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Tx]:
        """The only place a commit happens."""
        async with _said_plainly(), self._no_other_inside(), self._writers_turn():
            session = self._session(False)
            tx = Tx(session, self._clock, self.tables["outbox"])
            try:
                yield tx
            except BaseException:
                await _to_its_end(session.close())
                raise
            await _to_its_end(_commit(session))
        self.bells.ring_everywhere(tx.rings)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[ReadTx]:
        """Never waits for a writer on SQLite, and never keeps what it wrote by mistake."""
        async with _said_plainly():
            session = self._session(True)
            try:
                yield ReadTx(session, self._clock)
            finally:
                await _to_its_end(session.close())

    @asynccontextmanager
    async def _no_other_inside(self) -> AsyncIterator[None]:
        """A transaction opened inside another would wait for it for ever, on SQLite at once."""
        if self._inside.get():
            raise RuntimeError("a transaction was opened inside another")
        token = self._inside.set(True)
        try:
            yield
        finally:
            self._inside.reset(token)

    def _writers_turn(self) -> AbstractAsyncContextManager[Any]:
        """SQLite has one writer; its own waiting is unfair and starves some in a crowd."""
        return self._queue() if self.one_process else nullcontext()

    @asynccontextmanager
    async def _queue(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(LONGEST_QUEUE):
                await self._turn.acquire()
        except TimeoutError:
            raise Unavailable("The database is busy; try again") from None
        try:
            yield
        finally:
            self._turn.release()


async def _commit(session: AsyncSession) -> None:
    try:
        await session.commit()
    finally:
        await session.close()  # rolls back what was not committed


@asynccontextmanager
async def _said_plainly() -> AsyncIterator[None]:
    """Nothing but the database is spoken to inside a transaction, so a lost connection is the database's."""
    try:
        yield
    except Exception as exc:
        if not is_away(exc):
            raise
        raise Unavailable("The database can't be reached; try again shortly", detail=repr(type(exc))) from exc


async def _to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """A cancellation waits for it: half a commit would leak the connection."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
