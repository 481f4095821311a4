"""A batch of pairs in this worker's hands: what belongs to it, and until when it may act on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from syncline_sync_worker.domain.link import Link
from syncline_sync_worker.domain.run import Run
from syncline_sync_worker.domain.work import Batch
from syncline_sync_worker.engine.compile import FlowRules
from syncline_sync_worker.work.tools import Tools


@dataclass(slots=True, eq=False)
class Hand:
    batch: Batch
    run: Run
    flows: Mapping[str, FlowRules]
    claimed_at: datetime  # by the database's clock
    sure_until: float  # by this process's own: from then on others may act, so it begins nothing more
    links: Mapping[UUID, Link] = field(default_factory=dict)  # of its pairs, as they were found


def is_stopped(tools: Tools, hand: Hand) -> bool:
    return tools.stops.is_stopped(hand.batch.connection, hand.claimed_at)


def is_sure(tools: Tools, hand: Hand) -> bool:
    """Right before a request leaves: it is still ours to send."""
    return not is_stopped(tools, hand) and tools.elapsed() < hand.sure_until
