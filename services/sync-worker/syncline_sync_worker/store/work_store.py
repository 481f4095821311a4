"""Due pairs: offered by many, each in the hands of one worker at a time.

Whoever writes anything about a pair begins the transaction with `hold`: what it returns is still theirs, and nobody takes it
over before the commit, however late that comes.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, select, update

from syncline_common.db.tx import Tx
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.link import Link
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.domain.work import Batch, Claimed, Offer, Postponed
from syncline_sync_worker.store import work_claims, work_offers
from syncline_sync_worker.store.leased import FREE
from syncline_sync_worker.store.link_store import linked
from syncline_sync_worker.store.tables import work as table
from syncline_sync_worker.store.work_offers import End, least

THESE = table.c.id.in_(bindparam("ids", expanding=True))
STILL = (
    select(table.c.id, table.c.lease_epoch, table.c.link_id, table.c.account_id, table.c.connection_id)
    .where(THESE, table.c.lease_owner == bindparam("owner"))
    .order_by(table.c.key)
    .with_for_update()
)
CHANGE = update(table).where(THESE)
AGAIN = CHANGE.values(**FREE, free_at=table.c.due_at, attempts=0, deaths=0)
DONE = delete(table).where(THESE, table.c.generation == table.c.taken_generation).returning(table.c.id)
DUE = least(table.c.due_at, bindparam("due", type_=table.c.due_at.type))
LATER = (
    update(table)
    .where(table.c.id == bindparam("this"))
    .values(
        **FREE,
        cause=bindparam("why"),
        error=bindparam("what"),
        due_at=DUE,
        free_at=DUE,
        attempts=table.c.attempts + bindparam("by"),
    )
)
RELINK = (
    update(table)
    .where(table.c.id == bindparam("this"))
    .values(link_id=bindparam("link"), key=bindparam("new"))
)


class WorkStore:
    """Of all accounts: a worker serves everybody."""

    def __init__(self, tx: Tx) -> None:
        self._tx, self._session = tx, tx.session
        self._held: set[tuple[int, int]] = set()  # by this transaction, which keeps what it has locked

    async def offer(self, connection: ConnectionRef, offers: Sequence[Offer]) -> None:
        """Nothing is lost: what falls together is done together, what comes during the work is done afterwards."""
        if not offers:
            return
        self._tx.ring("work")
        ends = [(it.flow_id, it.side, it.record) for it in offers]
        await work_offers.add(self._tx, connection, offers, await linked(self._tx, connection, ends))

    async def claim(
        self, limit: int, owner: str, seconds: float, *, after: UUID | None = None
    ) -> Batch | None:
        """Up to `limit` due pairs of the next active connection after `after`, in a circle; what a person waits for first.

        Paused connections keep what they have. A pair that outlived two workers comes alone.
        """
        now = await self._tx.now()
        for place in await work_claims.with_due_work(self._tx, now, after):
            connection = ConnectionRef(place.account_id, place.connection_id)
            rows = await work_claims.free(self._tx, connection, now, limit)
            if rows:
                pairs = await work_claims.take(self._tx, rows, owner, now + timedelta(seconds=seconds))
                nodes = (place.node_a, place.node_b)
                return Batch(connection, place.network_id, *nodes, place.version, owner, pairs)
        return None

    async def hold(self, owner: str, pairs: Sequence[Claimed]) -> Sequence[Claimed]:
        """Those that are still `owner`'s; nobody takes them over until the end of this transaction.

        A record that was linked meanwhile, from its other end, is no more: it is the link's.
        """
        if all((it.id, it.epoch) in self._held for it in pairs):
            return pairs
        these = {"ids": [it.id for it in pairs], "owner": owner}
        rows = {(row.id, row.lease_epoch): row for row in await self._session.execute(STILL, these)}
        held = [it for it in pairs if (it.id, it.epoch) in rows]
        unlinked = {_end(it): it.id for it in held if rows[it.id, it.epoch].link_id is None}
        if unlinked:
            any_row = next(iter(rows.values()))  # a batch is of one connection
            connection = ConnectionRef(any_row.account_id, any_row.connection_id)
            strays = await self._strays(connection, unlinked)
            held = [it for it in held if it.id not in strays]
        self._held |= {(it.id, it.epoch) for it in held}
        return held

    async def _strays(self, connection: ConnectionRef, unlinked: Mapping[End, int]) -> Sequence[int]:
        links = await linked(self._tx, connection, list(unlinked))
        strays = [unlinked[end] for end in links]
        if strays:
            await work_claims.offer_again(self._tx, table.c.id.in_(strays), links)
        return strays

    async def renew(self, owner: str, pairs: Sequence[Claimed], seconds: float) -> Sequence[Claimed]:
        until = await self._tx.now() + timedelta(seconds=seconds)
        return await self._change(owner, pairs, {"lease_until": until, "free_at": until})

    async def finish(self, owner: str, pairs: Sequence[Claimed]) -> Sequence[Claimed]:
        """Gone, unless more was offered meanwhile: then due again. Returns those that it was still the owner of."""
        held = await self.hold(owner, pairs)
        if held:
            ids = {"ids": [it.id for it in held]}
            gone = (await self._session.execute(DONE, ids)).all()
            if len(gone) < len(held):
                await self._session.execute(AGAIN, ids)
        return self._let_go(held)

    async def later(self, owner: str, postponed: Sequence[Postponed]) -> Sequence[Claimed]:
        """Due again at the time given, or earlier if more was offered for earlier."""
        held = await self.hold(owner, [it.pair for it in postponed])
        ids = {it.id for it in held}
        rows = [_as_row(it) for it in postponed if it.pair.id in ids]
        if rows:
            await self._session.execute(LATER, rows)
        return self._let_go(held)

    async def give_back(self, owner: str, pairs: Sequence[Claimed]) -> Sequence[Claimed]:
        """As if they had never been claimed."""
        now = await self._tx.now()
        return self._let_go(await self._change(owner, pairs, {**FREE, "due_at": now, "free_at": now}))

    async def relink(
        self, connection: ConnectionRef, links: Sequence[Link], held: Sequence[Claimed] = ()
    ) -> None:
        """After `links` were made: all that was offered of either record is one piece of work from now on.

        A pair of `held`, one at most of each link, stays in the hands it is in, and learns what was offered of its other
        end; who has the other end as a record of its own finds it gone.
        """
        by_end = {(it.flow_id, side, it.end(side)): it.id for it in links for side in (Side.A, Side.B)}
        mine = [it for it in held if it.link_id is None and _end(it) in by_end]
        rows = [{"this": it.id, "link": by_end[_end(it)], "new": f"link:{by_end[_end(it)]}"} for it in mine]
        if rows:
            await self._session.execute(RELINK, rows)
        keys = [work_offers.key_of(*end, None) for end in by_end]
        if keys:
            of_ends = (table.c.connection_id == connection.id) & table.c.key.in_(keys)
            await work_claims.offer_again(self._tx, of_ends, by_end)

    def _let_go(self, held: Sequence[Claimed]) -> Sequence[Claimed]:
        self._held -= {(it.id, it.epoch) for it in held}
        return held

    async def _change(
        self, owner: str, pairs: Sequence[Claimed], changes: dict[str, Any]
    ) -> Sequence[Claimed]:
        held = await self.hold(owner, pairs)
        if held:
            await self._session.execute(CHANGE, {"ids": [it.id for it in held], **changes})
        return held


def _end(pair: Claimed) -> End:
    return pair.flow_id, pair.side, pair.record


def _as_row(it: Postponed) -> dict[str, Any]:
    return {
        "this": it.pair.id,
        "due": it.due_at,
        "why": it.cause[:60],
        "what": it.error[:400],
        "by": int(it.counts_attempt),
    }
