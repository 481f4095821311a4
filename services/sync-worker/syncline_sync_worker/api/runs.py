"""/sync/v1/runs"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import AwareDatetime, ConfigDict, Field

from syncline_common.api.auth import ByCaller
from syncline_common.api.drafts import Draft
from syncline_common.api.lists import ByWindow, ListView
from syncline_common.api.problems import problems
from syncline_common.api.sse import LastEventId, follow
from syncline_common.api.transactions import InRead, InTx, routes
from syncline_common.clients.connections import ConnectionFacts
from syncline_common.errors import FieldFault, Invalid, InvalidTransition, NotFound
from syncline_common.events.sync import RunFacts, RunKindName, RunStatusName
from syncline_sync_worker.actions import runs as actions
from syncline_sync_worker.actions.told import facts_of
from syncline_sync_worker.domain.run import Run, RunKind
from syncline_sync_worker.own import own_of
from syncline_sync_worker.store.run_store import CHANGED, RunFilter, RunReads

router = routes("/sync/v1/runs", "runs")
Text = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]


class ChosenRecord(Draft):
    side: Literal["a", "b"]
    stream: Text
    id: Text


class RunDraft(Draft):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"connection_id": "01900000-0000-7000-8000-000000000001", "kind": "test", "sample": 5}
            ]
        }
    )

    connection_id: UUID
    kind: Literal["manual", "test", "replay", "reconcile"] = "manual"
    records: list[ChosenRecord] = Field(
        default=[], max_length=200, description="Only these; none: all, or a sample."
    )
    sample: int | None = Field(
        default=None, ge=1, le=100, description="Of a test run: newest records a side."
    )
    replay_days: int | None = Field(default=None, ge=1, le=90)

    def require_sense(self) -> None:
        """Invalid, with a pointer to what does not go with its kind."""
        if self.kind == "replay":
            fault = FieldFault("/kind", "a replay is not offered by this version", "test")
            raise Invalid("A replay can't be asked for yet", fault)
        if self.replay_days is not None:
            raise Invalid("Only a replay has days", FieldFault("/replay_days", "leave it out"))
        if self.sample is not None and self.kind != "test":
            raise Invalid("Only a test run takes a sample", FieldFault("/sample", "leave it out"))
        if self.records and self.kind == "reconcile":
            fault = FieldFault("/records", "leave them out, or choose the kind manual")
            raise Invalid("Reconciling looks at all records", fault)

    def ask(self) -> dict[str, Any]:
        return self.model_dump(mode="json", include={"records", "sample"}, exclude_none=True)


async def _built(request: Request, draft: RunDraft, caller: ByCaller) -> ConnectionFacts | None:
    """Asked before a transaction begins. A test run needs no published version, so it is asked for at its owner's."""
    draft.require_sense()
    if draft.kind != "test":
        return None
    return await own_of(request.app.state.home).connections.state(caller.account_id, draft.connection_id)


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
    draft: RunDraft,
    response: Response,
    caller: ByCaller,
    built: Annotated[ConnectionFacts | None, Depends(_built)],
    tx: InTx,
) -> RunFacts:
    """Ask for a run. `manual` looks at what has changed now, or at chosen records; `reconcile` compares everything; `test`
    shows what the draft would do, and writes nothing."""
    if built is not None:
        run = await actions.rehearse(tx, caller, draft.connection_id, built.network_id, draft.ask())
    else:
        task = await actions.visible_task(tx, caller, draft.connection_id)
        run = await actions.request(tx, caller, RunKind(draft.kind), task, draft.ask())
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
    """End a run that somebody asked for. What it has done stays done."""
    return facts_of(await actions.stop(tx, caller, run_id))


@router.post("/{run_id}/approve", status_code=202, responses=problems(NotFound, InvalidTransition))
async def approve_run(run_id: UUID, caller: ByCaller, tx: InTx) -> RunFacts:
    """Let a run do what its guard holds back."""
    return facts_of(await actions.approve(tx, caller, run_id))


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
