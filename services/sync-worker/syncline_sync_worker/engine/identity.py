"""By which of a flow's fields two records are known to be the same thing. Pure."""

from collections.abc import Sequence

from syncline_common.schemas.values import UNSET, Side, Values
from syncline_sync_worker.engine.compile import FlowRules
from syncline_sync_worker.engine.conversion import FieldRefused, agree, converted
from syncline_sync_worker.engine.rules import Rule
from syncline_sync_worker.engine.values import is_empty


def keys_of(flow: FlowRules) -> Sequence[Rule]:
    """None of them: the flow's policy is to create, whatever there is."""
    identity = flow.flow.identity
    if identity.policy == "create":
        return ()
    return [it for it in flow.rules if it.id in identity.keys or it.a in identity.keys]


def sought(to: Side, keys: Sequence[Rule], values: Values) -> Values | None:
    """What its partner would have in these fields. None if a key is empty: nothing is the same by nothing."""
    found = dict[str, object]()
    for rule in keys:
        name, said = rule.field(to), rule.value(to.other, values)
        try:
            value = UNSET if name is None or said is UNSET else converted(rule, said, to)
        except FieldRefused:
            return None
        if name is None or value is UNSET or is_empty(value):
            return None
        found[name] = value
    return found


def is_same(keys: Sequence[Rule], a: Values, b: Values) -> bool:
    """Whichever way the rule writes."""
    seen = ({Side.A: rule.value(Side.A, a), Side.B: rule.value(Side.B, b)} for rule in keys)
    return all(agree(rule, it, both=True) for rule, it in zip(keys, seen, strict=True))
