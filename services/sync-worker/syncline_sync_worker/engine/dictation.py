"""A value that a person gave both sides of a conflict, in side a's words. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from syncline_common.schemas.values import UNSET, Side, Value, Values
from syncline_sync_worker.engine.conversion import FieldRefused, converted
from syncline_sync_worker.engine.operations import Adopt, Operation, Write
from syncline_sync_worker.engine.plan import Plan
from syncline_sync_worker.engine.rules import Rule
from syncline_sync_worker.engine.values import same


def dictated(planned: Plan, given: Values, seen: Mapping[Side, Values], rules: Iterable[Rule]) -> Plan:
    """What somebody has edited since is in the plan already: that is the later word."""
    edited = {it.rule_id for it in planned.operations}
    operations, problems = list(planned.operations), list(planned.problems)
    for rule in rules:
        if rule.id in given and rule.id not in edited:
            try:
                operations += _to_both(rule, given[rule.id], seen)
            except FieldRefused as refused:
                problems.append(refused.problem)
    if problems:
        return Plan(problems=tuple(problems), withheld=(*planned.withheld, *operations))
    return replace(planned, operations=tuple(operations))


def _to_both(rule: Rule, value: Value, seen: Mapping[Side, Values]) -> Iterable[Operation]:
    wanted = {Side.A: value, Side.B: converted(rule, value, Side.B)}
    found: list[Operation] = []
    for side in Side:
        name, held = rule.field(side), rule.value(side, seen[side])
        if name is None or held is UNSET:
            return ()
        if not same(rule.type(side), wanted[side], held):
            found.append(Write(rule.id, side, name, wanted[side], held, wanted[side.other]))
    return found or [Adopt(rule.id, rule.value(Side.A, seen[Side.A]), rule.value(Side.B, seen[Side.B]))]
