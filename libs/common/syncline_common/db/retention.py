"""What is kept only for a time, and forgetting it a little at a time, so that no lock is held for long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, tuple_

from syncline_common.db.tx import Database

AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Keep:
    """Rows of `table` go once `column` is older than `days`. Where it holds nothing, they stay."""

    table: str
    column: str
    days: float


COMMON = (
    Keep("outbox", "sent_at", 7),
    Keep("inbox", "done_at", 8),  # longer than the broker's log: whatever is replayed from it is recognised
    Keep("idempotency", "created_at", 1),
    Keep("revocation", "at", 1),
)


async def forget_once(db: Database, keeps: Sequence[Keep]) -> int:
    return sum([await _forget(db, keep) for keep in keeps])


async def _forget(db: Database, keep: Keep) -> int:
    table = db.tables[keep.table]
    key = list(table.primary_key.columns)
    async with db.begin() as tx:
        old = table.c[keep.column] < await tx.now() - timedelta(days=keep.days)
        some = select(*key).where(old).limit(AT_ONCE)
        gone = delete(table).where(tuple_(*key).in_(some)).returning(*key)
        return len((await tx.session.execute(gone)).all())
