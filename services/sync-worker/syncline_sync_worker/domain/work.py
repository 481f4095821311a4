"""Work: a pair that is due, and what is said about it by those who offer, claim and end it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, IntFlag
from uuid import UUID

from syncline_common.schemas.connector import NodeRef, Priority
from syncline_common.schemas.records import RecordRef
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.task import ConnectionRef

ALONE_AFTER, SET_ASIDE_AFTER = 2, 3  # workers that died while they held a pair


class Reason(IntFlag):
    """Why a pair is due. Those of offers that fell together are kept together."""

    RECORD = 1
    COMMENTS = 2
    LINKS = 4
    DELETION = 8
    SWEEP = 16
    PERSON = 32  # somebody asked, or tries an issue again
    INTENT = 64  # something sent has an unknown outcome
    REFERENCE = 128  # what it refers to has been linked meanwhile
    UNDO = 256  # what a run replaced in it is to be given back


class Rank(IntEnum):
    """A priority, as the tables sort it."""

    USER = 0
    WEBHOOK = 1
    POLL = 2
    BACKFILL = 3

    @classmethod
    def of(cls, priority: Priority) -> "Rank":
        return cls[priority.name]

    @property
    def priority(self) -> Priority:
        return Priority[self.name]


@dataclass(frozen=True, slots=True)
class Offer:
    """A record that is said to have changed. Without a version, nobody can tell that it was offered before."""

    flow_id: str
    side: Side
    record: RecordRef
    reason: Reason
    due_at: datetime
    priority: Priority
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A pair in the hands of one worker, by its `epoch`."""

    id: int
    epoch: int
    flow_id: str
    link_id: UUID | None
    side: Side  # of `record`: the one that was offered first
    record: RecordRef
    reasons: Reason
    priority: Priority
    version_a: str | None  # as offered; None: unknown
    version_b: str | None
    attempts: int
    deaths: int

    @property
    def to_be_set_aside(self) -> bool:
        """It is not to be tried again: it killed too many."""
        return self.deaths >= SET_ASIDE_AFTER


@dataclass(frozen=True, slots=True)
class Batch:
    """What one claim got: pairs of one connection, under one version of its configuration."""

    connection: ConnectionRef
    network_id: UUID
    node_a: UUID
    node_b: UUID
    version: int
    owner: str
    pairs: Sequence[Claimed]

    def node(self, side: Side) -> NodeRef:
        return NodeRef(self.connection.account_id, self.node_a if side is Side.A else self.node_b)


@dataclass(frozen=True, slots=True)
class Postponed:
    pair: Claimed
    due_at: datetime
    cause: str
    error: str
    counts_attempt: bool = True  # False: it was not the record's fault
