"""The flows of a published version, compiled: it never changes, but what it is about does."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from syncline_common.clock import since_boot
from syncline_common.configuration.facts import Surroundings
from syncline_common.db.tx import Database
from syncline_common.errors import NotFound, SynclineError
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.engine.compile import FlowRules, compile_document
from syncline_sync_worker.engine.people import Known
from syncline_sync_worker.store.task_store import TaskReads, TaskStore

KEPT = 200
RIPE = 600.0  # seconds; then both systems are asked again what they are like, and who is in them
AGAIN = 60.0  # if one of them did not say, or nothing that fits


@dataclass(slots=True)
class _Compiled:
    flows: Sequence[FlowRules]
    asked_at: float
    used: bool = False  # since then


class Facts(Protocol):
    async def of(
        self, connection: ConnectionRef, version: int
    ) -> tuple[Surroundings, Mapping[Side, Iterable[Known]]]:
        """The streams of both systems, and the people in them, as this version needs to know them."""


class Library(Protocol):
    async def document(self, connection: ConnectionRef, version: int) -> Mapping[str, Any]:
        """As it was published."""


class Flows:
    """`library`: where a version is fetched that is not pinned here yet."""

    def __init__(
        self,
        db: Database,
        facts: Facts,
        library: Library | None = None,
        elapsed: Callable[[], float] = since_boot,
    ) -> None:
        self._db, self._facts, self._library, self._elapsed = db, facts, library, elapsed
        self._compiled: OrderedDict[tuple[ConnectionRef, int], _Compiled] = OrderedDict()

    async def of(self, connection: ConnectionRef, version: int) -> Sequence[FlowRules]:
        key = (connection, version)
        if key not in self._compiled:
            self._compiled[key] = await self._compile(connection, version)
            if len(self._compiled) > KEPT:
                self._compiled.popitem(last=False)
        self._compiled.move_to_end(key)
        self._compiled[key].used = True
        return self._compiled[key].flows

    async def refresh_once(self) -> int:
        """Of those that are ripe the one that was asked about longest ago; forgotten, if nobody uses it. How many it was."""
        now = self._elapsed()
        key = min(self._compiled, key=lambda it: self._compiled[it].asked_at, default=None)
        if key is None or now - self._compiled[key].asked_at < RIPE:
            return 0
        held = self._compiled[key]
        try:
            again = await self._compile(*key) if held.used else None
        except NotFound:
            again = None
        except (SynclineError, ValueError):  # what was known is better than nothing
            held.asked_at = now - RIPE + AGAIN
            return 1
        if again is None:
            self._compiled.pop(key, None)
        elif key in self._compiled:
            self._compiled[key] = again
        return 1

    async def _compile(self, connection: ConnectionRef, version: int) -> _Compiled:
        asked_at = self._elapsed()
        document = await self.document(connection, version)
        surroundings, people = await self._facts.of(connection, version)
        return _Compiled(compile_document(document, surroundings, people), asked_at)

    async def document(self, connection: ConnectionRef, version: int) -> Mapping[str, Any]:
        """Pinned here, so that what is published is needed once."""
        try:
            async with self._db.read() as tx:
                return await TaskReads(tx).document(connection, version)
        except NotFound:
            if self._library is None:
                raise
        document = await self._library.document(connection, version)
        async with self._db.begin() as tx:
            await TaskStore(tx).pin(connection, version, document)
        return document
