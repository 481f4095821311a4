"""Every query about Subscriptions: an account's for people, those with something to deliver for workers."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, bindparam, delete, exists, insert, or_, select

from syncline_common.db.tx import ReadTx, Tx
from syncline_common.errors import NotFound
from syncline_common.schemas.caller import Caller
from syncline_sync_worker.domain.subscription import Subscription, SubscriptionState
from syncline_sync_worker.store import leased
from syncline_sync_worker.store.tables import announcement_head
from syncline_sync_worker.store.tables import subscription as table

NEWS = exists().where(
    announcement_head.c.account_id == table.c.account_id, announcement_head.c.position > table.c.position
)
DUE = and_(
    table.c.state == SubscriptionState.ACTIVE.value,
    or_(table.c.next_try.is_(None), table.c.next_try <= bindparam("now")),
    NEWS,
)
CLAIM = leased.claiming(table.c.id, DUE)
CHANGE = leased.changing(table.c.id)
FACTS = (
    "id",
    "account_id",
    "url",
    "types",
    "created_at",
    "position",
    "attempts",
    "failing_since",
    "next_try",
    "last_answer",
)


class SubscriptionReads:
    """Those that the caller made, or all of the account for an administrator."""

    def __init__(self, tx: ReadTx, caller: Caller) -> None:
        self._session, self._caller = tx.session, caller

    async def get(self, subscription_id: UUID) -> Subscription:
        row = (
            await self._session.execute(select(table).where(self._mine(), table.c.id == subscription_id))
        ).one_or_none()
        if row is None:
            raise NotFound("There is no such subscription")
        return _subscription(row)

    async def listed(self, *, after: UUID | None, limit: int) -> Sequence[Subscription]:
        query = select(table).where(self._mine()).order_by(table.c.id).limit(limit)
        if after is not None:
            query = query.where(table.c.id > after)
        return [_subscription(row) for row in await self._session.execute(query)]

    def _mine(self) -> Any:
        return table.c.account_id == self._caller.account_id


class SubscriptionStore:
    def __init__(self, tx: Tx) -> None:
        self._tx, self._session = tx, tx.session

    async def add(self, it: Subscription) -> None:
        networks = None if it.network_ids is None else [str(one) for one in it.network_ids]
        facts = {name: getattr(it, name) for name in FACTS}
        row = {
            **facts,
            "types": list(it.types),
            "network_ids": networks,
            "state": it.state.value,
            "lease_epoch": 0,
        }
        await self._session.execute(insert(table), [row])

    async def remove(self, it: Subscription) -> None:
        await self._session.execute(
            delete(table).where(table.c.id == it.id, table.c.account_id == it.account_id)
        )

    async def claim(self, owner: str, seconds: float) -> Subscription | None:
        """The next one with something to deliver."""
        rows = await leased.claim(self._tx, CLAIM, 1, owner, seconds)
        return _subscription(rows[0]) if rows else None

    async def delivered(self, it: Subscription, position: int, answer: str | None) -> None:
        """Up to there; given back."""
        went_well = {"position": position, "attempts": 0, "failing_since": None, "next_try": None}
        await self._change(it, {**went_well, "last_answer": answer or it.last_answer})

    async def failed(
        self, it: Subscription, position: int, next_try: datetime, answer: str, longest: timedelta
    ) -> None:
        """What came before `position` was delivered. After too long a time of failing it is given up."""
        now = await self._tx.now()
        since = it.failing_since if it.failing_since and position == it.position else now
        over = now - since >= longest
        changes = {
            "position": position,
            "attempts": it.attempts + 1,
            "failing_since": since,
            "next_try": next_try,
            "last_answer": answer,
            "state": (SubscriptionState.FAILED if over else SubscriptionState.ACTIVE).value,
        }
        await self._change(it, changes)

    async def _change(self, it: Subscription, changes: dict[str, Any]) -> None:
        if it.held is not None:
            await leased.change(self._tx, CHANGE, it.id, it.held, {**changes, **leased.FREE})


def _subscription(row: Row[Any]) -> Subscription:
    networks = None if row.network_ids is None else [UUID(it) for it in row.network_ids]
    facts = {name: getattr(row, name) for name in FACTS}
    state = SubscriptionState(row.state)
    return Subscription(network_ids=networks, state=state, held=leased.held_of(row), **facts)
