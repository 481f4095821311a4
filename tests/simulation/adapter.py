"""A simulated process's connection to SQLite: statements run at once, on the loop's own thread."""

import sqlite3
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from sqlalchemy.exc import OperationalError

from simulation.process import Process


class Turns(Protocol):
    """The server, as a connection knows it."""

    commits: int
    statements: int

    async def take_turn(self, adapter: "Adapter") -> None: ...

    def end_turn(self, adapter: "Adapter") -> None: ...

    def take_back(self, adapter: "Adapter", raw: sqlite3.Connection) -> None: ...


class Adapter:
    """What SQLAlchemy's dialect asks of a connection. One that was broken off says that the database is locked."""

    def __init__(self, raw: sqlite3.Connection, server: "Turns", process: Process | None) -> None:
        self._raw: sqlite3.Connection | None = raw
        self.server, self.process = server, process
        self.isolation_level = None

    @property
    def usable(self) -> bool:
        return self._raw is not None

    @property
    def raw(self) -> sqlite3.Connection:
        if self._raw is None:
            raise sqlite3.OperationalError("database is locked: the connection was broken off")
        return self._raw

    def cursor(self) -> "Cursor":
        return Cursor(self)

    async def point(self) -> None:
        """A place where its process can be struck, and where others come in between."""
        if self.process is not None:
            await self.process.point()

    def begin(self, statement: str) -> None:
        try:
            self.raw.execute(statement)
        except sqlite3.OperationalError as error:  # as SQLAlchemy says it
            raise OperationalError(statement, None, error) from error

    def commit(self) -> None:
        self.raw.commit()
        self.server.commits += 1
        self.server.end_turn(self)

    def rollback(self) -> None:
        if self._raw is not None:
            self._raw.rollback()
        self.server.end_turn(self)

    def create_function(self, *given: Any, **options: Any) -> None:
        """The server's connections have what the dialect would give them."""

    def close(self) -> None:
        self.break_off()

    def break_off(self) -> None:
        if self._raw is not None:
            raw, self._raw = self._raw, None
            self.server.take_back(self, raw)


class Cursor:
    """Has all its rows as soon as it was executed: what is done next is no concern of theirs."""

    def __init__(self, adapter: Adapter) -> None:
        self._adapter = adapter
        self._raw: sqlite3.Cursor | None = None
        self._rows: deque[Any] = deque()
        self.arraysize = 1

    @property
    def description(self) -> Any:
        return self._raw.description if self._raw else None

    @property
    def rowcount(self) -> int:
        return self._raw.rowcount if self._raw else -1

    @property
    def lastrowid(self) -> int | None:
        return self._raw.lastrowid if self._raw else None

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        self._adapter.server.statements += 1
        self._raw = self._adapter.raw.execute(statement, parameters)
        if self._raw.description:
            self._rows = deque(self._raw.fetchall())

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        self._adapter.server.statements += 1
        self._raw = self._adapter.raw.executemany(statement, rows)

    def fetchone(self) -> Any:
        return self._rows.popleft() if self._rows else None

    def fetchall(self) -> list[Any]:
        rows, self._rows = list(self._rows), deque()
        return rows

    def close(self) -> None:
        self._rows.clear()
