"""A person chose a side of a conflict: the other side's value then counts as known, so that only the chosen one has changed.

Who gave a value of their own has chosen neither: both sides count as known, and both get it.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from syncline_common.schemas.values import UNSET, Side
from syncline_sync_worker.domain.link import Link
from syncline_sync_worker.domain.report import Conflict
from syncline_sync_worker.domain.work import Reason
from syncline_sync_worker.engine.compile import FlowRules
from syncline_sync_worker.store.conflict_store import ConflictStore
from syncline_sync_worker.work.hand import Hand
from syncline_sync_worker.work.results import Sight
from syncline_sync_worker.work.tools import Tools


async def with_choices(tools: Tools, hand: Hand, sights: Sequence[Sight]) -> list[Sight]:
    """Whoever chooses offers the pair as a person does, so nobody else's need to be looked up."""
    ids = [it.link.id for it in sights if it.link is not None and it.pair.reasons & Reason.PERSON]
    if not ids:
        return list(sights)
    chosen: dict[UUID, list[Conflict]] = defaultdict(list)
    async with tools.db.read() as tx:
        for it in await ConflictStore(tx, hand.batch.connection).chosen(ids):
            chosen[it.link_id].append(it)
    return [_with_choice(it, it.link, chosen[it.link.id]) if it.link is not None else it for it in sights]


def _with_choice(sight: Sight, link: Link, choices: Sequence[Conflict]) -> Sight:
    given = {it.rule_id: it.chosen for it in choices if it.chosen is not UNSET}
    return replace(sight, link=_known(link, sight.flow, choices), given=given)


def _known(link: Link, flow: FlowRules, choices: Sequence[Conflict]) -> Link:
    """The losing side is as it was when the choice was made: if it was edited since, that is a new conflict."""
    bases = {Side.A: dict(link.base_a), Side.B: dict(link.base_b)}
    for it in choices:
        rule = next((one for one in flow.rules if one.id == it.rule_id), None)
        if rule is None:
            continue
        for side, value in ((Side.A, it.value_a), (Side.B, it.value_b)):
            if value is not UNSET and side is not it.winner:
                bases[side][rule.key(side)] = value
    return replace(link, base_a=bases[Side.A], base_b=bases[Side.B])
