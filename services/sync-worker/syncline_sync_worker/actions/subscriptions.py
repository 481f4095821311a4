"""What people can do with Subscriptions."""

from collections.abc import Sequence
from uuid import UUID

from syncline_common.audit.log import record
from syncline_common.db.tx import Tx
from syncline_common.errors import Conflict
from syncline_common.ids import new_id
from syncline_common.schemas.caller import Caller
from syncline_sync_worker.domain.subscription import Subscription
from syncline_sync_worker.store.announcement_store import AnnouncementStore
from syncline_sync_worker.store.subscription_store import SubscriptionReads, SubscriptionStore

AT_MOST = 50  # of an account


async def subscribe(tx: Tx, caller: Caller, url: str, types: Sequence[str]) -> Subscription:
    """It is told what happens from now on, within the networks that whoever makes it may see."""
    caller.administer()
    if len(await SubscriptionReads(tx, caller).listed(after=None, limit=AT_MOST)) == AT_MOST:
        raise Conflict(f"There are {AT_MOST} subscriptions already; remove one first")
    newest = (await AnnouncementStore(tx, caller.account_id).kept()).newest
    networks = None if caller.network_ids is None else sorted(caller.network_ids)
    made = Subscription(new_id(), caller.account_id, url, types, networks, await tx.now(), newest)
    await SubscriptionStore(tx).add(made)
    await _record(tx, caller, "subscription.created", made)
    return made


async def unsubscribe(tx: Tx, caller: Caller, subscription_id: UUID) -> None:
    found = await SubscriptionReads(tx, caller).get(subscription_id)
    caller.administer()
    await SubscriptionStore(tx).remove(found)
    await _record(tx, caller, "subscription.removed", found)


async def _record(tx: Tx, caller: Caller, action: str, it: Subscription) -> None:
    facts = {"url": it.url, "types": ", ".join(it.types)}
    await record(tx, caller, action, noun="subscription", noun_id=it.id, after=facts)
