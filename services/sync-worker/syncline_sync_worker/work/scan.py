"""Reading what has changed: page by page into `work`, in the transaction that moves the cursor."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from syncline_common.configuration.schedule import Timetable, interval
from syncline_common.errors import NeedsPerson, RateLimited, RemoteError
from syncline_common.schemas.connector import Priority, Reader, StreamTraits
from syncline_common.schemas.records import Changed, ChangePage, Feed
from syncline_common.schemas.values import Side
from syncline_common.sdk.refused import taken_up
from syncline_sync_worker.domain.cursor import Cursor, CursorKey
from syncline_sync_worker.domain.lease import LeaseLost
from syncline_sync_worker.domain.link import LinkState
from syncline_sync_worker.domain.task import Task
from syncline_sync_worker.domain.work import Offer, Reason
from syncline_sync_worker.engine import window
from syncline_sync_worker.engine.compile import FlowRules
from syncline_sync_worker.store.cursor_store import CursorStore
from syncline_sync_worker.store.link_store import LinkStore
from syncline_sync_worker.store.task_store import TaskStore
from syncline_sync_worker.store.work_store import WorkStore
from syncline_sync_worker.work.stopping import stop
from syncline_sync_worker.work.sweep import is_due, sweep
from syncline_sync_worker.work.tools import LEASE_SECONDS, Tools

AFTER_TROUBLE = timedelta(seconds=15)  # a system that did not answer is asked again


async def scan_once(tools: Tools) -> int:
    """The next connection whose scan is due. How many were."""
    taken_at = tools.elapsed()
    async with tools.db.begin() as tx:
        tasks, now = await TaskStore(tx).claim(1, tools.owner, LEASE_SECONDS), await tx.now()
    for task in tasks:
        try:
            with taken_up(taken_at):
                await _Scan(tools, task, now).run()
        except LeaseLost:
            await give_back(tools, task)
        except NeedsPerson as error:
            await stop(tools, task.connection, error, now)
            await give_back(tools, task)  # whoever resumes it need not wait for the lease
    return len(tasks)


async def give_back(tools: Tools, task: Task) -> None:
    """If it is still ours."""
    with suppress(LeaseLost):
        async with tools.db.begin() as tx:
            await TaskStore(tx).give_back(task)


async def scan_now(tools: Tools, task: Task) -> None:
    """A task that is in this worker's hands, because somebody asked. An error if not all of it could be read."""
    async with tools.db.read() as tx:
        now = await tx.now()
    if trouble := await _Scan(tools, task, now).run():
        raise trouble


class _Scan:
    def __init__(self, tools: Tools, task: Task, started: datetime) -> None:
        self._tools, self._task, self._started = tools, task, started
        self._trouble: RemoteError | None = None

    async def run(self) -> RemoteError | None:
        """What kept it from reading all, if anything did."""
        flows = await self._tools.flows.of(self._task.connection, self._task.version)
        cursors = await self._cursors(flows)
        for cursor in cursors:
            await self._attempt(cursor)
        if self._task.last_sweep is None and all(it.since is None and it.token is None for it in cursors):
            swept = self._trouble is None  # all there is has just been read
        else:
            swept = is_due(self._tools, self._task, self._started) and await self._sweep(flows)
        due = next_scan(self._task, self._started)
        if self._trouble is not None:
            again = self._started + AFTER_TROUBLE
            due = again if due is None else min(due, again)
        async with self._tools.db.begin() as tx:
            await TaskStore(tx).checked(self._task, due, swept=swept)
        return self._trouble

    async def _cursors(self, flows: Sequence[FlowRules]) -> list[Cursor]:
        """Nobody else moves them while this scan has its lease."""
        async with self._tools.db.read() as tx:
            store = CursorStore(tx, self._task.connection)
            return [await store.get(_key(flow, side)) for flow, side in _sides(flows)]

    async def _attempt(self, cursor: Cursor) -> None:
        """One side that does not answer does not keep the other waiting."""
        try:
            await self._read(cursor)
        except NeedsPerson:
            raise
        except RemoteError as error:
            self._met(error)

    def _met(self, error: RemoteError) -> None:
        """Who is only asked too much answers later: it is told if nothing else is."""
        if self._trouble is None or isinstance(self._trouble, RateLimited):
            self._trouble = error

    async def _sweep(self, flows: Sequence[FlowRules]) -> bool:
        try:
            for flow, side in _sides(flows):
                await sweep(self._tools, self._task, flow, side)
        except NeedsPerson:
            raise
        except RemoteError as error:
            self._met(error)
            return False
        return True

    async def _read(self, cursor: Cursor) -> None:
        reader = await self._tools.systems.reader(self._task.node(cursor.key.side), Priority.POLL)
        cursor = await self._page(cursor, reader)
        while cursor.token is not None:
            cursor = await self._page(cursor, reader)

    async def _page(self, cursor: Cursor, reader: Reader) -> Cursor:
        if self._tools.stops.is_stopped(self._task.connection, self._started):
            raise LeaseLost("another loop of this process was turned away")
        traits, key, asked = reader.traits(cursor.key.stream), cursor.key, self._tools.elapsed()
        page = await reader.changes(key.stream, key.feed, window.since(cursor.since, traits), cursor.token)
        moved = after(cursor, page, traits)
        if moved == cursor and not page.changed:
            return cursor
        task = self._task
        async with self._tools.db.begin() as tx:
            await TaskStore(tx).renew(task, LEASE_SECONDS)
            links = LinkStore(tx, task.connection)
            known = await links.known(key.flow_id, key.side, [it.ref for it in page.changed])
            seen = {ref: version for ref, (state, version) in known.items() if state is LinkState.LINKED}
            news = [it for it in page.changed if seen.get(it.ref) != it.version]
            offers = [_offer(key, it, self._started) for it in news]
            await WorkStore(tx).offer(task.connection, offers)
            await CursorStore(tx, task.connection).move(tx, moved)
        self._tools.just_read.keep(task.node(key.side), page.but(known), asked)
        return moved


def after(cursor: Cursor, page: ChangePage, traits: StreamTraits) -> Cursor:
    """Where the cursor stands once the page is stored. Only the vendor's own end mark lets it pass what was read."""
    began = page.vendor_now if cursor.token is None or cursor.loop_from is None else cursor.loop_from
    seen = [it.changed_at for it in page.changed]
    newest = max((it for it in (*seen, cursor.high_water) if it is not None), default=None)
    if page.next is not None:
        return replace(cursor, token=page.next, high_water=newest, loop_from=began)
    since = window.advance(cursor.since, newest, began, traits)
    return replace(cursor, since=since, token=None, high_water=None, loop_from=None)


def next_scan(task: Task, now: datetime) -> datetime | None:
    """None: only when somebody asks."""
    schedule = task.schedule
    if schedule.get("manual"):
        return None
    if cron := schedule.get("cron"):
        return Timetable.parse(str(cron)).after(now)
    return now + interval(str(schedule.get("every", "60s")))


def _sides(flows: Sequence[FlowRules]) -> Iterator[tuple[FlowRules, Side]]:
    """Both sides of each: where a flow goes one way, the target's edits are found and undone."""
    return ((flow, side) for flow in flows for side in Side)


def _key(flow: FlowRules, side: Side) -> CursorKey:
    return CursorKey(flow.id, side, flow.flow.end(side).stream, Feed.RECORDS)


def _offer(key: CursorKey, changed: Changed, now: datetime) -> Offer:
    return Offer(key.flow_id, key.side, changed.ref, Reason.RECORD, now, Priority.POLL, changed.version)
