"""What an administrator of a system enters there by hand, so that it posts its changes to us."""

from collections.abc import Sequence
from uuid import UUID

from syncline_common.audit.log import record
from syncline_common.connectors.catalogue import MANIFESTS
from syncline_common.db.tx import Database
from syncline_common.errors import Conflict, FieldFault, Invalid, NotFound, RecordFault
from syncline_common.schemas.caller import Caller
from syncline_common.sdk.ports import Found, WebhookWay
from syncline_common.sdk.webhooks import Paste
from syncline_registry.actions.nodes import Open, open_node, opened
from syncline_registry.actions.webhooks import public_base
from syncline_registry.own import Own
from syncline_registry.store.system_store import NOT_THERE, SystemStore

NOTHING = "{label} needs nothing by hand for its webhooks"


async def webhook_rules(
    db: Database, own: Own, caller: Caller, at: tuple[UUID, UUID], streams: Sequence[str]
) -> tuple[Paste, ...]:
    """For administrators, since they hold the address and the secret; every look is audited. `at`: system, network."""
    caller.administer()
    it = await _open(db, own, caller, at)
    if Found.from_json(it.node.found).webhooks is not WebhookWay.BY_HAND:
        raise Conflict(NOTHING.format(label=MANIFESTS[it.system.kind].label))
    base, why = await public_base(own, it)
    if base is None:
        raise Conflict(why)
    url, secret = own.hooks.url(base, it.hook_owner), own.hooks.secret(it.hook_owner)
    try:
        rules = (await opened(db, own, it).hooks().subscribe(url, secret, streams)).by_hand
    except RecordFault as refused:
        raise Invalid(refused.message, FieldFault("/streams", refused.message)) from None
    async with db.begin() as tx:
        where, shown = it.node.network_id, {"streams": list(streams)}
        await record(
            tx, caller, "webhooks.shown", noun="system", noun_id=it.system.id, network_id=where, after=shown
        )
    return rules


async def _open(db: Database, own: Own, caller: Caller, at: tuple[UUID, UUID]) -> Open:
    system_id, network_id = at
    async with db.read() as tx:
        node = (await SystemStore(tx, caller).get(system_id)).node_in(network_id)
        if node is None:
            raise NotFound(NOT_THERE)
        return await open_node(tx, own, caller.account_id, node.id)
