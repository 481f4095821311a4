"""Once a day everything there is, compared with what is linked: it finds what webhooks and scans have missed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from syncline_common.schemas.connector import Priority
from syncline_common.schemas.records import Changed, ChangePage
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.link import Link, LinkState
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
    await _offer_missing(tools, task, flow, side, there)


async def _offer_news(
    tools: Tools, task: Task, flow: FlowRules, side: Side, found: Sequence[Changed]
) -> None:
    async with tools.db.begin() as tx:
        await TaskStore(tx).renew(task, LEASE_SECONDS)
        links = await LinkStore(tx, task.connection).by_side(flow.id, side, [it.ref for it in found])
        now = await tx.now()
        offers = [
            Offer(flow.id, side, it.ref, Reason.SWEEP, now, Priority.BACKFILL, it.version)
            for it in found
            if not _is_known(links.get(it.ref), side, it)
        ]
        await WorkStore(tx).offer(task.connection, offers)


async def _offer_missing(tools: Tools, task: Task, flow: FlowRules, side: Side, there: set[str]) -> None:
    """An inventory that drifted may have left one out: it is only offered, and the fetch that follows decides."""
    last = await _offer_missing_after(None, tools, task, (flow.id, side), there)
    while last is not None:
        last = await _offer_missing_after(last, tools, task, (flow.id, side), there)


async def _offer_missing_after(
    last: UUID | None, tools: Tools, task: Task, of: tuple[str, Side], there: set[str]
) -> UUID | None:
    """Among the next links; the last of them, if there are more."""
    flow_id, side = of
    async with tools.db.begin() as tx:
        await TaskStore(tx).renew(task, LEASE_SECONDS)
        links = await LinkStore(tx, task.connection).listed(flow_id, after=last, limit=LINKS_AT_ONCE)
        missing = [it.end(side) for it in links if it.state is LinkState.LINKED]
        now = await tx.now()
        offers = [
            Offer(flow_id, side, ref, Reason.SWEEP, now, Priority.BACKFILL)
            for ref in missing
            if ref.id not in there
        ]
        await WorkStore(tx).offer(task.connection, offers)
    return links[-1].id if len(links) == LINKS_AT_ONCE else None


def _is_known(link: Link | None, side: Side, found: Changed) -> bool:
    if link is None or link.state is LinkState.MISSING:
        return False
    return link.state is LinkState.RELEASED or found.version == (
        link.version_a if side is Side.A else link.version_b
    )


async def offer_everything(tools: Tools, task: Task, flow: FlowRules) -> None:
    """Because somebody asked: all that is linked, and all there is that is not."""
    for side in Side:
        await sweep(tools, task, flow, side)
    last = await _offer_links_after(None, tools, task, flow.id)
    while last is not None:
        last = await _offer_links_after(last, tools, task, flow.id)


async def _offer_links_after(last: UUID | None, tools: Tools, task: Task, flow_id: str) -> UUID | None:
    async with tools.db.begin() as tx:
        await TaskStore(tx).renew(task, LEASE_SECONDS)
        links = await LinkStore(tx, task.connection).listed(flow_id, after=last, limit=LINKS_AT_ONCE)
        now = await tx.now()
        offers = [
            Offer(flow_id, Side.A, it.a, Reason.PERSON, now, Priority.BACKFILL)
            for it in links
            if it.state is not LinkState.RELEASED
        ]
        await WorkStore(tx).offer(task.connection, offers)
    return links[-1].id if len(links) == LINKS_AT_ONCE else None
