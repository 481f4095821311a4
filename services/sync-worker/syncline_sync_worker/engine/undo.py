"""Giving back what a run replaced, where nobody has changed it since. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from syncline_common.schemas.values import UNSET, Side, Unset, Value, Values
from syncline_sync_worker.engine.operations import Write
from syncline_sync_worker.engine.plan import Plan
from syncline_sync_worker.engine.rules import Rule
from syncline_sync_worker.engine.values import same

CREATED = "the run created the record; what was created is not deleted"
NO_RULE = "no rule of the published version writes it"
WRITTEN_SINCE = "it was written again since"
EDITED_SINCE = "it was edited since, on one side or both"
CHANGED_SINCE = "somebody has changed it since"
UNREAD = "it can't be read any more"
AS_BEFORE = "it is as it was before the run"


@dataclass(frozen=True, slots=True)
class Replaced:
    """By one run, of one pair: what was there before its first write, and after its last."""

    rule_id: str
    side: Side
    old: Value | Unset  # UNSET: there was no record
    new: Value | Unset
    again: bool = False  # another run has written it since


@dataclass(frozen=True, slots=True)
class Untouched:
    rule_id: str
    side: Side
    why: str


Undone = tuple[Plan, Sequence[Untouched]]


def undo(
    planned: Plan, replaced: Iterable[Replaced], seen: Mapping[Side, Values], rules: Iterable[Rule]
) -> Undone:
    """The plan with the old values in it, and what is left alone.

    What somebody has edited since is in the plan already: that is the later word. Both sides of what is given back count as
    known afterwards, so that it neither spreads nor is written over, until somebody edits one of them.
    """
    by_id, edited = {it.id: it for it in rules}, {it.rule_id for it in planned.operations}
    back: dict[tuple[str, Side], Replaced] = {}
    left: list[Untouched] = []
    for it in replaced:
        rule = by_id.get(it.rule_id)
        why = NO_RULE if rule is None else EDITED_SINCE if rule.id in edited else _objection(it, rule, seen)
        if why is None:
            back[it.rule_id, it.side] = it
        else:
            left.append(Untouched(it.rule_id, it.side, why))
    writes = tuple(_write(it, by_id[it.rule_id], seen, back) for it in back.values())
    return replace(planned, operations=(*planned.operations, *writes)), left


def _objection(it: Replaced, rule: Rule, seen: Mapping[Side, Values]) -> str | None:
    if it.old is UNSET:
        return CREATED
    name = rule.field(it.side)
    held = UNSET if name is None else seen[it.side].get(name, UNSET)
    if name is None or held is UNSET or rule.value(it.side.other, seen[it.side.other]) is UNSET:
        return NO_RULE if name is None else UNREAD
    kind = rule.type(it.side)
    if same(kind, held, it.old):
        return AS_BEFORE
    if it.again:
        return WRITTEN_SINCE
    return None if it.new is not UNSET and same(kind, held, it.new) else CHANGED_SINCE


def _write(
    it: Replaced, rule: Rule, seen: Mapping[Side, Values], back: Mapping[tuple[str, Side], Replaced]
) -> Write:
    """The other side's value, as it is once all is given back, becomes its base: none of it is news."""
    name, there = rule.field(it.side), it.side.other
    assert name is not None and it.old is not UNSET, "else it was left alone"
    other = back.get((it.rule_id, there))
    source = rule.value(there, seen[there]) if other is None else other.old
    return Write(rule.id, it.side, name, it.old, seen[it.side][name], source)
