"""/sync/v1/runs"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import AwareDatetime

from syncline_common.api.auth import ByCaller
from syncline_common.api.lists import ByWindow, ListView
from syncline_common.api.problems import problems
from syncline_common.api.sse import LastEventId, follow
from syncline_common.api.transactions import InRead, InTx, routes
from syncline_common.errors import InvalidTransition, NotFound
from syncline_common.events.sync import RunFacts, RunKindName, RunStatusName
from syncline_sync_worker.actions import runs as actions
from syncline_sync_worker.actions.told import facts_of
from syncline_sync_worker.api.run_drafts import Asked, asked
from syncline_sync_worker.domain.run import Run, RunKind
from syncline_sync_worker.store.run_store import CHANGED, RunFilter, RunReads

router = routes("/sync/v1/runs", "runs")


def _filter(
    connection_id: UUID | None = None,
    network_id: UUID | None = None,
    status: RunStatusName | None = None,
    kind: RunKindName | None = None,
    since: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    until: Annotated[AwareDatetime | None, Query(alias="to")] = None,
) -> RunFilter:
    return RunFilter(connection_id, network_id, status, kind, since, until)


@router.post("", status_code=202, responses=problems(NotFound, InvalidTransition))
async def request_run(
    response: Response, caller: ByCaller, wanted: Annotated[Asked, Depends(asked)]
) -> RunFacts:
    """Ask for a run. `manual` looks at what has changed now, or at chosen records; `reconcile` compares everything; `test`
    shows what the draft would do, and writes nothing; `replay` plans what has changed in the last days under the published
    version and under the draft, shows the records that differ, and writes nothing either. It needs a published version."""
    draft, facts, tx = wanted.draft, wanted.facts, await wanted.later.begin()
    id = draft.connection_id
    if facts is None:
        task = await actions.visible_task(tx, caller, id)
        run = await actions.request(tx, caller, RunKind(draft.kind), task, draft.ask())
    elif draft.kind == "replay":
        run = await actions.replay(tx, caller, id, facts, draft.ask())
    else:
        run = await actions.rehearse(tx, caller, id, facts.network_id, draft.ask())
    response.headers["Location"] = f"/sync/v1/runs/{run.id}"
    return facts_of(run)


@router.get("", responses=problems())
async def list_runs(
    window: ByWindow, which: Annotated[RunFilter, Depends(_filter)], caller: ByCaller, tx: InRead
) -> ListView[RunFacts]:
    """Runs, newest first. `from` and `to` are about when they were asked for."""
    found = await _reads(tx, caller).listed(which, after=window.cursor, limit=window.limit + 1)
    return ListView[RunFacts].of([facts_of(it) for it in found], window)


@router.get("/{run_id}", responses=problems(NotFound))
async def get_run(run_id: UUID, caller: ByCaller, tx: InRead) -> RunFacts:
    """One run, as it is now."""
    reads = _reads(tx, caller)
    run = await reads.get(run_id)
    return facts_of(run, await reads.waiting(run))


@router.post("/{run_id}/stop", status_code=202, responses=problems(NotFound, InvalidTransition))
async def stop_run(run_id: UUID, caller: ByCaller, tx: InTx) -> RunFacts:
    """End a run that somebody asked for. What it has done stays done; what it holds back is given up."""
    return facts_of(await actions.stop(tx, caller, run_id))


@router.post("/{run_id}/approve", status_code=202, responses=problems(NotFound, InvalidTransition))
async def approve_run(run_id: UUID, caller: ByCaller, tx: InTx) -> RunFacts:
    """Let a run do what its guard holds back: it is planned again, and done where nobody has edited it since."""
    return facts_of(await actions.approve(tx, caller, run_id))


@router.post("/{run_id}/undo", status_code=202, responses=problems(NotFound, InvalidTransition))
async def undo_run(
    run_id: UUID, response: Response, caller: ByCaller, tx: InTx, *, preview: bool = False
) -> RunFacts:
    """Give back what a run replaced, where nobody has changed it since. The answer is a run of kind `undo`; with `preview`
    one of kind `test`, which writes nothing: its records show what would be given back, and what would be left alone and
    why. What a run created is not deleted."""
    run = await actions.undo(tx, caller, run_id, preview=preview)
    response.headers["Location"] = f"/sync/v1/runs/{run.id}"
    return facts_of(run)


@dataclass(frozen=True, slots=True)
class _Moment:
    """A run at one of its revisions."""

    position: int
    facts: RunFacts


async def _seen(run_id: UUID, caller: ByCaller, tx: InRead) -> Run:
    return await _reads(tx, caller).get(run_id)


@router.get(
    "/{run_id}/stream",
    response_class=EventSourceResponse,
    responses=problems(NotFound),
    summary="Follow a run",
)
async def stream_run(
    request: Request,
    caller: ByCaller,
    run: Annotated[Run, Depends(_seen)],
    last_event_id: LastEventId = None,
) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events: the run as it is now, and again whenever it has changed, until it is over."""
    home, over = request.app.state.home, False

    async def fetch(position: int) -> Sequence[_Moment]:
        nonlocal over
        async with home.database.read() as tx:
            reads = _reads(tx, caller)
            now = await reads.get(run.id)
            waiting = await reads.waiting(now)
        over = now.finished_at is not None
        if now.revision + 1 <= position:
            return []
        return [_Moment(now.revision + 1, facts_of(now, waiting))]

    after = 0 if last_event_id is None else int(last_event_id)
    bell = (home.database.bells, CHANGED)
    async for event in follow(fetch, _show, after=after, bell=bell, ended=lambda: home.closing or over):
        yield event


def _show(moment: _Moment) -> ServerSentEvent:
    return ServerSentEvent(event="run", raw_data=moment.facts.model_dump_json(), id=str(moment.position))


def _reads(tx: Any, caller: ByCaller) -> RunReads:
    return RunReads(tx, caller.account_id, caller.network_ids)
