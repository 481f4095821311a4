"""The product's Database on SQLite without threads: statements run where they are called, waiting is simulated."""

import asyncio
import os
import shutil
import sqlite3
import tempfile
from collections import deque
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import datetime
from functools import cache
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, MetaData, create_engine
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from simulation.adapter import Adapter
from simulation.process import PROCESS, Process
from simulation.session import Lent, SimulatedSession
from syncline_common.clock import Clock
from syncline_common.db.tx import Database

PRAGMAS = ("synchronous=OFF", "foreign_keys=ON", "cache_size=-512")
FORGET_STUCK_AFTER = 30.0  # seconds that a frozen process may keep others from writing, as in db/engine.py
IN_MEMORY = Path("/dev/shm")
ACQUAINTED: list[bool] = []
SERVER: ContextVar["Server | None"] = ContextVar("database server")


class Server:
    """What all processes of a history share: one file, one writer at a time."""

    def __init__(self, metadata: MetaData, folder: Path) -> None:
        self._metadata, self._path = metadata, folder / "history.db"
        self._path.write_bytes(_template(metadata))
        self.open: dict[Adapter, None] = {}  # in the order they were lent; a set's hangs on addresses
        self._free: list[Lent] = []
        self._idle: list[sqlite3.Connection] = []  # opening one takes as long as two statements
        self._onlooker: sqlite3.Connection | None = None
        self._writer: Adapter | None = None
        self._queue: deque[tuple[Adapter, asyncio.Future[None]]] = deque()
        self.commits = 0
        self.statements = 0
        _get_acquainted(self)

    def lend(self) -> Lent:
        if self._free:
            connection, adapter = self._free.pop()
            adapter.process = PROCESS.get()
        else:
            connection = _engine().connect()
            adapter = cast(Adapter, connection.connection.dbapi_connection)
        self.open[adapter] = None
        return connection, adapter

    def give_back(self, connection: Connection, adapter: Adapter) -> None:
        self.open.pop(adapter, None)
        self.end_turn(adapter)
        if adapter.usable:
            self._free.append((connection, adapter))

    def connect(self) -> Adapter:
        return Adapter(self._idle.pop() if self._idle else self._open(), self, PROCESS.get())

    def look(self, question: str, given: Mapping[str, Any]) -> bool:
        """What a `SELECT EXISTS` says of what is committed; nobody's transaction, and no point to be struck at."""
        if self._onlooker is None:
            self._onlooker = self._open()
        return bool(self._onlooker.execute(question, given).fetchone()[0])

    def take_back(self, adapter: Adapter, raw: sqlite3.Connection) -> None:
        raw.rollback()
        self._idle.append(raw)
        self.open.pop(adapter, None)
        self.end_turn(adapter)

    def _open(self) -> sqlite3.Connection:
        raw = sqlite3.connect(self._path, isolation_level=None)
        for pragma in PRAGMAS:
            raw.execute(f"PRAGMA {pragma}")
        return raw

    async def take_turn(self, adapter: Adapter) -> None:
        if self._writer is None:
            self._writer = adapter
            return
        turn = asyncio.get_running_loop().create_future()
        self._queue.append((adapter, turn))
        await turn

    def end_turn(self, adapter: Adapter) -> None:
        if self._writer is not adapter:
            return
        self._writer = None
        while self._queue and self._writer is None:
            following, turn = self._queue.popleft()
            if following.usable and not turn.cancelled():
                self._writer = following
                turn.set_result(None)

    def forget(self, process: Process) -> None:
        """It died: its transactions are rolled back."""
        for adapter in [it for it in self.open if it.process is process]:
            adapter.break_off()

    def forget_stuck(self, process: Process) -> None:
        """It has been frozen for long: others may write, and it will find its transaction gone."""
        if process.frozen and self._writer is not None and self._writer.process is process:
            self._writer.break_off()

    def empty(self) -> None:
        """For the next history: who is still connected is broken off, and no row is left."""
        for adapter in list(self.open):
            adapter.break_off()
        self._queue.clear()
        self._writer, self.commits, self.statements = None, 0, 0
        raw = self._idle.pop() if self._idle else self._open()
        raw.execute("BEGIN IMMEDIATE")
        for table in reversed(self._metadata.sorted_tables):
            raw.execute(f'DELETE FROM "{table.name}"')
        raw.commit()
        self._idle.append(raw)

    def shut_down(self) -> None:
        for adapter in (*self.open, *(it for _, it in self._free)):
            adapter.break_off()
        for raw in (*self._idle, self._onlooker):
            if raw is not None:
                raw.close()
        for name in (self._path, *self._path.parent.glob("history.db-*")):
            name.unlink(missing_ok=True)


def lasting_server(metadata: MetaData) -> Server:
    """This process's, for one history after the other: opening a file and preparing its statements takes as long as a
    tenth of a history."""
    return _lasting(metadata, os.getpid())


@cache
def _lasting(metadata: MetaData, _process: int) -> Server:
    folder = tempfile.mkdtemp(prefix="syncline-simulation-", dir=memory())
    Finalize(None, shutil.rmtree, args=(folder,), kwargs={"ignore_errors": True}, exitpriority=0)
    return Server(metadata, Path(folder))


def open_simulated(metadata: MetaData, clock: Clock) -> Database:
    """One process's; all are on one engine, so that a statement is compiled once and not once a history."""
    database = Database(_outside(), metadata, clock, _session)
    database.one_process = False
    return database


def exists(question: str, now: datetime) -> bool:
    """Of the running history's database. `:now` is as SQLite keeps it."""
    return _server().look(f"SELECT EXISTS ({question})", {"now": f"{now:%Y-%m-%d %H:%M:%S.%f}"})


def _session(reads_only: bool) -> SimulatedSession:
    return SimulatedSession(_engine(), _server, reads_only=reads_only)


@cache
def _engine() -> Engine:
    return create_engine("sqlite:///simulated.db", poolclass=NullPool, creator=_connect)


@cache
def _outside() -> AsyncEngine:
    """What a Database says its engine is; nobody connects by it."""
    return create_async_engine("sqlite+aiosqlite:///simulated.db")


def _get_acquainted(server: Server) -> None:
    """The engine's first connection asks who the database is: that must not be a part of any history."""
    if ACQUAINTED:
        return
    ACQUAINTED.append(True)
    token = SERVER.set(server)
    _engine().connect().close()
    SERVER.reset(token)


def _connect() -> Adapter:
    return _server().connect()


def _server() -> Server:
    server = SERVER.get()
    assert server is not None, "this history has no database"
    return server


@cache
def _template(metadata: MetaData) -> bytes:
    """An empty database with all tables, made once and written down for each history."""
    with tempfile.TemporaryDirectory(prefix="syncline-simulation-", dir=memory()) as folder:
        path = Path(folder) / "template.db"
        engine = create_engine(f"sqlite:///{path}")
        with engine.begin() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        metadata.create_all(engine)
        engine.dispose()
        return path.read_bytes()


def memory() -> Path | None:
    return IN_MEMORY if IN_MEMORY.is_dir() else None
