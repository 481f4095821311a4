"""Finds what was done to an audit log past us: altered, removed, exchanged and forged rows, each by its place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import RowMapping, exists, select, tuple_

from syncline_common.audit.chain import GENESIS, RAW, Anchor, canonical, digest
from syncline_common.audit.tables import audit, audit_head
from syncline_common.db.tx import ReadTx

SEALED_WITHIN = timedelta(seconds=60)
LISTED = 100  # faults; then it stops

What = Literal[
    "altered",  # the row is not what was sealed
    "missing",  # nothing is at this position
    "exchanged",  # whole in itself, but not the row that the next seal, or the head, was made over
    "forged",  # it has a seal at a position that is taken, or that no seal of ours has reached
    "unsealed",  # not sealed in time: the loop stands still, or refuses to go on
    "head_missing",  # there are seals, and nothing says how far they go
    "head_forged",  # the head is not signed with our key: everything may have been written anew
]


@dataclass(frozen=True, slots=True)
class Fault:
    what: What
    position: int | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """`head` is the newest seal's hash. Noted elsewhere, it shows later that the log only went on from there."""

    checked: int
    sealed_up_to: int
    head: str | None
    faults: Sequence[Fault]

    @property
    def ok(self) -> bool:
        return not self.faults


async def verify(
    tx: ReadTx,
    anchor: Anchor,
    account_id: UUID,
    *,
    batch: int = 500,
    sealed_within: timedelta = SEALED_WITHIN,
) -> Verdict:
    """The account's whole log, a batch at a time."""
    query = select(audit_head).where(audit_head.c.account_id == account_id)
    head, walk = (await tx.session.execute(query)).one_or_none(), Walk()
    end = None if head is None else _place(head.position)
    if head and not anchor.holds(account_id, head.position, head.hash, head.anchor):
        walk.faults.append(Fault("head_forged", end))
    await _follow(tx, account_id, walk, end, batch)
    if head and end is not None:
        walk.finish(end, head.hash)
    if await _is_headless(tx, account_id):
        walk.faults.append(Fault("head_missing"))
    walk.faults += [_fault("forged", row) for row in await _beyond(tx, account_id)]
    walk.faults += [_fault("unsealed", row) for row in await _late(tx, account_id, sealed_within)]
    return Verdict(walk.checked, end or 0, head.hash if head else None, walk.faults[:LISTED])


async def _follow(tx: ReadTx, account_id: UUID, walk: "Walk", end: int | None, batch: int) -> None:
    """As far as the head said at the start; the loop may go on sealing meanwhile."""
    while rows := await _sealed(tx, account_id, walk.at, end, batch):
        for row in rows:
            walk.step(row)
        if len(walk.faults) >= LISTED:
            return


class Walk:
    """Along the sealed rows, in the order of their positions."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.checked, self.expected = 0, 1
        self.at: tuple[int, int] | None = None  # position and seq of the last row
        self._seen: str | None = GENESIS  # what the next row follows, if we can say
        self._last: RowMapping | None = None

    def step(self, row: RowMapping) -> None:
        self.checked, self.at = self.checked + 1, (row["position"], row["seq"])
        if not isinstance(row["position"], int) or row["position"] < self.expected:
            self.faults.append(_fault("forged", row))
            return
        self._miss(row["position"])
        sound = digest(row, row["position"], row["previous_hash"]) == row["hash"]
        if not sound:
            self.faults.append(_fault("altered", row))
        elif self._seen is not None and row["previous_hash"] != self._seen:
            self.faults.append(_fault("exchanged", self._last or row))
        self._seen, self._last = row["hash"] if sound else None, row
        self.expected += 1

    def finish(self, position: int, hash_: str) -> None:
        """The head says where the chain ends, and in what."""
        self._miss(position + 1)
        if self._last and self._seen is not None and self._seen != hash_:
            self.faults.append(_fault("exchanged", self._last))

    def _miss(self, up_to: int) -> None:
        for position in range(self.expected, min(up_to, self.expected + LISTED)):
            self.faults.append(Fault("missing", position))
        if up_to > self.expected:
            self.expected, self._seen = up_to, None


def _fault(what: What, row: RowMapping) -> Fault:
    return Fault(what, _place(row["position"]), canonical("id", row["id"]))


def _place(position: object) -> int | None:
    return position if isinstance(position, int) else None


async def _is_headless(tx: ReadTx, account_id: UUID) -> bool:
    """In one statement: the first seals may come while we look."""
    head = exists().where(audit_head.c.account_id == account_id)
    seals = select(audit.c.seq).where(audit.c.account_id == account_id, audit.c.position.is_not(None), ~head)
    return (await tx.session.execute(seals.limit(1))).first() is not None


async def _sealed(
    tx: ReadTx, account_id: UUID, after: tuple[int, int] | None, end: int | None, batch: int
) -> Sequence[RowMapping]:
    place = tuple_(audit.c.position, audit.c.seq)
    query = select(*RAW).where(audit.c.account_id == account_id, audit.c.position.is_not(None))
    if after is not None:
        query = query.where(place > after)
    if end is not None:
        query = query.where(audit.c.position <= end)
    return (await tx.session.execute(query.order_by(*place).limit(batch))).mappings().all()


async def _beyond(tx: ReadTx, account_id: UUID) -> Sequence[RowMapping]:
    """In one statement, so that it is the head of the same moment."""
    end = select(audit_head.c.position).where(audit_head.c.account_id == account_id).scalar_subquery()
    query = select(*RAW).where(audit.c.account_id == account_id, audit.c.position > end)
    return (await tx.session.execute(query.order_by(audit.c.position).limit(LISTED))).mappings().all()


async def _late(tx: ReadTx, account_id: UUID, sealed_within: timedelta) -> Sequence[RowMapping]:
    late = audit.c.position.is_(None) & (audit.c.at < await tx.now() - sealed_within)
    query = select(*RAW).where(audit.c.account_id == account_id, late)
    return (await tx.session.execute(query.order_by(audit.c.seq).limit(LISTED))).mappings().all()
