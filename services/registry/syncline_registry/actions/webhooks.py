"""A system posts its changes to us while a connection uses it. Without that nothing is lost: changes are found by asking."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from syncline_common import errors
from syncline_common.audit.log import record
from syncline_common.connectors.catalogue import MANIFESTS
from syncline_common.db.tx import Database, Tx
from syncline_common.schemas.caller import Caller
from syncline_common.sdk.ports import Found, WebhookWay
from syncline_common.sdk.webhooks import Subscribed
from syncline_registry.actions.nodes import Open, as_service, open_node, opened
from syncline_registry.actions.systems import Removal
from syncline_registry.domain.system import Node
from syncline_registry.domain.webhooks import State, Webhooks
from syncline_registry.own import Own
from syncline_registry.store.node_store import NodeStore, claim_webhooks, has_due_webhooks
from syncline_registry.store.system_store import SystemStore
from syncline_registry.store.usage_store import projects_used

LATER, GRACE, ITS_TURN = timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=5)
LEAVING = 10.0  # seconds for a system that is taken away anyway
POLLED = "changes are found by asking"
NO_API = "No webhooks: {label} offers no way to subscribe to them, so {polled}"
BY_HAND = "No webhooks yet that we know of: an administrator of {label} has to enter what the system's page shows. Without it {polled}"
NO_ADDRESS = "No webhooks: Syncline has no public address (SYNCLINE_PUBLIC_URL), so {polled}"
INSIDE = "No webhooks: {base} can't be reached from outside by https, so {polled}"
REFUSED = "No webhooks: {why}. Until then {polled}"
NOT_YET = "Webhooks are subscribed to as soon as the system takes it; until then {polled}"


async def subscribe(db: Database, own: Own, it: Open) -> Webhooks:
    """As often as one likes: it is subscribed to once. No transaction may be open."""
    hooks, before = opened(db, own, it).hooks(), Webhooks.from_json(it.node.webhooks)
    async with db.read() as tx:
        first = await projects_used(tx, it.node)
    base, why = await _reached_at(own, it)
    found = Webhooks(State.NONE, why)
    try:
        if before.base is not None and before.base != base:
            await hooks.unsubscribe(own.hooks.url(before.base, it.hook_owner))
        if base is not None:
            if (before.state, before.base) != (
                State.SUBSCRIBED,
                base,
            ):  # so that it can be undone, whoever dies now
                await _note(db, it, Webhooks(State.ASKED, NOT_YET.format(polled=POLLED), base))
            url, secret = own.hooks.url(base, it.hook_owner), own.hooks.secret(it.hook_owner)
            found = Webhooks(State.SUBSCRIBED, _covered(await hooks.subscribe(url, secret, (), first)), base)
    except (errors.NeedsPerson, errors.RecordFault, errors.ContractBroken) as refused:
        found = Webhooks(State.NONE, REFUSED.format(why=refused.message, polled=POLLED), base)
    except errors.RemoteError:
        found = Webhooks(State.ASKED, NOT_YET.format(polled=POLLED), base or before.base)
    await _note(db, it, found)
    return found


async def undo(db: Database, own: Own, it: Open) -> None:
    """Whoever refuses even this posts on, to an address that takes it and does nothing."""
    before = Webhooks.from_json(it.node.webhooks)
    found = Webhooks(State.UNDONE)
    if before.base is not None:
        try:
            await opened(db, own, it).hooks().unsubscribe(own.hooks.url(before.base, it.hook_owner))
        except (errors.Retryable, errors.UnknownOutcome):
            found = replace(before, state=State.ASKED)
        except errors.RemoteError:
            found = Webhooks(State.UNDONE)
    await _note(db, it, found)


async def undo_before_removal(db: Database, own: Own, caller: Caller, removal: Removal) -> None:
    """As far as the system takes it within seconds: whoever takes a system away does not wait for it."""
    async with db.read() as tx:
        store = SystemStore(tx, caller)
        there = await store.get(removal.system_id)
        going = [it for it in there.nodes if removal.network_id in (None, it.network_id)]
        for node in going:
            caller.change(node.network_id)
            if await store.users(node, removal.connection_id):
                return
        posting = [it for it in going if Webhooks.from_json(it.webhooks).base is not None]
        opening = [await open_node(tx, own, node.account_id, node.id) for node in posting]
    for it in opening:
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVING):
                await undo(db, own, it)


async def settle_once(db: Database, own: Own) -> int:
    """One node whose webhooks are due: subscribed to if a connection uses it, undone if none does."""
    async with db.read() as tx:
        if not await has_due_webhooks(tx):
            return 0
    async with db.begin() as tx:
        node = await claim_webhooks(tx, ITS_TURN)
    if node is None:
        return 0
    with suppress(errors.NotFound):  # it was taken away meanwhile
        async with db.read() as tx:
            it = await open_node(tx, own, node.account_id, node.id)
            used = await SystemStore(tx, as_service(node.account_id, "registry")).users(it.node)
        await (subscribe(db, own, it) if used else undo(db, own, it))
    return 1


async def _reached_at(own: Own, it: Open) -> tuple[str | None, str]:
    """Our address as its system may be told it by us; or none, and why."""
    label, way = MANIFESTS[it.system.kind].label, Found.from_json(it.node.found).webhooks
    if way is not WebhookWay.API:
        why = BY_HAND if way is WebhookWay.BY_HAND else NO_API
        return None, why.format(label=label, polled=POLLED)
    return await public_base(own, it)


async def public_base(own: Own, it: Open) -> tuple[str | None, str]:
    """Our address as its system reaches it; or none, and why."""
    base = own.hooks.base
    if base is None:
        return None, NO_ADDRESS.format(polled=POLLED)
    if not own.prober.is_routed(it.system.url):  # one of our own network reaches us there
        try:
            await own.prober.require_outside(base)
        except (errors.Invalid, TimeoutError):
            return None, INSIDE.format(base=base, polled=POLLED)
    return base, ""


def _covered(subscribed: Subscribed) -> str:
    if subscribed.left_out:
        return (
            f"Webhooks are subscribed to, but not of {len(subscribed.left_out)} more projects, where {POLLED}"
        )
    return "Webhooks are subscribed to"


async def _note(db: Database, it: Open, found: Webhooks) -> None:
    """In the account's log if it is news. NotFound if the node has gone."""
    async with db.begin() as tx:
        node = await NodeStore(tx, it.node.account_id).get(it.node.id, for_change=True)
        before = Webhooks.from_json(node.webhooks)
        node.webhooks, node.webhooks_due_at = found.as_json(), None
        users = await SystemStore(tx, as_service(node.account_id, "registry")).users(node)
        now = await tx.now()
        if found.state is State.ASKED:
            node.webhooks_due_at = now + LATER
        elif found.state is State.SUBSCRIBED and not users:
            node.webhooks_due_at = now + GRACE  # its connection is told of soon, or was deleted just now
        elif found.state is State.UNDONE and users:
            node.webhooks_due_at = now
        if found.state in (State.SUBSCRIBED, State.UNDONE) and found.state is not before.state:
            await _record(tx, node, f"webhooks.{found.state}")


async def _record(tx: Tx, node: Node, action: str) -> None:
    who, where = as_service(node.account_id, "registry"), node.network_id
    await record(tx, who, action, noun="system", noun_id=node.system_id, network_id=where)
