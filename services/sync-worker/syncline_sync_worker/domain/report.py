"""What people are told: the outcome of each record, issues, and conflicts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from syncline_common.schemas.records import RecordRef
from syncline_common.schemas.values import UNSET, Side, Unset, Value


@dataclass(frozen=True, slots=True)
class Outcome:
    flow_id: str
    side: Side
    record: RecordRef
    action: str
    reason: str
    link_id: UUID | None = None
    detail: Mapping[str, Any] | None = None  # JSON: the trouble it had, or what a test run showed


class IssueState(StrEnum):
    OPEN = "open"
    RETRYING = "retrying"
    RESOLVED = "resolved"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Issue:
    """One cause at one record: the same again counts, and opens it again unless it is ignored."""

    id: UUID
    flow_id: str
    side: Side
    record: RecordRef
    cause: str  # a key: the same for what one remedy would mend
    kind: str  # a class of engine.md's errors
    hint: str
    link_id: UUID | None = None
    run_id: UUID | None = None
    next_try: datetime | None = None
    attempts: int = 1
    state: IssueState = IssueState.OPEN
    opened_at: datetime | None = None
    changed_at: datetime | None = None


class ConflictState(StrEnum):
    OPEN = "open"  # waits for a person
    SETTLED = "settled"  # by the policy; kept so that nothing vanishes
    CHOSEN = "chosen"  # by a person


@dataclass(frozen=True, slots=True)
class Conflict:
    id: UUID
    flow_id: str
    link_id: UUID
    rule_id: str
    value_a: Value | Unset
    value_b: Value | Unset
    base_a: Value | Unset = UNSET
    base_b: Value | Unset = UNSET
    winner: Side | None = None
    state: ConflictState = ConflictState.OPEN
    run_id: UUID | None = None
    at: datetime | None = None
    chosen: Value | Unset = UNSET  # by a person, instead of either; in side a's words
