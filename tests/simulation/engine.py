"""The product's engine as the subject of a history: workers on the simulated database, before the invented trackers."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, cast
from uuid import UUID

from sqlalchemy import MetaData, select

from simulation.database import exists
from simulation.remembered import Explained, Remembered, RunKept, Written
from simulation.rounds import Body, keep_going
from simulation.subject import Place
from simulation.vendors import ALDER_PEOPLE, BIRCH_PEOPLE, Vendor
from syncline_common.configuration.facts import FieldFacts, StreamFacts, Surroundings
from syncline_common.db.bells import Bells
from syncline_common.db.tx import Database
from syncline_common.errors import RemoteError, Unavailable
from syncline_common.schemas.connector import NodeRef, Priority, Reader, StreamTraits, Writer
from syncline_common.schemas.records import RecordRef
from syncline_common.schemas.values import Side, Value
from syncline_common.sdk.gate import Budget
from syncline_common.sdk.leaving import leaving
from syncline_common.sdk.meter import Meter
from syncline_sync_worker.domain.guarded import GuardState
from syncline_sync_worker.domain.task import ConnectionRef, Task
from syncline_sync_worker.domain.work import Offer, Reason
from syncline_sync_worker.engine.people import Known
from syncline_sync_worker.store.gate_store import StoredGate
from syncline_sync_worker.store.guard_store import GuardStore
from syncline_sync_worker.store.run_store import RunReads, RunStore
from syncline_sync_worker.store.tables import metadata, run
from syncline_sync_worker.store.task_store import TaskStore
from syncline_sync_worker.store.work_store import WorkStore
from syncline_sync_worker.store.written import read
from syncline_sync_worker.work.drive import Driver
from syncline_sync_worker.work.flows import Flows
from syncline_sync_worker.work.stage import Studio
from syncline_sync_worker.work.tools import LEASE_SECONDS, Tools
from syncline_sync_worker.work.worker import Worker

NODES = {Side.A: UUID(int=0xA), Side.B: UUID(int=0xB)}
SIDES = {id: side for side, id in NODES.items()}
CONNECTION = ConnectionRef(UUID(int=1), UUID(int=2))
NETWORK = UUID(int=3)
KEY = b"key"
SWEEP_EVERY = (
    timedelta(seconds=45),
    timedelta(days=1),
)  # often; or at the start only: what scans lose stays lost
POLL = 5.0  # rarely: what rings a bell is done at once
FLOW = "f1"
DUE = {  # what a body needs to find at least; wider than what it asks for, so that a bug there has its turn
    "task": "SELECT 1 FROM task WHERE next_scan <= :now",
    "work": "SELECT 1 FROM work WHERE free_at <= :now",
    "run": "SELECT 1 FROM run WHERE open_as IS NOT NULL",
    "approve": "SELECT 1 FROM run WHERE status = 'awaiting_approval'",
    "drive": "SELECT 1 FROM run WHERE approved_at IS NOT NULL",
}
WRITES = ("create", "update", "close", "delete", "comment")
STRICT = {"share": 0, "least": 0}  # whatever destroys something waits


class Systems:
    """Every request passes the gate, as it does in the gateway."""

    def __init__(self, place: Place, db: Database) -> None:
        self._trackers, gate = place.systems, StoredGate(db)
        self._meters = {
            side: Meter(gate, Budget(side.value, it.vendor.facts.budget, 60.0), place.elapsed, naming_key=KEY)
            for side, it in place.systems.trackers.items()
        }

    async def reader(self, node: NodeRef, priority: Priority) -> Reader:
        side = SIDES[node.id]
        port = await self._trackers.reader(side, priority)
        return cast(Reader, self._metered(port, side, priority))

    async def writer(self, node: NodeRef, priority: Priority) -> Writer:
        side = SIDES[node.id]
        port = await self._trackers.writer(side, priority)
        return cast(Writer, self._metered(port, side, priority))

    def _metered(self, port: Any, side: Side, priority: Priority) -> "Metered":
        tracker = self._trackers.trackers[side]
        return Metered(port, self._meters[side], priority, lambda: tracker.credential)


class Metered:
    """A port, each of whose requests takes a token first and tells the gate what came of it."""

    def __init__(self, port: Any, meter: Meter, priority: Priority, credential: Callable[[], int]) -> None:
        self._port, self._meter, self._priority, self._credential = port, meter, priority, credential

    def traits(self, stream: str) -> StreamTraits:
        traits: StreamTraits = self._port.traits(stream)
        return traits

    def __getattr__(self, name: str) -> Any:
        async def ask(*given: Any, **named: Any) -> Any:
            credential = {"number": str(self._credential())}
            await self._meter.admit(self._priority, credential)
            if name in WRITES:
                leaving()
            try:
                answer = await getattr(self._port, name)(*given, **named)
            except RemoteError as error:
                await self._tell(error, credential)
                raise
            await self._tell(None, credential)
            return answer

        return ask

    async def _tell(self, error: RemoteError | None, credential: Mapping[str, str]) -> None:
        """What the system answered stands, also if the gate's database is away."""
        with suppress(Unavailable):
            await self._meter.answered(error, credential)


@dataclass(frozen=True, slots=True)
class FactsOfVendors:
    vendors: Mapping[Side, Vendor]

    async def of(
        self, connection: ConnectionRef, version: int
    ) -> tuple[Surroundings, Mapping[Side, Iterable[Known]]]:
        streams = {side: (_stream(it),) for side, it in self.vendors.items()}
        people = {Side.A: [Known(it) for it in ALDER_PEOPLE], Side.B: [Known(it) for it in BIRCH_PEOPLE]}
        return Surroundings(streams[Side.A], streams[Side.B]), people


def _stream(vendor: Vendor) -> StreamFacts:
    fields = (
        FieldFacts(name, type=it.type, writable=not it.read_only, required_on_create=it.required)
        for name, it in vendor.fields.items()
    )
    return StreamFacts(vendor.stream, fields=tuple(fields))


class Engine:
    """`rarely`: what a sweep would find is not found by one. `strict`: somebody approves all that is destroyed."""

    metadata: MetaData | None = metadata

    def __init__(self, *, rarely: bool = False, strict: bool = False) -> None:
        self._sweep_every, self._strict = SWEEP_EVERY[rarely], strict

    async def prepare(self, place: Place) -> None:
        self._place = place
        self._bells = Bells()
        self._db = self._open()
        self._vendors = {side: it.vendor for side, it in place.systems.trackers.items()}

    def _open(self) -> Database:
        """All processes hear the same bells, as they do by PostgreSQL's notifications."""
        db = self._place.database(metadata)
        db.bells = self._bells
        return db

    async def worker(self, name: str) -> None:
        db, random = self._open(), self._place.random(name)
        ids = partial(_an_id, random)
        flows = Flows(db, FactsOfVendors(self._vendors))
        systems, elapsed = Systems(self._place, db), self._place.elapsed
        tools = Tools(db, systems, flows, name, KEY, ids, random, elapsed, sweep_every=self._sweep_every)
        worker = Worker(tools)
        bodies = {"task": worker.scan, "work": worker.work}
        async with asyncio.TaskGroup() as group:
            group.create_task(keep_going(bodies, self._bells, poll=POLL, is_due=self._is_due))
            finish = keep_going({"run": worker.finish}, self._bells, poll=3 * POLL, is_due=self._is_due)
            group.create_task(finish)
            group.create_task(keep_going({"renew": worker.renew}, self._bells, poll=LEASE_SECONDS / 3))
            if self._strict:
                driver = Driver(tools, cast(Studio, None))  # nothing is rehearsed
                asked: dict[str, Body] = {"approve": partial(_approve, db), "drive": driver.drive_once}
                group.create_task(keep_going(asked, self._bells, poll=POLL, is_due=self._is_due))

    def _is_due(self, name: str) -> bool:
        return exists(DUE[name], self._place.clock.now())

    async def publish(self, version: int, document: dict[str, Any]) -> None:
        if self._strict:
            for flow in document["flows"]:
                flow["guard"] = STRICT
        async with self._db.begin() as tx:
            task = Task(
                CONNECTION,
                NETWORK,
                NODES[Side.A],
                NODES[Side.B],
                version,
                document["schedule"],
                next_scan=await tx.now(),
            )
            await TaskStore(tx).put(task, document)

    async def pause(self) -> None:
        async with self._db.begin() as tx:
            await TaskStore(tx).pause(CONNECTION)

    async def resume(self) -> None:
        async with self._db.begin() as tx:
            await TaskStore(tx).resume(CONNECTION)

    async def remove(self) -> None:
        async with self._db.begin() as tx:
            await TaskStore(tx).delete(CONNECTION)

    async def restored(self, side: Side) -> None:
        """Only what the credential had stopped goes on."""
        async with self._db.begin() as tx:
            task = await TaskStore(tx).get(CONNECTION)
            if task.state.value != "paused":
                await TaskStore(tx).resume(CONNECTION)

    async def hint(self, side: Side, id: str) -> None:
        async with self._db.begin() as tx:
            record, now = RecordRef(self._place.streams[side], id), await tx.now()
            offer = Offer(FLOW, side, record, Reason.RECORD, now, Priority.WEBHOOK)
            await WorkStore(tx).offer(CONNECTION, [offer])

    async def remembered(self) -> Remembered:
        return await _remembered(self._db)


async def _approve(db: Database) -> int:
    """As a person does, who has looked at what waits."""
    async with db.begin() as tx:
        waiting = select(run.c.id).where(
            run.c.status == "awaiting_approval", run.c.stop_requested_at.is_(None)
        )
        for id in (await tx.session.scalars(waiting)).all():
            held = await RunReads(tx, CONNECTION.account_id).get(id)
            if await RunStore(tx).approve(held):
                await GuardStore(tx, CONNECTION).decide(held, GuardState.APPROVED)
    return 0


def _an_id(random: Any) -> UUID:
    return UUID(int=random.getrandbits(128))


async def _remembered(db: Database) -> Remembered:
    tables = db.tables
    async with db.read() as tx:
        rows = {
            name: (await tx.session.execute(select(tables[name]))).all()
            for name in ("link", "issue", "conflict", "ledger", "run", "pinned")
        }
    links = {row.id: (row.a_id, row.b_id) for row in rows["link"]}
    fields = _fields([row.document for row in rows["pinned"]])
    explained = [
        Explained(row.record_id, row.cause, _field(row))
        for row in rows["issue"]
        if row.state in ("open", "retrying")
    ]
    failed = [Explained(row.record_id, row.cause.split(":")[0]) for row in rows["issue"]]
    kept: dict[str, list[Value]] = defaultdict(list)
    for row in rows["conflict"]:
        for id, value in zip(links[row.link_id], (row.value_a, row.value_b), strict=True):
            kept[id].append(read(value))
        if row.state == "open":
            pair = zip(links[row.link_id], fields.get(row.rule_id, (None, None)), strict=True)
            explained += [Explained(id, "conflict", name) for id, name in pair if name]
    written = list[Written]()
    for row in rows["ledger"]:
        if row.link_id in links:
            id = links[row.link_id][0 if row.side == "a" else 1]
            kept[id].append(read(row.old))
            name = fields.get(row.rule_id, (None, None))[0 if row.side == "a" else 1]
            act = f"{row.run_id} {row.at} {row.source_version}"  # two may be of one moment
            written.append(Written(id, name or "", row.version, act))
    runs = [RunKept(str(row.id), row.status, row.lease_owner) for row in rows["run"]]
    return Remembered(list(links.values()), explained, failed, kept, runs, written)


def _field(issue: Any) -> str | None:
    return None


def _fields(documents: list[Any]) -> dict[str, tuple[str | None, str | None]]:
    """By rule id, as the compiler gives them."""
    from syncline_common.configuration.identifiers import with_ids  # noqa: PLC0415

    found = {}
    for document in documents:
        for rule in with_ids(document)["flows"][0]["fields"]:
            found[rule["id"]] = (rule.get("a"), rule.get("b"))
    return found
