"""Runs that people ask for: what they are to look at is offered, and worked off like anything else that is due."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from syncline_common.db.tx import Tx
from syncline_common.errors import NeedsPerson, RateLimited, RemoteError, SynclineError
from syncline_common.schemas.connector import Priority
from syncline_common.schemas.records import RecordRef
from syncline_common.schemas.values import Side
from syncline_common.sdk.patience import patient
from syncline_common.sdk.refused import taken_up
from syncline_sync_worker.actions.told import ended, started
from syncline_sync_worker.domain.lease import LeaseLost
from syncline_sync_worker.domain.run import LOOKING, Run, RunKind, RunStatus
from syncline_sync_worker.domain.task import Task, TaskState
from syncline_sync_worker.domain.work import Offer, Reason
from syncline_sync_worker.engine.compile import FlowRules
from syncline_sync_worker.store.run_store import RunStore
from syncline_sync_worker.store.task_store import TaskReads, TaskStore
from syncline_sync_worker.store.work_store import WorkStore
from syncline_sync_worker.work.guarding import offer_approved
from syncline_sync_worker.work.lately import AT_MOST
from syncline_sync_worker.work.rehearse import Rehearsal
from syncline_sync_worker.work.replay import Replay
from syncline_sync_worker.work.scan import give_back, scan_now
from syncline_sync_worker.work.stage import Studio
from syncline_sync_worker.work.stopping import stop
from syncline_sync_worker.work.sweep import offer_everything
from syncline_sync_worker.work.tools import LEASE_SECONDS, Tools
from syncline_sync_worker.work.undo_preview import UndoPreview
from syncline_sync_worker.work.undoing import offer_undo

NOT_ACTIVE = "The connection is not active any more"
AWHILE = 2.0  # seconds, while somebody else scans
PATIENCE = 15.0  # seconds that each request of a run may wait for its turn: half a lease
WAITS_AT_MOST = timedelta(hours=1)  # since somebody asked for it
UNREAD = "One of the systems did not answer; what it has changed was not read"


class Driver:
    """Of one process. `renew` keeps what it drives, while a long scan goes on."""

    def __init__(self, tools: Tools, studio: Studio, replayed_at_most: int = AT_MOST) -> None:
        self._tools, self._studio, self._replayed_at_most = tools, studio, replayed_at_most
        self._driven: dict[object, Run] = {}

    async def drive_once(self) -> int:
        """The next run that somebody asked for. How many were begun or ended."""
        taken_at = self._tools.elapsed()
        async with self._tools.db.begin() as tx:
            runs = await RunStore(tx).claim(1, self._tools.owner, LEASE_SECONDS)
        with taken_up(taken_at), patient(PATIENCE):
            return sum([await self._drive(run) for run in runs])

    async def renew(self) -> None:
        for run in list(self._driven.values()):
            async with self._tools.db.begin() as tx:
                try:
                    await RunStore(tx).renew(run, LEASE_SECONDS)
                except LeaseLost:
                    self._driven.pop(run.id, None)

    async def _drive(self, run: Run) -> bool:
        self._driven[run.id] = run
        try:
            return await self._carry_through(run)
        except LeaseLost:
            return False
        except RateLimited as error:
            with suppress(LeaseLost):
                return await self._later(run, error)
            return False
        except SynclineError as error:
            if isinstance(error, NeedsPerson) and run.kind not in LOOKING:
                await stop(self._tools, run.connection, error, run.requested_at)
            with suppress(LeaseLost):  # whoever has it by now says how it ends
                await self._end(run, RunStatus.FAILED, error.message)
            return True
        finally:
            self._driven.pop(run.id, None)

    async def _carry_through(self, run: Run) -> bool:
        """False: not yet."""
        if run.stop_requested_at is not None:
            await self._end(run, RunStatus.STOPPED)
            return True
        if run.kind in LOOKING:
            if run.started_at is None:
                await self._begin(run)
            await self._end(run, *await self._look(run))
            return True
        return await (self._offer(run) if run.approved_at is None else self._let_through(run))

    async def _later(self, run: Run, error: RateLimited) -> bool:
        """A system that is asked too much answers when it says. True: that is too late, and the run has failed."""
        wait = error.retry_after or AWHILE
        async with self._tools.db.begin() as tx:
            until = await tx.now() + timedelta(seconds=wait)
            too_late = until > run.requested_at + WAITS_AT_MOST
            if too_late:
                await _close(tx, run, RunStatus.FAILED, f"{error.message}. Start the run again later")
            else:
                await RunStore(tx).wait(
                    run, wait, f"{error.message}. The run goes on at {until:%H:%M:%S} UTC"
                )
        return too_late

    async def _let_through(self, run: Run) -> bool:
        """What was approved is due again, and counted to the run that held it back."""
        async with self._tools.db.begin() as tx:
            if not await RunStore(tx).take_slot(run):
                await RunStore(tx).wait(run, AWHILE)
                return False
        await offer_approved(self._tools, run)
        async with self._tools.db.begin() as tx:
            await RunStore(tx).let_through(run)
        return True

    async def _look(self, run: Run) -> tuple[RunStatus, str | None]:
        if run.kind is RunKind.REPLAY:
            return await Replay(self._tools, self._studio, run, self._replayed_at_most).give()
        if run.undoes is not None:
            return await UndoPreview(self._tools, run).give(), None
        return await Rehearsal(self._tools, self._studio, run).give(), None

    async def _offer(self, run: Run) -> bool:
        """A connection has one run at a time that what is due is counted to: it waits for its turn."""
        async with self._tools.db.begin() as tx:
            task = await TaskStore(tx).claim_this(run.connection, self._tools.owner, LEASE_SECONDS)
            if task is None or not await RunStore(tx).take_slot(run):
                await self._wait(tx, run, task)
                return False
            if run.started_at is None:
                await tx.publish(started(run))
        try:
            await self._read(run, task)
        except RemoteError as error:
            await give_back(self._tools, task)
            if isinstance(error, RateLimited | NeedsPerson):
                raise
            await self._end(run, RunStatus.FAILED, UNREAD)
            return True
        async with self._tools.db.begin() as tx:
            await RunStore(tx).read(run)
        return True

    async def _wait(self, tx: Tx, run: Run, task: Task | None) -> None:
        if task is not None:
            await TaskStore(tx).give_back(task)
        else:
            here = await TaskReads(tx).get(run.connection)
            if here.state is not TaskState.ACTIVE:
                await _close(tx, run, RunStatus.FAILED, NOT_ACTIVE)
                return
        await RunStore(tx).wait(run, AWHILE)

    async def _read(self, run: Run, task: Task) -> None:
        """What it is about is offered; then the task is given back."""
        if run.kind is RunKind.UNDO:
            await offer_undo(self._tools, run)
            async with self._tools.db.begin() as tx:
                return await TaskStore(tx).give_back(task)
        if chosen := run.ask.get("records"):
            return await self._offer_chosen(task, chosen)
        if run.kind is RunKind.RECONCILE:
            for flow in await self._tools.flows.of(task.connection, task.version):
                await offer_everything(self._tools, task, flow)
        await scan_now(self._tools, task)

    async def _offer_chosen(self, task: Task, chosen: Sequence[dict[str, str]]) -> None:
        flows = await self._tools.flows.of(task.connection, task.version)
        async with self._tools.db.begin() as tx:
            now = await tx.now()
            offers = [
                Offer(flow.id, side, ref, Reason.PERSON, now, Priority.USER)
                for flow, side, ref in chosen_in(flows, chosen)
            ]
            await WorkStore(tx).offer(task.connection, offers)
            await TaskStore(tx).give_back(task)

    async def _begin(self, run: Run) -> None:
        async with self._tools.db.begin() as tx:
            await RunStore(tx).move(run, RunStatus.RUNNING)
            await tx.publish(started(run))

    async def _end(self, run: Run, status: RunStatus, cause: str | None = None) -> None:
        async with self._tools.db.begin() as tx:
            await _close(tx, run, status, cause)


async def _close(tx: Tx, run: Run, status: RunStatus, cause: str | None = None) -> None:
    """As it is by now: others have counted to it."""
    store = RunStore(tx)
    await store.move(run, status, cause)
    await tx.publish(ended(await store.now(run), status, await tx.now(), cause))


def chosen_in(
    flows: Sequence[FlowRules], chosen: Sequence[dict[str, str]]
) -> list[tuple[FlowRules, Side, RecordRef]]:
    """In each flow that has the record's stream on that side."""
    return [
        (flow, Side(it["side"]), RecordRef(it["stream"], it["id"]))
        for it in chosen
        for flow in flows
        if flow.flow.end(Side(it["side"])).stream == it["stream"]
    ]
