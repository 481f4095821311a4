"""What the product's Database asks of a session, without greenlets and threads: they cost ten times the statement."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.ext.asyncio import AsyncSession

from simulation.adapter import Adapter

Lent = tuple[Connection, Adapter]


class Lender(Protocol):
    """The server: its connections serve one transaction after the other."""

    def lend(self) -> Lent: ...

    def give_back(self, connection: Connection, adapter: Adapter) -> None: ...


class SimulatedSession(AsyncSession):
    """SQLAlchemy compiles the statements and reads the rows as ever. Before each statement and around each commit is a
    point where the process can be struck."""

    def __init__(self, engine: Engine, lender: Callable[[], Lender], *, reads_only: bool) -> None:
        self._engine, self._lender, self._reads_only = engine, lender, reads_only
        self._lent: Lent | None = None

    def get_bind(self, *_: Any, **__: Any) -> Engine:
        return self._engine

    async def execute(self, statement: Any, params: Any = None, **_: Any) -> Any:
        connection, adapter = self._lent or await self._begin()
        await adapter.point()
        return connection.execute(statement, params)

    async def scalar(self, statement: Any, params: Any = None, **_: Any) -> Any:
        return (await self.execute(statement, params)).scalar()

    async def scalars(self, statement: Any, params: Any = None, **_: Any) -> Any:
        return (await self.execute(statement, params)).scalars()

    @asynccontextmanager
    async def begin_nested(self) -> AsyncIterator[None]:  # type: ignore[override]
        connection, _adapter = self._lent or await self._begin()
        with connection.begin_nested():
            yield

    async def commit(self) -> None:
        if self._lent is not None:
            connection, adapter = self._lent
            await adapter.point()
            connection.commit()
            await adapter.point()

    async def close(self) -> None:
        if self._lent is not None:
            (connection, adapter), self._lent = self._lent, None
            connection.rollback()  # what was not committed
            self._lender().give_back(connection, adapter)

    async def _begin(self) -> Lent:
        self._lent = connection, adapter = self._lender().lend()
        await adapter.point()
        if not self._reads_only:
            await adapter.server.take_turn(adapter)
        adapter.begin("BEGIN" if self._reads_only else "BEGIN IMMEDIATE")
        return connection, adapter
