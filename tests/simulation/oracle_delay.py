"""A record that nothing is wrong with is kept in step at once, whatever is wrong with its neighbours (P13)."""

from collections.abc import Iterator

from simulation.cabinet import By
from simulation.configurations import Mapped, mapped
from simulation.lived import Lived
from simulation.pairs import Pair, agree, pairs, unsaid
from simulation.steps import Freeze, Kill, Pause, Publish, Revoke, Sicken
from simulation.verdict import Verdict
from syncline_common.schemas.values import Side

UNWELL = (Kill, Freeze, Sicken, Revoke, Pause, Publish)
AMPLE = 600  # requests a minute
SLACK = 15.0  # seconds, for the requests themselves


def in_time(lived: Lived) -> Iterator[Verdict]:
    """Within two cycles and the vendors' lag; judged where the world was well, after its last edit."""
    if any(isinstance(it, UNWELL) for it in lived.history.steps) or _is_scarce(lived):
        return
    variant = lived.history.versions[0]
    limit = 2 * variant.every + max(lived.history.facts(side).lag for side in Side) + SLACK
    for pair in pairs(lived):
        moved = any(it.kind in ("hide", "show") for side in Side for it in pair.effects[side])
        until = _last_edit(pair) + limit
        for rule in mapped(variant) if pair.whole and not moved else ():
            if (
                until < lived.ended_at
                and not _explained(lived, pair, rule)
                and not _alike(lived, pair, rule, until)
            ):
                said = f"differed at {until:.1f}, {limit:.0f} s after its last edit"
                yield Verdict("P13", pair.key, rule.a, said)


def _is_scarce(lived: Lived) -> bool:
    """Where requests are few, all wait their turn."""
    return any(lived.history.facts(side).budget < AMPLE for side in Side)


def _last_edit(pair: Pair) -> float:
    """Of any field: one that can't be carried over may have held up a create, and with it the others."""
    return max(it.at for side in Side for it in pair.effects[side] if it.by is By.USER)


def _explained(lived: Lived, pair: Pair, rule: Mapped) -> bool:
    explained = (lived.remembered.explains(pair.records[side][0].id, rule.field(side)) for side in Side)
    return any(explained) or unsaid(lived, pair, rule)


def _alike(lived: Lived, pair: Pair, rule: Mapped, at: float) -> bool:
    held = {side: pair.held(side, rule.field(side), at, at)[-1:] for side in Side}
    values = {side: it[0] for side, it in held.items() if it}
    vendors = {side: lived.trackers[side].vendor for side in Side}
    return len(values) == len(Side) and agree([rule], values, vendors)
