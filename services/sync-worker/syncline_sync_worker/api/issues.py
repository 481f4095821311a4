"""/sync/v1/issues: what was set aside, and what people do about it"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from syncline_common.api.auth import ByCaller
from syncline_common.api.drafts import Draft
from syncline_common.api.lists import ByWindow, ListView
from syncline_common.api.problems import problems
from syncline_common.api.transactions import InRead, InTx, routes
from syncline_common.errors import NotFound
from syncline_sync_worker.actions import inbox as actions
from syncline_sync_worker.domain.report import IssueState
from syncline_sync_worker.store.inbox_store import CauseGroup, InboxReads, IssueFilter, OwnedIssue

router = routes("/sync/v1/issues", "issues")
Cause = Annotated[str, Field(max_length=120, pattern=r"^[^\x00]*$")]
Kind = Annotated[str, Field(max_length=30, pattern=r"^[a-z_]+$")]


class IssueView(BaseModel):
    id: UUID
    connection_id: UUID
    flow_id: str
    side: Literal["a", "b"]
    stream: str
    record_id: str
    link_id: UUID | None
    run_id: UUID | None
    cause: str
    kind: str
    hint: str
    state: IssueState
    attempts: int
    next_try: datetime | None
    opened_at: datetime | None
    changed_at: datetime | None


class CauseView(BaseModel):
    """Issues with one cause: `cause` and `connection_id` as a filter are all of them."""

    model_config = ConfigDict(from_attributes=True)

    connection_id: UUID
    cause: str
    kind: str
    hint: str
    count: int
    first_at: datetime
    last_at: datetime


class CausesView(BaseModel):
    items: list[CauseView]
    next_cursor: None = None


class IssueChoice(Draft):
    connection_id: UUID | None = None
    cause: Cause | None = None
    kind: Kind | None = None
    state: IssueState = IssueState.OPEN


class IssueSelection(Draft):
    """Either the ids, or all that a filter finds; 5,000 at a time."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"filter": {"cause": "missing:state"}}]})

    ids: list[UUID] = Field(default=[], max_length=500)
    filter: IssueChoice | None = None

    @model_validator(mode="after")
    def is_one_of_both(self) -> Self:
        if bool(self.ids) == (self.filter is not None):
            raise ValueError("give either ids or a filter")
        return self

    def chosen(self) -> IssueFilter:
        if self.filter is None:
            return IssueFilter(self.ids)
        it = self.filter
        return IssueFilter((), it.connection_id, it.state, it.cause, it.kind)


class Changed(BaseModel):
    count: int


def _filter(
    connection_id: UUID | None = None,
    state: IssueState | None = None,
    cause: Annotated[str | None, Query(max_length=120, pattern=r"^[^\x00]*$")] = None,
    kind: Annotated[str | None, Query(max_length=30, pattern=r"^[a-z_]+$")] = None,
) -> IssueFilter:
    return IssueFilter((), connection_id, state, cause, kind)


@router.get("", responses=problems())
async def list_issues(
    window: ByWindow,
    which: Annotated[IssueFilter, Depends(_filter)],
    caller: ByCaller,
    tx: InRead,
    group_by: Literal["cause"] | None = None,
) -> ListView[IssueView] | CausesView:
    """What was set aside, oldest first; or by cause, the most frequent first."""
    reads = InboxReads(tx, caller)
    if group_by is not None:
        return _causes(await reads.causes(which, window.limit))
    found = await reads.issues(which, after=window.cursor, limit=window.limit + 1)
    return ListView[IssueView].of([_view(it) for it in found], window)


@router.post("/retry", responses=problems(NotFound))
async def retry_issues(selection: IssueSelection, caller: ByCaller, tx: InTx) -> Changed:
    """Look at their records again now."""
    return Changed(count=await actions.retry_issues(tx, caller, selection.chosen()))


@router.post("/ignore", responses=problems(NotFound))
async def ignore_issues(selection: IssueSelection, caller: ByCaller, tx: InTx) -> Changed:
    """Hear of them no more."""
    return Changed(count=await actions.ignore_issues(tx, caller, selection.chosen()))


def _causes(found: Sequence[CauseGroup]) -> CausesView:
    return CausesView(items=[CauseView.model_validate(it) for it in found])


def _view(owned: OwnedIssue) -> IssueView:
    it = owned.issue
    names = ("id", "flow_id", "link_id", "run_id", "cause", "kind", "hint", "state", "attempts", "next_try")
    return IssueView(
        connection_id=owned.connection.id,
        side=it.side.value,
        stream=it.record.stream,
        record_id=it.record.id,
        opened_at=it.opened_at,
        changed_at=it.changed_at,
        **{name: getattr(it, name) for name in names},
    )
