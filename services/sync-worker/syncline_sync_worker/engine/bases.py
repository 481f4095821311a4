"""What both sides looked like when they last agreed, after operations were applied. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from syncline_common.schemas.values import UNSET, Side, Value, Values
from syncline_sync_worker.engine.operations import Adopt, Operation, Write
from syncline_sync_worker.engine.rules import Rule
from syncline_sync_worker.engine.values import reworded, same

Bases = tuple[Values, Values]


def remember(
    bases: Bases, operations: Iterable[Operation], read_back: Mapping[Side, Values], rules: Iterable[Rule]
) -> Bases:
    """`read_back` holds the written sides as the systems gave them back, not as we sent them.

    What was not read back is not remembered: the next plan sees both sides as they are and adopts or writes again.
    Pass only operations that were carried out; a conflict and a frozen field leave their bases alone.
    """
    by_id = {rule.id: rule for rule in rules}
    kept = {Side.A: dict(bases[0]), Side.B: dict(bases[1])}
    for operation in operations:
        rule = by_id[operation.rule_id]
        for side, value in _agreed(operation, read_back):
            kept[side][rule.key(side)] = value
    return kept[Side.A], kept[Side.B]


def _agreed(operation: Operation, read_back: Mapping[Side, Values]) -> list[tuple[Side, Value]]:
    match operation:
        case Adopt(a=a, b=b):
            return [(Side.A, a), (Side.B, b)]
        case Write(side=side, field=name, source=source) if name in read_back.get(side, {}):
            return [(side, read_back[side][name]), (side.other, source)]
    return []


def catch_up(
    bases: Bases, sent: Sequence[Write], seen: Mapping[Side, Values], rules: Iterable[Rule]
) -> tuple[Bases, Sequence[Write]]:
    """Of writes that nobody answered, those whose values are there now; and the bases as if they had been answered."""
    by_id = {rule.id: rule for rule in rules}
    ours = [it for it in sent if it.rule_id in by_id and _is_there(it, by_id[it.rule_id], seen[it.side])]
    return remember(bases, ours, seen, by_id.values()), ours


def _is_there(write: Write, rule: Rule, values: Values) -> bool:
    found = values.get(write.field, UNSET)
    return found is not UNSET and (
        same(rule.type(write.side), found, write.value) or reworded(found, write.value)
    )


def forget(bases: Bases, rules: Iterable[Rule]) -> Bases:
    """Without what no rule refers to any more; a rule that comes back starts without a base, as on a first run."""
    rules = list(rules)
    used = {side: {rule.key(side) for rule in rules} for side in Side}
    a, b = (
        {key: it for key, it in base.items() if key in used[side]}
        for base, side in zip(bases, Side, strict=True)
    )
    return a, b
