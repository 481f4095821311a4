"""What becomes of a pair that was worked on: finished, due again, or set aside; and what is to be remembered of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from syncline_common.schemas.records import Record
from syncline_common.schemas.values import Side, Values
from syncline_sync_worker.domain.intent import Intent
from syncline_sync_worker.domain.ledger import Entry
from syncline_sync_worker.domain.link import Link
from syncline_sync_worker.domain.report import Conflict
from syncline_sync_worker.domain.work import Claimed
from syncline_sync_worker.engine.alternation import PastWrite
from syncline_sync_worker.engine.compile import FlowRules
from syncline_sync_worker.engine.undo import Replaced
from syncline_sync_worker.store.intent_store import Settled

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Sight:
    """A pair as it is now. A side without a record is gone, hidden from us, or not there yet."""

    pair: Claimed
    flow: FlowRules
    link: Link | None
    records: Mapping[Side, Record]
    intents: Mapping[str, Intent] = field(default_factory=dict)  # by marker: its own, and those it bears
    suspects: Sequence[Intent] = ()  # creates into this side that nobody can look up
    recent: Sequence[PastWrite] = ()
    given: Values = field(default_factory=dict)  # by rule: what a person said instead of either side
    replaced: Sequence[Replaced] = ()  # by the run that is to be undone
    caught_up: Sequence[Entry] = ()  # updates that nobody answered, and that took effect

    @property
    def side(self) -> Side:
        return self.pair.side


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a person is told: the class of engine.md section 8, a key for what one remedy would mend, and a hint."""

    kind: str
    cause: str
    hint: str
    at: Side | None = None  # the end of a link that it is about; None: of the record that was offered


@dataclass(frozen=True, slots=True)
class Result:
    """`due` None: finished. What else is said here is remembered in the same transaction."""

    pair: Claimed
    action: str = ""  # unchanged ones have none: they are only counted
    reason: str = ""
    due: datetime | None = None
    counts_attempt: bool = False
    trouble: Trouble | None = None
    made: Link | None = None
    link: Link | None = None
    settled: Settled | None = None
    entries: Sequence[Entry] = ()
    conflicts: Sequence[Conflict] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    agreed: bool = False  # the two sides do, in every field
    left_alone: Sequence[Mapping[str, str]] = ()  # of what was to be undone

    @property
    def link_id(self) -> UUID | None:
        link = self.made or self.link
        return link.id if link else self.pair.link_id


def ignored(sight: Sight, reason: str) -> Result:
    return Result(sight.pair, "ignored", reason, counts={"ignored": 1})


def later(sight: Sight, due: datetime, reason: str, *, counts_attempt: bool = False) -> Result:
    return Result(sight.pair, reason=reason, due=due, counts_attempt=counts_attempt)


def set_aside(sight: Sight, trouble: Trouble, now: datetime, *, for_good: bool = False) -> Result:
    """It is tried again by itself with growing pauses; `for_good`, only when somebody asks or edits the record."""
    pause = min(FIRST_PAUSE * 4 ** min(sight.pair.attempts, 10), LONGEST_PAUSE)
    due = None if for_good else now + pause
    told = Result(sight.pair, "set_aside", trouble.hint, due, counts_attempt=True, trouble=trouble)
    return replace(told, counts={"set_aside": 1})
