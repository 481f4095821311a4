"""A Node is set up for those who connect it: what its system has is discovered, measured and subscribed to."""

from typing import Any
from uuid import UUID

from syncline_common.db.tx import Database
from syncline_registry.actions.checks import kept_survey
from syncline_registry.actions.nodes import open_node, opened
from syncline_registry.actions.webhooks import subscribe
from syncline_registry.domain.webhooks import State
from syncline_registry.own import Own
from syncline_registry.probing.prober import asked
from syncline_registry.store.discovery_store import DiscoveryStore, argument_of, as_items
from syncline_registry.store.node_store import NodeStore


async def configure_node(db: Database, own: Own, account_id: UUID, node_id: UUID) -> dict[str, Any]:
    """Whatever is repeated, the newest counts."""
    async with db.read() as tx:
        it = await open_node(tx, own, account_id, node_id)
    system = opened(db, own, it)
    survey = await asked(system.survey())
    surveyor = system.surveyor()
    projects, streams = await asked(surveyor.projects()), await asked(surveyor.streams())
    facts: dict[str, Any] = {
        "projects": len(projects),
        "streams": len(streams),
        "clock_offset_seconds": survey.found.clock_offset.total_seconds(),
        "marker_field": survey.found.marker_field,
        "findings": list(survey.findings),
    }
    async with db.begin() as tx:
        for what, found in (("projects", projects), ("streams", streams)):
            await DiscoveryStore(tx, account_id, node_id).put(what, argument_of(), as_items(found))
        node = await NodeStore(tx, account_id).get(node_id, for_change=True)
        now = await tx.now()
        node.learn(kept_survey(survey), now)
        node.configure(facts, now)
    async with db.read() as tx:
        it = await open_node(tx, own, account_id, node_id)
    webhooks = await subscribe(db, own, it)
    way, subscribed = survey.found.webhooks.value, webhooks.state is State.SUBSCRIBED
    return facts | {"webhooks": {"way": way, "subscribed": subscribed, "said": webhooks.said}}
