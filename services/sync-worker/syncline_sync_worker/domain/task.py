"""A Task: a published connection, and when it is to be looked at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from syncline_common.schemas.connector import NodeRef
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.lease import Held


@dataclass(frozen=True, slots=True, order=True)
class ConnectionRef:
    account_id: UUID
    id: UUID


class TaskState(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    ERROR = "error"  # paused until a person acts; `cause` says why
    DELETING = "deleting"


@dataclass(frozen=True, slots=True)
class Task:
    connection: ConnectionRef
    network_id: UUID
    node_a: UUID
    node_b: UUID
    version: int  # of the configuration; a run is pinned to it
    schedule: Mapping[str, Any]
    state: TaskState = TaskState.ACTIVE
    cause: str | None = None
    next_scan: datetime | None = None  # none: only when somebody asks
    last_checked: datetime | None = None
    last_sweep: datetime | None = None
    active_since: datetime | None = None  # it was resumed then: what failed before says nothing any more
    held: Held | None = None

    def node(self, side: Side) -> NodeRef:
        return NodeRef(self.connection.account_id, self.node_a if side is Side.A else self.node_b)
