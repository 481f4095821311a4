"""Every query about Tasks: what is to be looked at when, and by which worker."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Table, Update, and_, bindparam, case, delete, or_, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from syncline_common.db.tx import ReadTx, Tx
from syncline_common.errors import NotFound
from syncline_common.schemas.connector import NodeRef
from syncline_sync_worker.domain.lease import LeaseLost
from syncline_sync_worker.domain.task import ConnectionRef, Task, TaskState
from syncline_sync_worker.store import leased
from syncline_sync_worker.store.owned import owned
from syncline_sync_worker.store.owned import owner as named
from syncline_sync_worker.store.tables import metadata, pinned
from syncline_sync_worker.store.tables import task as table

OWNED = (  # what is purged with a connection, its task last
    "work",
    "hook",
    "cursor",
    "intent",
    "ledger",
    "blob",
    "link",
    "outcome",
    "issue",
    "conflict",
    "guarded",
    "run",
    "pinned",
    "task",
)
LATE_AT_MOST = timedelta(hours=1)

ACTIVE = table.c.state == TaskState.ACTIVE.value
THIS = select(table).where(owned(table))
DOCUMENT = select(pinned.c.document).where(owned(pinned), pinned.c.version == bindparam("pinned_version"))
CLAIM = leased.claiming(table.c.connection_id, ACTIVE & (table.c.next_scan <= bindparam("now")))
CLAIM_THIS = leased.claiming(table.c.connection_id, ACTIVE & owned(table))
CHANGE = leased.changing(table.c.connection_id)
RENEW = leased.changing(table.c.connection_id, ACTIVE)
ASKED = table.c.next_scan != bindparam("claimed_for")
PLANNED = case((ASKED, table.c.next_scan), else_=bindparam("planned", type_=table.c.next_scan.type))
CHECKED = CHANGE.values(next_scan=PLANNED)


class TaskReads:
    """Of all accounts: a worker serves everybody."""

    def __init__(self, tx: ReadTx) -> None:
        self._session = tx.session

    async def get(self, connection: ConnectionRef) -> Task:
        row = (await self._session.execute(THIS, named(connection))).one_or_none()
        if row is None:
            raise NotFound("There is no such connection")
        return _task(row)

    async def listed(self, *, after: UUID | None, limit: int) -> Sequence[Task]:
        """Those that are not being deleted, in the order of their ids."""
        query = select(table).where(table.c.state != TaskState.DELETING.value)
        if after is not None:
            query = query.where(table.c.connection_id > after)
        rows = await self._session.execute(query.order_by(table.c.connection_id).limit(limit))
        return [_task(row) for row in rows]

    async def using(self, node: NodeRef) -> Sequence[Task]:
        """Those that are not being deleted."""
        on_it = or_(table.c.node_a == node.id, table.c.node_b == node.id)
        mine = (table.c.account_id == node.account_id) & (table.c.state != TaskState.DELETING.value)
        query = select(table).where(mine, on_it).order_by(table.c.connection_id)
        return [_task(row) for row in await self._session.execute(query)]

    async def document(self, connection: ConnectionRef, version: int) -> Mapping[str, Any]:
        """A version never changes."""
        this = {**named(connection), "pinned_version": version}
        row = (await self._session.execute(DOCUMENT, this)).one_or_none()
        if row is None:
            raise NotFound("There is no such version")
        document: Mapping[str, Any] = row.document
        return document


class TaskStore(TaskReads):
    def __init__(self, tx: Tx) -> None:
        super().__init__(tx)
        self._tx = tx

    async def put(self, task: Task, document: Mapping[str, Any] | None = None) -> None:
        """Published: anew, or in a newer version; an older one is left out. What is paused or being deleted stays so.

        Without its document, whoever needs that fetches and pins it.
        """
        self._tx.ring("task")
        if document is not None:
            await self.pin(task.connection, task.version, document)
        make = postgresql.insert if self._tx.dialect == "postgresql" else sqlite.insert
        new = make(table)
        facts = {name: new.excluded[name] for name in ("version", "schedule", "next_scan")}
        may = (table.c.version < new.excluded.version) & (table.c.state != TaskState.DELETING.value)
        upsert = new.on_conflict_do_update(
            index_elements=["connection_id", "account_id"], set_=facts, where=may
        )
        await self._session.execute(upsert, [_row(task)])

    async def pin(self, connection: ConnectionRef, version: int, document: Mapping[str, Any]) -> None:
        row = {"version": version, "document": document, **_key(connection)}
        await self._session.execute(self._tx.insert_new(pinned), [row])

    async def pause(self, connection: ConnectionRef) -> None:
        await self._move(connection, TaskState.PAUSED)

    async def resume(self, connection: ConnectionRef) -> None:
        now = await self._tx.now()
        await self._move(connection, TaskState.ACTIVE, next_scan=now, active_since=now)
        self._tx.ring("task")

    async def error(self, connection: ConnectionRef, cause: str, tried_at: datetime) -> bool:
        """Nothing works until a person acts; unless somebody has acted since it was tried. Whether this stopped it."""
        this = and_(_is(connection), ACTIVE)
        since = or_(table.c.active_since.is_(None), table.c.active_since <= tried_at)
        failed = {"state": TaskState.ERROR.value, "cause": cause[:400]}
        stopped = update(table).where(this, since).values(failed).returning(table.c.connection_id)
        return (await self._session.execute(stopped)).first() is not None

    async def delete(self, connection: ConnectionRef) -> None:
        """Its rows are purged from now on; the task goes last, when no late worker adds any."""
        await self._move(connection, TaskState.DELETING, next_scan=await self._tx.now() + LATE_AT_MOST)

    async def scan_at(self, connection: ConnectionRef, due: datetime) -> None:
        """Earlier than planned, because somebody asks. Whoever scans at this moment does so again afterwards."""
        later = or_(table.c.next_scan.is_(None), table.c.next_scan > due, table.c.lease_owner.is_not(None))
        await self._session.execute(update(table).where(_is(connection), later).values(next_scan=due))
        self._tx.ring("task")

    async def claim_this(self, connection: ConnectionRef, owner: str, seconds: float) -> Task | None:
        """Whether its scan is due or not; None if another has it, or if it is not active."""
        rows = await leased.claim(self._tx, CLAIM_THIS, 1, owner, seconds, named(connection))
        return _task(rows[0]) if rows else None

    async def claim(self, limit: int, owner: str, seconds: float) -> Sequence[Task]:
        """Active ones whose scan is due."""
        return [_task(row) for row in await leased.claim(self._tx, CLAIM, limit, owner, seconds)]

    async def renew(self, task: Task, seconds: float) -> None:
        """`LeaseLost` as well if it was paused or deleted meanwhile."""
        until = await self._tx.now() + timedelta(seconds=seconds)
        await self._change(task, {"lease_until": until}, RENEW)

    async def checked(self, task: Task, next_scan: datetime | None, *, swept: bool = False) -> None:
        """Scanned to its end; given back. A scan that was asked for meanwhile is not put off."""
        now = await self._tx.now()
        planned = {"claimed_for": task.next_scan, "planned": next_scan}
        done = {"last_checked": now, **planned, **leased.FREE}
        await self._change(task, done | ({"last_sweep": now} if swept else {}), CHECKED)

    async def give_back(self, task: Task) -> None:
        await self._change(task, dict(leased.FREE))

    async def purge_once(self, at_once: int = 2000) -> int:
        """Rows of deleted connections, a little at a time; how many went."""
        now = await self._tx.now()
        deleting = select(table.c.connection_id, table.c.next_scan)
        deleting = deleting.where(table.c.state == TaskState.DELETING.value).order_by(table.c.connection_id)
        for row in (await self._session.execute(deleting)).all():
            names = OWNED if row.next_scan <= now else OWNED[:-1]
            for name in names:
                count = await self._purge(metadata.tables[name], row.connection_id, at_once)
                if count:
                    return count
        return 0

    async def _purge(self, owned: Table, connection_id: UUID, at_once: int) -> int:
        key = list(owned.primary_key.columns)
        some = select(*key).where(owned.c.connection_id == connection_id).limit(at_once)
        gone = delete(owned).where(tuple_(*key).in_(some)).returning(key[0])
        return len((await self._session.execute(gone)).all())

    async def _move(
        self,
        connection: ConnectionRef,
        state: TaskState,
        cause: str | None = None,
        **times: datetime,
    ) -> None:
        """What is being deleted stays so."""
        changes: dict[str, Any] = {"state": state.value, "cause": cause, **times}
        may = table.c.state != TaskState.DELETING.value
        await self._session.execute(update(table).where(_is(connection), may).values(changes))

    async def _change(self, task: Task, changes: dict[str, Any], changing: Update = CHANGE) -> None:
        if task.held is None:
            raise LeaseLost("It was never claimed")
        await leased.change(self._tx, changing, task.connection.id, task.held, changes)


def _is(connection: ConnectionRef) -> Any:
    return (table.c.connection_id == connection.id) & (table.c.account_id == connection.account_id)


def _key(connection: ConnectionRef) -> dict[str, Any]:
    return {"account_id": connection.account_id, "connection_id": connection.id}


def _row(task: Task) -> dict[str, Any]:
    names = ("network_id", "node_a", "node_b", "version", "schedule", "cause", "next_scan")
    facts = {name: getattr(task, name) for name in names}
    return {**_key(task.connection), **facts, "state": task.state.value, "lease_epoch": 0}


def _task(row: Row[Any]) -> Task:
    return Task(
        connection=ConnectionRef(row.account_id, row.connection_id),
        network_id=row.network_id,
        node_a=row.node_a,
        node_b=row.node_b,
        version=row.version,
        schedule=row.schedule,
        state=TaskState(row.state),
        cause=row.cause,
        next_scan=row.next_scan,
        last_checked=row.last_checked,
        last_sweep=row.last_sweep,
        active_since=row.active_since,
        held=leased.held_of(row),
    )
