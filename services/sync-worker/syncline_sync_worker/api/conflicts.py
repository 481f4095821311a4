"""/sync/v1/conflicts: values that were changed on both sides, and who wins"""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import Depends, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, model_validator

from syncline_common.api.auth import ByCaller
from syncline_common.api.drafts import Draft
from syncline_common.api.lists import ByWindow, ListView
from syncline_common.api.problems import problems
from syncline_common.api.transactions import InRead, InTx, routes
from syncline_common.errors import NotFound
from syncline_common.schemas.storable import storable
from syncline_common.schemas.values import UNSET, Side
from syncline_sync_worker.actions import inbox as actions
from syncline_sync_worker.domain.report import ConflictState
from syncline_sync_worker.store.inbox_store import ConflictFilter, Given, InboxReads, OwnedConflict

router = routes("/sync/v1/conflicts", "conflicts")
RuleId = Annotated[str, Field(max_length=60, pattern=r"^[A-Za-z0-9_-]+$")]


class ConflictView(BaseModel):
    """A three-way difference: both values, and what each side was when the two last agreed. Null: empty, or none."""

    id: UUID
    connection_id: UUID
    flow_id: str
    link_id: UUID
    rule_id: str
    run_id: UUID | None
    value_a: Any
    value_b: Any
    base_a: Any
    base_b: Any
    winner: Literal["a", "b"] | None
    chosen: Any = Field(description="What a person gave both instead, in side a's words.")
    state: ConflictState
    at: datetime | None


class ConflictChoice(Draft):
    connection_id: UUID | None = None
    rule_id: RuleId | None = None


class Resolution(Draft):
    """A side for those with these ids, or for all open ones that a filter finds, 5,000 at a time. Or a value for one."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"ids": ["01900000-0000-7000-8000-000000000001"], "choose": "a"},
                {"id": "01900000-0000-7000-8000-000000000001", "value": "Neither of the two"},
            ]
        }
    )

    ids: list[UUID] = Field(default=[], max_length=500)
    filter: ConflictChoice | None = None
    choose: Literal["a", "b"] | None = None
    id: UUID | None = None
    value: Annotated[JsonValue, AfterValidator(storable)] = Field(
        default=None, description="In side a's words."
    )

    @model_validator(mode="after")
    def is_one_of_these(self) -> Self:
        if (self.id is None) == (self.choose is None):
            raise ValueError("give either choose, or id and value")
        if (self.id is not None) != ("value" in self.model_fields_set):
            raise ValueError("id and value belong together")
        if (bool(self.ids), self.filter is not None, self.id is not None).count(True) != 1:
            raise ValueError("give one of ids, filter and id")
        return self

    def choice(self) -> Side | Given:
        return Given(self.value) if self.choose is None else Side(self.choose)

    def chosen(self) -> ConflictFilter:
        if self.filter is None:
            return ConflictFilter([self.id] if self.id else self.ids)
        return ConflictFilter((), self.filter.connection_id, ConflictState.OPEN, self.filter.rule_id)


class Resolved(BaseModel):
    count: int


def _filter(
    connection_id: UUID | None = None,
    state: ConflictState | None = None,
    rule_id: Annotated[str | None, Query(max_length=60, pattern=r"^[A-Za-z0-9_-]+$")] = None,
) -> ConflictFilter:
    return ConflictFilter((), connection_id, state, rule_id)


@router.get("", responses=problems())
async def list_conflicts(
    window: ByWindow, which: Annotated[ConflictFilter, Depends(_filter)], caller: ByCaller, tx: InRead
) -> ListView[ConflictView]:
    """Conflicts: `open` ones wait for a person, `settled` ones were decided by the field's policy."""
    found = await InboxReads(tx, caller).conflicts(which, after=window.cursor, limit=window.limit + 1)
    return ListView[ConflictView].of([_view(it) for it in found], window)


@router.post("/resolve", responses=problems(NotFound))
async def resolve_conflicts(resolution: Resolution, caller: ByCaller, tx: InTx) -> Resolved:
    """Choose the side whose value counts, or give a value to both. It is written at the next look at the pair, unless somebody edits it first."""
    chosen = resolution.chosen()
    return Resolved(count=await actions.resolve_conflicts(tx, caller, chosen, resolution.choice()))


def _view(owned: OwnedConflict) -> ConflictView:
    it = owned.conflict
    values = {name: getattr(it, name) for name in ("value_a", "value_b", "base_a", "base_b", "chosen")}
    names = ("id", "flow_id", "link_id", "rule_id", "run_id", "state", "at")
    return ConflictView(
        connection_id=owned.connection.id,
        winner=it.winner.value if it.winner else None,
        **{name: None if value is UNSET else value for name, value in values.items()},
        **{name: getattr(it, name) for name in names},
    )
