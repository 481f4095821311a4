"""What a create on the other side sends: the same rules as a plan, with nothing there yet to compare with."""

from collections.abc import Iterable
from dataclasses import dataclass

from syncline_common.schemas.values import UNSET, Side, Values
from syncline_sync_worker.engine.conversion import FieldProblem, FieldRefused, converted
from syncline_sync_worker.engine.operations import Write
from syncline_sync_worker.engine.rules import Rule, When
from syncline_sync_worker.engine.values import is_empty


@dataclass(frozen=True, slots=True)
class Creation:
    """Sent only if there are neither problems nor missing fields: half a record is never created."""

    operations: tuple[Write, ...]  # after the create, `remember` makes the bases of them
    problems: tuple[FieldProblem, ...]
    missing: tuple[str, ...]  # fields without which the vendor refuses the record

    @property
    def values(self) -> Values:
        return {it.field: it.value for it in self.operations}

    @property
    def may_be_sent(self) -> bool:
        return not self.problems and not self.missing


def creation(to: Side, source: Values, rules: Iterable[Rule], *, required: Iterable[str] = ()) -> Creation:
    """An empty value is not sent: the vendor's own default may stand. Nor is a field that was not read."""
    rules = tuple(rules)
    operations: list[Write] = []
    problems: list[FieldProblem] = []
    for rule in rules:
        name, said = rule.field(to), rule.value(to.other, source)
        if name is None or not rule.direction.into(to) or rule.when is When.UPDATE or said is UNSET:
            continue
        try:
            value = converted(rule, said, to)
        except FieldRefused as refused:
            problems.append(refused.problem)
            continue
        if not is_empty(value):
            operations.append(Write(rule.id, to, name, value, None, said))
    told = {it.rule_id for it in operations} | {it.rule_id for it in problems}
    missing = set(required) - {rule.field(to) for rule in rules if rule.id in told}
    return Creation(tuple(operations), tuple(problems), tuple(sorted(missing)))
