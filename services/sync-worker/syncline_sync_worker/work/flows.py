"""The flows of a published version, compiled once: a version never changes."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from syncline_common.configuration.facts import Surroundings
from syncline_common.db.tx import Database
from syncline_common.errors import NotFound
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.engine.compile import FlowRules, compile_document
from syncline_sync_worker.engine.people import Known
from syncline_sync_worker.store.task_store import TaskReads, TaskStore

KEPT = 200


class Facts(Protocol):
    async def of(
        self, connection: ConnectionRef, version: int
    ) -> tuple[Surroundings, Mapping[Side, Iterable[Known]]]:
        """The streams of both systems, and the people in them, as known for this version."""


class Library(Protocol):
    async def document(self, connection: ConnectionRef, version: int) -> Mapping[str, Any]:
        """As it was published."""


class Flows:
    """`library`: where a version is fetched that is not pinned here yet."""

    def __init__(self, db: Database, facts: Facts, library: Library | None = None) -> None:
        self._db, self._facts, self._library = db, facts, library
        self._compiled: OrderedDict[tuple[UUID, int], Sequence[FlowRules]] = OrderedDict()

    async def of(self, connection: ConnectionRef, version: int) -> Sequence[FlowRules]:
        key = (connection.id, version)
        if key not in self._compiled:
            self._compiled[key] = await self._compile(connection, version)
            if len(self._compiled) > KEPT:
                self._compiled.popitem(last=False)
        self._compiled.move_to_end(key)
        return self._compiled[key]

    async def _compile(self, connection: ConnectionRef, version: int) -> Sequence[FlowRules]:
        document = await self.document(connection, version)
        surroundings, people = await self._facts.of(connection, version)
        return compile_document(document, surroundings, people)

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
