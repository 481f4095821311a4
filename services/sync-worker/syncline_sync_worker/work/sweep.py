"""Once a day everything there is, compared with what is linked: it finds what webhooks and scans have missed."""

from collections.abc import Collection, Container, Sequence
from dataclasses import dataclass
from datetime import datetime

from syncline_common.schemas.connector import Priority
from syncline_common.schemas.records import Changed, ChangePage, RecordRef
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.link import LinkState
from syncline_sync_worker.domain.task import Task
from syncline_sync_worker.domain.work import Offer, Reason
from syncline_sync_worker.engine.compile import FlowRules
from syncline_sync_worker.store.link_store import LinkStore
from syncline_sync_worker.store.task_store import TaskStore
from syncline_sync_worker.store.work_store import WorkStore
from syncline_sync_worker.work.tools import LEASE_SECONDS, Tools

LINKS_AT_ONCE = 500


def is_due(tools: Tools, task: Task, now: datetime) -> bool:
    return task.last_sweep is None or now >= task.last_sweep + tools.sweep_every


async def sweep(tools: Tools, task: Task, flow: FlowRules, side: Side) -> None:
    """What is there and not linked, linked in another version, or linked and not there."""
    reader = await tools.systems.reader(task.node(side), Priority.BACKFILL)
    stream, there = flow.flow.end(side).stream, set[str]()
    page: ChangePage | None = await reader.inventory(stream, None)
    while page is not None:
        there |= {it.ref.id for it in page.changed}
        await _offer_news(tools, task, flow, side, page.changed)
        page = None if page.next is None else await reader.inventory(stream, page.next)
    # an inventory that drifted may have left one out: it is only offered, and the fetch that follows decides
    await _Linked(tools, task, flow.id, side, Reason.SWEEP, [LinkState.LINKED], besides=there).offer()


async def _offer_news(
    tools: Tools, task: Task, flow: FlowRules, side: Side, found: Sequence[Changed]
) -> None:
    async with tools.db.begin() as tx:
        await TaskStore(tx).renew(task, LEASE_SECONDS)
        links = await LinkStore(tx, task.connection).known(flow.id, side, [it.ref for it in found])
        now = await tx.now()
        offers = [
            Offer(flow.id, side, it.ref, Reason.SWEEP, now, Priority.BACKFILL, it.version)
            for it in found
            if not _is_known(links.get(it.ref), it)
        ]
        await WorkStore(tx).offer(task.connection, offers)


@dataclass(frozen=True, slots=True)
class _Linked:
    """One side's records that are in links of these states, without those named; for a reason."""

    tools: Tools
    task: Task
    flow_id: str
    side: Side
    why: Reason
    states: Collection[LinkState]
    besides: Container[str] = ()

    async def offer(self) -> None:
        last: RecordRef | None = None
        while refs := await self._offer_after(last):
            last = refs[-1]

    async def _offer_after(self, last: RecordRef | None) -> Sequence[RecordRef]:
        async with self.tools.db.begin() as tx:
            await TaskStore(tx).renew(self.task, LEASE_SECONDS)
            links = LinkStore(tx, self.task.connection)
            refs = await links.ends(self.flow_id, self.side, self.states, after=last, limit=LINKS_AT_ONCE)
            now = await tx.now()
            offers = [
                Offer(self.flow_id, self.side, ref, self.why, now, Priority.BACKFILL)
                for ref in refs
                if ref.id not in self.besides
            ]
            await WorkStore(tx).offer(self.task.connection, offers)
        return refs


def _is_known(link: tuple[LinkState, str | None] | None, found: Changed) -> bool:
    state, version = link or (LinkState.MISSING, None)
    return state is LinkState.RELEASED or (state is LinkState.LINKED and version == found.version)


async def offer_everything(tools: Tools, task: Task, flow: FlowRules) -> None:
    """Because somebody asked: all that is linked, and all there is that is not."""
    for side in Side:
        await sweep(tools, task, flow, side)
    states = [LinkState.LINKED, LinkState.MISSING]
    await _Linked(tools, task, flow.id, Side.A, Reason.PERSON, states).offer()
