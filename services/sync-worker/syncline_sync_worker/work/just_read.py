"""Records that came with the page that told of them: looked at once, and soon, instead of being fetched again.

Only what is in no link yet is taken from here: whatever was written to a linked record since would be taken for undone.
"""

from collections.abc import Sequence

from syncline_common.schemas.connector import NodeRef
from syncline_common.schemas.records import Record, RecordRef

FOR_SECONDS = 60.0
AT_MOST = 2000  # records; those that were read first are needed first, so what finds no room is fetched
LARGEST = 65_536  # characters


class JustRead:
    """One per process. Another process that comes to a record first fetches it, as ever."""

    def __init__(self) -> None:
        self._kept: dict[tuple[NodeRef, RecordRef], tuple[Record, float]] = {}

    def keep(self, node: NodeRef, records: Sequence[Record], now: float) -> None:
        self._let_go(now)
        for it in records:
            if (len(self._kept) < AT_MOST or (node, it.ref) in self._kept) and _size(it) <= LARGEST:
                self._kept[node, it.ref] = it, now + FOR_SECONDS

    def take(self, node: NodeRef, ref: RecordRef, version: str | None, now: float) -> Record | None:
        """In the version that was offered; a second time it is fetched."""
        record, until = self._kept.pop((node, ref), (None, 0.0))
        return record if record is not None and record.version == version and now < until else None

    def _let_go(self, now: float) -> None:
        for key in [key for key, (_, until) in self._kept.items() if until <= now]:
            del self._kept[key]


def _size(record: Record) -> int:
    return sum(len(it) for it in record.values.values() if isinstance(it, str))
