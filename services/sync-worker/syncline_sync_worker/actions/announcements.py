"""Making events known to the clients of their account."""

import json
from collections.abc import Iterable, Sequence
from itertools import groupby
from uuid import UUID

from syncline_common.bus.router import Received
from syncline_common.db.tx import Tx
from syncline_sync_worker.domain.announcement import Announcement
from syncline_sync_worker.store.announcement_store import AnnouncementStore

BELL = "announcement"


async def announce(tx: Tx, events: Sequence[Received]) -> None:
    """By account, always in the same order, so that two of us wait for each other and never lock up."""
    drafts = sorted(map(_read, events), key=lambda it: it.account_id)  # stable: the order within one is kept
    for account_id, group in groupby(drafts, key=lambda it: it.account_id):
        await _append(tx, account_id, group)
    tx.ring(BELL)


async def _append(tx: Tx, account_id: UUID, group: Iterable[Announcement]) -> None:
    await AnnouncementStore(tx, account_id).append(tx, list(group))


def _read(event: Received) -> Announcement:
    body = json.loads(event.body)
    return Announcement(
        event_id=event.id,
        account_id=UUID(body["accountid"]),
        network_id=UUID(body["networkid"]) if "networkid" in body else None,
        type=event.routing_key,
        body=event.body.decode(),
    )
