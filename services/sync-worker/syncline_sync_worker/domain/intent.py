"""An Intent: something about to be created in a system, written down first so that it is never created twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from syncline_common.schemas.records import RecordRef
from syncline_common.schemas.values import Side


class Creates(StrEnum):
    RECORD = "create"
    COMMENT = "comment"
    ATTACHMENT = "attachment"


class IntentState(StrEnum):
    SENT = "sent"  # from the moment before the request leaves
    DONE = "done"
    ABSENT = "absent"  # looked up and not found: it may be sent anew
    UNKNOWN = "unknown"


UNSETTLED = (IntentState.SENT, IntentState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Intent:
    marker: str
    flow_id: str
    side: Side  # of `record`, which the other side is to get
    record: RecordRef
    operation: Creates
    epoch: int  # of the work it was sent under
    sent_at: datetime
    not_before: datetime  # no search for the marker can be trusted earlier
    state: IntentState = IntentState.SENT
    link_id: UUID | None = None  # of the pair that gets a comment or an attachment
    made_id: str | None = None  # the vendor's, once known
    sent: Sequence[Mapping[str, Any]] = ()  # the operations, as JSON: what the new record was made of
