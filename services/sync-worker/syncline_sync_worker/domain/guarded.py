"""Guarded: what a run would destroy in a pair, and whether it may."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID


class GuardState(StrEnum):
    LET = "let"  # through: the run may destroy so much
    HELD = "held"  # until somebody approves
    APPROVED = "approved"
    REFUSED = "refused"  # what it would destroy is held again, whoever comes to it


@dataclass(frozen=True, slots=True)
class Guarded:
    """A pair has one: of the run that came to it last, or that waits."""

    link_id: UUID
    flow_id: str
    run_id: UUID
    state: GuardState
    operations: Sequence[Mapping[str, Any]] = ()  # as JSON
