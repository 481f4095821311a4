"""Telling customers' addresses what happens: in order, signed, again until they say that they have it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from syncline_common.db.tx import Database
from syncline_common.redaction import REDACTOR
from syncline_sync_worker.domain.lease import LeaseLost
from syncline_sync_worker.domain.subscription import GIVEN_UP_AFTER, Subscription, pause, secret_of, signed
from syncline_sync_worker.store.announcement_store import AnnouncementStore
from syncline_sync_worker.store.subscription_store import SubscriptionStore

LEASE_SECONDS = 120.0  # a page of events, each of which may take 15 seconds; who takes longer delivers twice
AT_ONCE = 5
GOOD = range(200, 300)


class Post(Protocol):
    async def post(self, url: str, content: bytes, headers: Mapping[str, str]) -> int | str:
        """The status, or why there was none."""


@dataclass(frozen=True, slots=True)
class Courier:
    db: Database
    post: Post
    key: bytes
    owner: str

    async def deliver_once(self) -> int:
        """Some events of one subscription. How many are done with."""
        async with self.db.begin() as tx:
            subscription = await SubscriptionStore(tx).claim(self.owner, LEASE_SECONDS)
            now = await tx.now()
        if subscription is None:
            return 0
        rows, last = await self._next(subscription)
        done, answer = subscription.position, None
        for row in rows:
            answer = await self._send(subscription, row, now)
            if answer not in GOOD:
                return await self._failed(subscription, done, str(answer))
            done = row.position
        await self._delivered(subscription, last, None if answer is None else str(answer))
        return 1

    async def _next(self, it: Subscription) -> tuple[list[Any], int]:
        """What it is to be told, and up to where that is all there is."""
        async with self.db.read() as tx:
            store = AnnouncementStore(tx, it.account_id)
            newest = (await store.kept()).newest
            networks = None if it.network_ids is None else frozenset(it.network_ids)
            found = list(await store.after(it.position, types=it.types, network_ids=networks))
        rows = found[:AT_ONCE]
        return rows, (rows[-1].position if len(found) > len(rows) else newest)

    async def _send(self, it: Subscription, row: Any, at: datetime) -> int | str:
        secret = secret_of(self.key, it.id)
        REDACTOR.learn(secret)
        body = str(row.body).encode()
        headers = signed(secret, str(row.event_id), at, body)
        return await self.post.post(it.url, body, {**headers, "Content-Type": "application/cloudevents+json"})

    async def _delivered(self, it: Subscription, position: int, answer: str | None) -> None:
        try:
            async with self.db.begin() as tx:
                await SubscriptionStore(tx).delivered(it, position, answer)
        except LeaseLost:
            return

    async def _failed(self, it: Subscription, position: int, answer: str) -> int:
        """0: it rests, and so does the loop if there is no other."""
        try:
            async with self.db.begin() as tx:
                due = await tx.now() + pause(it.attempts)
                await SubscriptionStore(tx).failed(it, position, due, answer[:60], GIVEN_UP_AFTER)
        except LeaseLost:
            return 0
        return 1
