"""A Link: the stored fact that two records are a pair, and what each looked like when they last agreed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from syncline_common.schemas.records import RecordRef
from syncline_common.schemas.values import Side, Values


class LinkState(StrEnum):
    LINKED = "linked"
    MISSING = "missing"  # one side was not found once; a second look decides
    RELEASED = "released"  # left alone: out of the filter, deleted, or by a person


@dataclass(frozen=True, slots=True)
class Link:
    id: UUID
    flow_id: str
    a: RecordRef
    b: RecordRef
    linked_at: datetime
    version_a: str | None = None
    version_b: str | None = None
    base_a: Values = field(default_factory=dict)
    base_b: Values = field(default_factory=dict)
    state: LinkState = LinkState.LINKED
    missing_since: datetime | None = None
    unanswered: Sequence[Mapping[str, Any]] = ()  # updates that may have taken effect

    def end(self, side: Side) -> RecordRef:
        return self.a if side is Side.A else self.b

    def ends(self) -> dict[Side, RecordRef]:
        return {side: self.end(side) for side in Side}
