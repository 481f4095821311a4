"""/sync/v1/runs/{id}: records, issues, export"""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict

from syncline_common.api.auth import ByCaller
from syncline_common.api.problems import problems
from syncline_common.api.transactions import InRead, routes
from syncline_common.errors import NotFound
from syncline_sync_worker.domain.run import Run
from syncline_sync_worker.store.outcome_store import Line, OutcomeReads
from syncline_sync_worker.store.run_store import RunReads
from syncline_sync_worker.work.export import export_of

router = routes("/sync/v1/runs", "runs")
CSV = "text/csv; charset=utf-8; header=present"


class RecordView(BaseModel):
    """What became of a record. `operations` have what was there before and what was there after."""

    model_config = ConfigDict(from_attributes=True)

    seq: int
    flow_id: str
    side: Literal["a", "b"]
    stream: str
    record_id: str
    link_id: UUID | None
    action: str
    reason: str
    at: datetime
    operations: list[dict[str, Any]]
    detail: dict[str, Any]


class RecordsView(BaseModel):
    items: list[RecordView]
    next_cursor: int | None


class RunIssueView(BaseModel):
    """A line of the report: what kept a record from being synchronised in this run."""

    seq: int
    level: Literal["warning", "failure"]
    flow_id: str
    side: Literal["a", "b"]
    stream: str
    record_id: str
    kind: str
    cause: str
    message: str
    at: datetime


class RunIssuesView(BaseModel):
    items: list[RunIssueView]
    next_cursor: int | None


async def _run(run_id: UUID, caller: ByCaller, tx: InRead) -> Run:
    return await RunReads(tx, caller.account_id, caller.network_ids).get(run_id)


ByRun = Annotated[Run, Depends(_run)]
Limit = Annotated[int, Query(ge=1, le=500)]
After = Annotated[int, Query(ge=0, le=2**53)]


@router.get("/{run_id}/records", responses=problems(NotFound))
async def list_records(
    run: ByRun,
    tx: InRead,
    limit: Limit = 50,
    cursor: After = 0,
    action: Annotated[str | None, Query(max_length=30, pattern=r"^[a-z_]+$")] = None,
) -> RecordsView:
    """What became of each record, in the order it happened. Unchanged ones are only counted."""
    found = await OutcomeReads(tx, run).lines(after=cursor, limit=limit + 1, action=action)
    items = [RecordView.model_validate(it) for it in found[:limit]]
    return RecordsView(items=items, next_cursor=items[-1].seq if len(found) > limit else None)


@router.get("/{run_id}/issues", responses=problems(NotFound))
async def list_run_issues(run: ByRun, tx: InRead, limit: Limit = 50, cursor: After = 0) -> RunIssuesView:
    """What was set aside in this run, each time it was."""
    found = await OutcomeReads(tx, run).lines(after=cursor, limit=limit + 1, only_issues=True)
    items = [_issue(it) for it in found[:limit]]
    return RunIssuesView(items=items, next_cursor=items[-1].seq if len(found) > limit else None)


@router.get(
    "/{run_id}/export",
    response_class=StreamingResponse,
    responses={
        **problems(NotFound),
        200: {
            "description": "CSV by RFC 4180, or a zip of both",
            "content": {"text/csv": {}, "application/zip": {}},
        },
    },
)
async def export_run(
    request: Request, run: ByRun, what: Literal["records", "issues", "all"] = "records"
) -> StreamingResponse:
    """The report as a file: the same bytes each time once the run is over. `all` is a zip."""
    kind = "application/zip" if what == "all" else CSV
    name = f"run-{run.id}{'.zip' if what == 'all' else f'-{what}.csv'}"
    parts: AsyncIterator[bytes] = export_of(request.app.state.home.database, run, what)
    return StreamingResponse(
        parts, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _issue(line: Line) -> RunIssueView:
    trouble = line.detail.get("trouble") or {}
    return RunIssueView(
        seq=line.seq,
        level="failure",
        flow_id=line.flow_id,
        side="a" if line.side == "a" else "b",
        stream=line.stream,
        record_id=line.record_id,
        kind=trouble.get("kind", ""),
        cause=trouble.get("cause", ""),
        message=line.reason,
        at=line.at,
    )
