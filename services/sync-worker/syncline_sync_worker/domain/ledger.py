"""The Ledger's entries: what was written where, because of which change, by which run."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from syncline_common.schemas.values import Side, Unset, Value


@dataclass(frozen=True, slots=True)
class Entry:
    link_id: UUID
    rule_id: str
    side: Side  # that was written
    old: Value | Unset  # UNSET: there was none, or it was not read
    new: Value | Unset
    run_id: UUID | None
    version: int  # of the configuration
    source_version: str | None = None
    source_changed_at: datetime | None = None
    by_person: bool = False  # undo, or a conflict settled
    at: datetime | None = None  # when it was written; the ledger says so of what was answered at once
    seq: int = 0  # its place; given by the ledger
