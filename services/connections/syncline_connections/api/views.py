"""What connections, builds, drafts and versions look like from outside."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from syncline_connections.domain.states import State

Template = Literal["work_items", "people", "assets"]


class View(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class EndView(View):
    """`system_id` is null until the build has registered a new system."""

    system_id: UUID | None
    kind: str
    url: str
    name: str


class RunView(View):
    id: UUID
    kind: str
    status: str
    finished_at: datetime | None


class ConnectionView(View):
    id: UUID
    network_id: UUID
    name: str
    description: str
    template: Template
    state: State
    cause: str | None
    a: EndView
    b: EndView
    published_version: int | None
    last_run: RunView | None
    created_at: datetime


class StepView(View):
    group: Literal["system_registration", "connection_establishment"]
    key: str
    label: str
    status: Literal["pending", "running", "done", "skipped", "failed"]
    message: str | None
    started_at: datetime | None
    finished_at: datetime | None


class BuildView(View):
    """`seconds_left` is an estimate, learnt from earlier builds; 0 once it has ended."""

    status: Literal["running", "done", "failed"]
    seconds_left: int
    steps: list[StepView]


class ProblemView(View):
    pointer: str
    message: str
    fix: str | None = None


class DraftView(View):
    """`unchecked` names the sides that could not be asked just now; what needs no vendor was checked even so."""

    configuration: dict[str, JsonValue]
    etag: str
    valid: bool
    problems: list[ProblemView]
    unchecked: dict[Literal["a", "b"], str] = {}
    tested_by_run: UUID | None
    saved_at: datetime


class ValidityView(View):
    valid: bool
    problems: list[ProblemView]
    unchecked: dict[Literal["a", "b"], str] = {}


class ProposalView(View):
    """`added` says whether the rule is in the draft now; if not, `why_not` does."""

    flow: str
    a: str
    b: str
    score: float
    reasons: list[str]
    added: bool
    rule: dict[str, JsonValue] | None
    why_not: str | None


class AutoMapView(DraftView):
    proposals: list[ProposalView]


class CountView(View):
    """`records` is null where nobody could tell; `reason` says why. `left_out`: what the number does not take into account."""

    records: int | None
    reason: str | None
    at_least: bool = Field(False, description="There may be more: the system counts no further.")
    left_out: list[str] = Field([], description="Parts of the filter, and others.")


class FlowEstimateView(View):
    flow: str
    a: CountView
    b: CountView


class EstimateView(View):
    flows: list[FlowEstimateView]


class VersionView(View):
    number: int
    published_at: datetime
    published_by: str
    current: bool


class VersionList(View):
    """Newest first."""

    items: list[VersionView]
    next_cursor: int | None


class WholeVersionView(VersionView):
    configuration: dict[str, JsonValue]


class DifferenceView(View):
    pointer: str
    change: Literal["added", "removed", "changed"]
    before: Any = None
    after: Any = None


class DifferenceList(View):
    items: list[DifferenceView]
