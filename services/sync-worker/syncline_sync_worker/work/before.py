"""Pairs as they were at an instant: what we have written since is taken back, by the ledger. In memory only."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from syncline_common.db.tx import Database
from syncline_common.schemas.records import RecordRef
from syncline_common.schemas.values import Side, Unset, Value
from syncline_sync_worker.domain.ledger import Entry
from syncline_sync_worker.domain.link import Link, LinkState
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.engine.compile import FlowRules
from syncline_sync_worker.engine.rewind import Past, made_side, past
from syncline_sync_worker.store.ledger_store import LedgerStore
from syncline_sync_worker.store.link_store import LinkStore
from syncline_sync_worker.work.stage import Pair


class Before:
    def __init__(self, db: Database, connection: ConnectionRef, since: datetime) -> None:
        self._db, self._connection, self._since = db, connection, since
        self._entries: dict[UUID, list[Entry]] = defaultdict(list)
        self._was: dict[UUID, dict[tuple[str, Side], Value | Unset]] = defaultdict(dict)

    async def of(self, flow_id: str, side: Side, refs: Sequence[RecordRef]) -> Mapping[RecordRef, Link]:
        """As they are linked now. What was written to them since is kept for `rewound`."""
        async with self._db.read() as tx:
            links = await LinkStore(tx, self._connection).by_side(flow_id, side, refs)
            ids, ledger = [it.id for it in links.values()], LedgerStore(tx, self._connection)
            for it in await ledger.written_since(ids, self._since):
                self._entries[it.link_id].append(it)
            for (link_id, rule_id, wrote), value in (await ledger.as_of(ids, self._since)).items():
                self._was[link_id][rule_id, wrote] = value
        return links

    def rewound(self, pair: Pair, published: FlowRules | None) -> tuple[Pair, Past]:
        """The rules that were written by are the published ones. What was made since is made once more."""
        link = pair.link
        if link is None or published is None or link.state is LinkState.RELEASED:
            return pair, Past()
        entries = self._entries[link.id]
        made = made_side(entries) if link.linked_at >= self._since else None
        if made is not None:
            first = made.other
            seen = {side: it for side, it in pair.seen.items() if side is first}
            return Pair(first, link.end(first), None, seen), Past()
        if len(pair.seen) < len(Side):
            return pair, Past()
        values = {side: it.values for side, it in pair.seen.items()}
        found = past(published.rules, values, entries, self._was[link.id])
        seen = {side: replace(it, values=found.seen(side, it.values)) for side, it in pair.seen.items()}
        return replace(pair, seen=seen), found


def under(flow: FlowRules | None, pair: Pair, past: Past) -> Pair | None:
    """With its bases where this flow's rules look for them. None: its records are of other types than the flow's."""
    if flow is None or flow.flow.end(pair.side).stream != pair.ref.stream:
        return None
    if pair.link is None:
        return pair
    if any(flow.flow.end(side).stream != pair.link.end(side).stream for side in Side):
        return None
    base_a, base_b = past.bases(pair.link.base_a, pair.link.base_b, flow.rules)
    return replace(pair, link=replace(pair.link, base_a=base_a, base_b=base_b))
