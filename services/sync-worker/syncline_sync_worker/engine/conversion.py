"""A value in the other side's words, by a rule: its converter, its defaults, and what to say when there is none."""

from collections.abc import Mapping
from dataclasses import dataclass

from syncline_common.schemas.values import Side, Value
from syncline_sync_worker.engine.rules import NoPartner, Rule
from syncline_sync_worker.engine.values import is_empty, same


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """Why a record is set aside: a field, what it holds, and what is wrong with that."""

    rule_id: str
    side: Side  # where the value stands
    field: str
    value: Value
    reason: str


class FieldRefused(Exception):
    """This field can't be planned; the planner collects these, so that a person sees all of a record's at once."""

    def __init__(self, problem: FieldProblem) -> None:
        super().__init__(problem.reason)
        self.problem = problem


def converted(rule: Rule, value: Value, to: Side) -> Value:
    """`defaults` serve for empty values and for those that have no partner."""
    if is_empty(value):
        return rule.defaults.get(to)
    if rule.field(to.other) is None:
        return value  # a constant is written in its side's own words
    try:
        return rule.converter.convert(value, to)
    except NoPartner as missing:
        if to in rule.defaults:
            return rule.defaults[to]
        name = rule.field(to.other) or ""
        raise FieldRefused(FieldProblem(rule.id, to.other, name, value, missing.reason)) from missing


def agree(rule: Rule, seen: Mapping[Side, Value], *, both: bool = False) -> bool:
    """Either way will do, where the direction allows it: what many-to-one has merged stays as it was."""
    sources = [rule.source] if rule.source is not None and not both else list(Side)
    return any(_says_the_same(rule, seen, source) for source in sources)


def _says_the_same(rule: Rule, seen: Mapping[Side, Value], source: Side) -> bool:
    try:
        value = converted(rule, seen[source], source.other)
    except FieldRefused:
        return False
    return same(rule.type(source.other), value, seen[source.other])
