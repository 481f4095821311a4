"""Every query about Runs: those of an account for people, those that wait for workers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from syncline_common.db.tx import ReadTx, Tx
from syncline_common.errors import NotFound
from syncline_sync_worker.domain.guarded import GuardState
from syncline_sync_worker.domain.lease import LeaseLost
from syncline_sync_worker.domain.run import CLOSED, COUNTS, LOOKING, Run, RunKind, RunStatus
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.domain.work import Reason
from syncline_sync_worker.store import leased
from syncline_sync_worker.store.guard_store import GuardStore
from syncline_sync_worker.store.tables import run as table
from syncline_sync_worker.store.tables import work

OPEN = [literal(it.value) for it in RunStatus if it not in CLOSED]
AWAITING = table.c.status == RunStatus.AWAITING_APPROVAL.value
NOTHING = dict.fromkeys(COUNTS, 0)

CHANGED = "run_changed"  # the bell of those who follow one
SLOT = RunKind.CONTINUOUS.value  # of the one run of a connection that what is due is counted to
THIS = (
    update(table)
    .where(table.c.account_id == bindparam("of_account"), table.c.id == bindparam("this"))
    .values(revision=table.c.revision + 1)
)
TAKE_SLOT = THIS.where(table.c.open_as.is_(None))
COUNT = THIS.values({name: table.c[name] + bindparam(f"more_{name}") for name in COUNTS})
OPEN_ONE = THIS.where(table.c.status.in_(OPEN))
CLOSE = OPEN_ONE.returning(table.c.id)
STOP = OPEN_ONE.values(lease_until=case((table.c.lease_owner.is_not(None), table.c.lease_until)))
AWAIT = THIS.where(table.c.status == RunStatus.RUNNING.value, table.c.stop_requested_at.is_(None))
APPROVE = THIS.where(AWAITING, table.c.stop_requested_at.is_(None)).returning(table.c.id)
LOCK = (
    select(table)
    .where(table.c.account_id == bindparam("of_account"), table.c.id == bindparam("this"))
    .with_for_update()
)
OPEN_AS = (  # shared with others who work for it; whoever closes it waits for them, or they find it closed
    select(table)
    .where(table.c.connection_id == bindparam("of_connection"), table.c.open_as == bindparam("kind"))
    .with_for_update(read=True)
)


def _to_be_driven() -> ColumnElement[bool]:
    """What is read is worked off by everybody, and closed by `finish`; what waits for another run keeps nobody waiting.

    What somebody has decided about a run that waits for approval is carried out as well.
    """
    other = table.alias("other")
    taken = exists().where(
        other.c.connection_id == table.c.connection_id, other.c.open_as == SLOT, other.c.id != table.c.id
    )
    writes_nothing = table.c.kind.in_([literal(it.value) for it in sorted(LOOKING)])
    may = or_(writes_nothing, table.c.stop_requested_at.is_not(None), ~taken)
    to_read = and_(table.c.kind != RunKind.CONTINUOUS.value, table.c.read_at.is_(None))
    refused = and_(AWAITING, table.c.open_as.is_(None), table.c.stop_requested_at.is_not(None))
    return and_(table.c.status.in_(OPEN), or_(to_read, table.c.approved_at.is_not(None), refused), may)


CLAIM = leased.claiming(table.c.id, _to_be_driven()).values(cause=None)  # why it has waited
CHANGE = leased.changing(table.c.id).values(revision=table.c.revision + 1)
LET_THROUGH = leased.changing(table.c.id, table.c.approved_at == bindparam("then"))


BUSY = or_(work.c.free_at <= bindparam("now"), work.c.lease_owner.is_not(None))


def _drained() -> Select[Any]:
    busy = exists().where(work.c.connection_id == table.c.connection_id, BUSY)
    asked = (
        work.c.reasons.bitwise_and(int(Reason.UNDO)) != 0
    )  # also what is due later: nobody else gives it back
    undoing = and_(
        table.c.kind == RunKind.UNDO.value,
        exists().where(work.c.connection_id == table.c.connection_id, asked),
    )
    is_over = or_(and_(~busy, ~undoing), table.c.stop_requested_at.is_not(None))
    is_read = or_(table.c.kind == RunKind.CONTINUOUS.value, table.c.read_at.is_not(None))
    settled = table.c.approved_at.is_(None)
    query = select(table).where(table.c.open_as == SLOT, is_read, settled, is_over)
    return query.order_by(table.c.id).limit(bindparam("at_most")).with_for_update(skip_locked=True)


DRAINED = _drained()
STILL_BUSY = (
    select(work.c.connection_id)
    .distinct()
    .where(work.c.connection_id.in_(bindparam("these", expanding=True)), BUSY)
)


@dataclass(frozen=True, slots=True)
class RunFilter:
    """`since` and `until` are about when it was asked for; what is None leaves all."""

    connection_id: UUID | None = None
    network_id: UUID | None = None
    status: str | None = None
    kind: str | None = None
    since: datetime | None = None
    until: datetime | None = None


EVERY_RUN = RunFilter()


class RunReads:
    """An account's, or what a person may see of it."""

    def __init__(self, tx: ReadTx, account_id: UUID, network_ids: Collection[UUID] | None = None) -> None:
        self._tx, self._session = tx, tx.session
        self._mine = table.c.account_id == account_id
        if network_ids is not None:
            self._mine = and_(self._mine, table.c.network_id.in_(network_ids))

    async def get(self, run_id: UUID) -> Run:
        row = (
            await self._session.execute(select(table).where(self._mine, table.c.id == run_id))
        ).one_or_none()
        if row is None:
            raise NotFound("There is no such run")
        return _run(row)

    async def listed(self, which: RunFilter = EVERY_RUN, *, after: UUID | None, limit: int) -> Sequence[Run]:
        """Newest first."""
        query = select(table).where(self._mine).order_by(table.c.id.desc()).limit(limit)
        for name in ("connection_id", "network_id", "status", "kind"):
            if (value := getattr(which, name)) is not None:
                query = query.where(table.c[name] == value)
        if which.since is not None:
            query = query.where(table.c.requested_at >= which.since)
        if which.until is not None:
            query = query.where(table.c.requested_at < which.until)
        if after is not None:
            query = query.where(table.c.id < after)
        return [_run(row) for row in await self._session.execute(query)]

    async def waiting(self, run: Run) -> int:
        """Records that are due, or in somebody's hands, and counted to it once they are done."""
        if run.status in (*CLOSED, RunStatus.AWAITING_APPROVAL) or run.kind in LOOKING:
            return 0
        these = work.c.connection_id == run.connection.id
        now = await self._tx.now()
        query = select(func.count()).where(these, or_(work.c.free_at <= now, work.c.lease_owner.is_not(None)))
        return await self._session.scalar(query) or 0


class RunStore:
    """Of all accounts: a worker serves everybody."""

    def __init__(self, tx: Tx) -> None:
        self._tx, self._session = tx, tx.session

    async def request(self, run: Run) -> None:
        await self._session.execute(self._tx.insert_new(table), [_row(run)])
        self._tx.ring("run")

    async def open_continuous(self, run: Run) -> Run:
        """The open one of its connection; `run` becomes it if there is none."""
        its = {"of_connection": run.connection.id, "kind": SLOT}
        row = (await self._session.execute(OPEN_AS, its)).one_or_none()
        if row is None:
            opened = {"status": RunStatus.RUNNING.value, "open_as": SLOT}
            facts = {**_row(run), **opened, "started_at": await self._tx.now()}
            await self._session.execute(self._tx.insert_new(table), [facts])
            row = (await self._session.execute(OPEN_AS, its)).one()
        return _run(row)

    async def take_slot(self, run: Run) -> bool:
        """What is due is counted to it from now on. False while another run is the one."""
        now = await self._tx.now()
        started = {"status": RunStatus.RUNNING.value, "open_as": SLOT, "started_at": run.started_at or now}
        try:
            async with self._session.begin_nested():
                await self._session.execute(TAKE_SLOT, {**_is(run), **started})
        except IntegrityError:
            return False
        return True

    async def read(self, run: Run) -> None:
        """All that it was to read has been offered: it closes once that is worked off."""
        await self._change(run, {"read_at": await self._tx.now(), **leased.FREE})

    async def lock(self, run: Run) -> Run:
        """As it is, and as it stays until the end of this transaction."""
        return _run((await self._session.execute(LOCK, _is(run))).one())

    async def await_approval(self, run: Run) -> None:
        """It holds something back; what else it has to do flows on."""
        self._tx.ring(CHANGED)
        await self._session.execute(AWAIT, {**_is(run), "status": RunStatus.AWAITING_APPROVAL.value})

    async def rest(self, run: Run) -> None:
        """All but what it holds back is done: what is due is counted to another from now on."""
        self._tx.ring(CHANGED)
        await self._session.execute(OPEN_ONE, {**_is(run), "open_as": None})

    async def approve(self, run: Run) -> bool:
        """False if it does not wait for it any more."""
        approved = {"status": RunStatus.RUNNING.value, "approved_at": await self._tx.now()}
        for bell in ("run", CHANGED):
            self._tx.ring(bell)
        return (await self._session.execute(APPROVE, {**_is(run), **approved})).first() is not None

    async def let_through(self, run: Run) -> None:
        """What was approved has been offered again; unless somebody approved more meanwhile."""
        assert run.held is not None and run.approved_at is not None
        offered = {"then": run.approved_at, "approved_at": None, **leased.FREE}
        await leased.change(self._tx, LET_THROUGH, run.id, run.held, offered)

    async def note(self, run: Run, ask: Mapping[str, Any]) -> None:
        """What was found out about what it is to do."""
        await self._change(run, {"ask": dict(ask)})

    async def count_anew(self, run: Run) -> None:
        """What was counted is forgotten."""
        await self._change(run, dict(NOTHING))

    async def now(self, run: Run) -> Run:
        """As it is by now, with what others have counted to it."""
        return await RunReads(self._tx, run.connection.account_id).get(run.id)

    async def wait(self, run: Run, seconds: float, cause: str | None = None) -> None:
        """Nobody has it, and nobody looks at it meanwhile unless it is told to stop: others have their turn."""
        until = await self._tx.now() + timedelta(seconds=seconds)
        if cause is not None:
            self._tx.ring(CHANGED)
        await self._change(run, {"cause": cause, "lease_owner": None, "lease_until": until})

    async def claim(self, limit: int, owner: str, seconds: float) -> Sequence[Run]:
        """Those that somebody must drive: requested, or left by a worker whose time is over."""
        return [_run(row) for row in await leased.claim(self._tx, CLAIM, limit, owner, seconds)]

    async def renew(self, run: Run, seconds: float) -> None:
        await self._change(run, {"lease_until": await self._tx.now() + timedelta(seconds=seconds)})

    async def move(self, run: Run, status: RunStatus, cause: str | None = None) -> None:
        """By who drives it; `LeaseLost` if that is another by now."""
        self._tx.ring(CHANGED)
        await self._change(run, await self._facts(status, cause))
        await self._give_up(run, status)

    async def count(self, run: Run, counts: Mapping[str, int]) -> None:
        """Added to what others count at the same time."""
        if any(counts.values()):
            self._tx.ring(CHANGED)
            more = {f"more_{name}": by for name, by in {**NOTHING, **counts}.items()}
            await self._session.execute(COUNT, {**_is(run), **more})

    async def close_continuous(self, run: Run, status: RunStatus) -> bool:
        """Or another that had the slot. False if somebody else has closed it: then somebody else has announced it."""
        facts = await self._facts(status, None)
        self._tx.ring(CHANGED)
        closed = (await self._session.execute(CLOSE, {**_is(run), **facts})).first() is not None
        await self._give_up(run, status)
        return closed

    async def drained(self, limit: int) -> Sequence[Run]:
        """Those with the slot that nothing keeps open: they were told to stop, or no pair of theirs is due, or in anybody's hands. They are locked, and
        looked at once more: a worker may have claimed a pair between the look and the lock."""
        now = await self._tx.now()
        runs = [_run(row) for row in await self._session.execute(DRAINED, {"now": now, "at_most": limit})]
        if not runs:
            return []
        these = {"these": [it.connection.id for it in runs], "now": now}
        busy = set(await self._session.scalars(STILL_BUSY, these))
        return [it for it in runs if it.stop_requested_at or it.connection.id not in busy]

    async def request_stop(self, run: Run) -> None:
        """Seen by who drives it, at the next renewal at the latest; at once if it only waits."""
        stop = {"stop_requested_at": await self._tx.now()}
        self._tx.ring("run")
        await self._session.execute(STOP, {**_is(run), **stop})

    async def _give_up(self, run: Run, status: RunStatus) -> None:
        """Nobody can approve any more what a run that is over held back."""
        if status in CLOSED:
            await GuardStore(self._tx, run.connection).decide(run, GuardState.REFUSED)

    async def _facts(self, status: RunStatus, cause: str | None) -> dict[str, Any]:
        facts: dict[str, Any] = {"status": status.value, "cause": cause and cause[:400]}
        if status is RunStatus.RUNNING:
            facts["started_at"] = await self._tx.now()
        if status in CLOSED:
            facts |= {"finished_at": await self._tx.now(), "open_as": None, **leased.FREE}
        return facts

    async def _change(self, run: Run, changes: dict[str, Any]) -> None:
        if run.held is None:
            raise LeaseLost("It was never claimed")
        await leased.change(self._tx, CHANGE, run.id, run.held, changes)


def _is(run: Run) -> dict[str, Any]:
    return {"of_account": run.connection.account_id, "this": run.id}


def _row(run: Run) -> dict[str, Any]:
    return {
        "account_id": run.connection.account_id,
        "connection_id": run.connection.id,
        "id": run.id,
        "network_id": run.network_id,
        "kind": run.kind.value,
        "status": run.status.value,
        "version": run.version,
        "cause": run.cause,
        "ask": dict(run.ask),
        "revision": 0,
        "requested_at": run.requested_at,
        "lease_epoch": 0,
        **{name: run.counts.get(name, 0) for name in COUNTS},
    }


def _run(row: Row[Any]) -> Run:
    return Run(
        id=row.id,
        connection=ConnectionRef(row.account_id, row.connection_id),
        network_id=row.network_id,
        kind=RunKind(row.kind),
        version=row.version,
        requested_at=row.requested_at,
        status=RunStatus(row.status),
        counts={name: getattr(row, name) for name in COUNTS},
        cause=row.cause,
        ask=row.ask or {},
        read_at=row.read_at,
        approved_at=row.approved_at,
        stop_requested_at=row.stop_requested_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        revision=row.revision,
        held=leased.held_of(row),
    )
