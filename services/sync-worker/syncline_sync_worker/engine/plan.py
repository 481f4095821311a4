"""Decide what to write where. Pure: same inputs, same operations; no I/O and no clock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from syncline_common.schemas.values import UNSET, Side, Value, Values
from syncline_sync_worker.engine.alternation import PastWrite, alternates
from syncline_sync_worker.engine.conversion import FieldProblem, FieldRefused, agree, converted
from syncline_sync_worker.engine.operations import Adopt, Conflict, Freeze, Operation, Write
from syncline_sync_worker.engine.rules import Policy, Rule, When
from syncline_sync_worker.engine.values import is_empty, same

WINNERS = {Policy.A: Side.A, Policy.B: Side.B}
PerSide = Mapping[Side, Value]


@dataclass(frozen=True, slots=True)
class Observed:
    """A side as it is now."""

    values: Values
    changed_at: datetime  # corrected by the vendor's measured clock offset


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do. With a problem nothing is done: the record is set aside whole, with every problem named.

    `withheld` is what would have been done, for the eyes of a test run. It is never applied: half a record is worse
    than a late one.
    """

    operations: tuple[Operation, ...] = ()
    problems: tuple[FieldProblem, ...] = ()
    withheld: tuple[Operation, ...] = ()

    @property
    def writes(self) -> tuple[Write, ...]:
        return tuple(it for it in self.operations if isinstance(it, Write))

    def values(self, side: Side) -> Values:
        """What is to be written to a side, and nothing else."""
        return {it.field: it.value for it in self.writes if it.side is side}


def plan(
    base_a: Values,
    base_b: Values,
    a: Observed,
    b: Observed,
    rules: Iterable[Rule],
    *,
    recent: Sequence[PastWrite] = (),
) -> Plan:
    """A side has changed when it differs from its *own* base: so our own write, read back, is no change.

    `recent` are the pair's writes that may show a field going back and forth: see alternation.
    """
    later = Side.B if b.changed_at > a.changed_at else Side.A
    operations: list[Operation] = []
    problems: list[FieldProblem] = []
    for rule in rules:
        if _is_untouched(rule, base_a, base_b, a.values, b.values):
            continue
        seen = {Side.A: rule.value(Side.A, a.values), Side.B: rule.value(Side.B, b.values)}
        base = {Side.A: base_a.get(rule.key(Side.A), UNSET), Side.B: base_b.get(rule.key(Side.B), UNSET)}
        try:
            operations += _frozen(_plan_field(rule, base, seen, later), recent)
        except FieldRefused as refused:
            problems.append(refused.problem)
    if problems:
        return Plan(problems=tuple(problems), withheld=tuple(operations))
    return Plan(tuple(operations))


def _is_untouched(rule: Rule, base_a: Values, base_b: Values, a: Values, b: Values) -> bool:
    """Seen at a glance, whatever its type: nearly every field of a scan is as it was."""
    return _as_it_was(rule.key_a, rule.a, base_a, a) and _as_it_was(rule.key_b, rule.b, base_b, b)


def _as_it_was(key: str, name: str | None, base: Values, values: Values) -> bool:
    if name is None:
        return False
    before, seen = base.get(key, UNSET), values.get(name, UNSET)
    return type(before) is type(seen) and bool(before == seen) and seen is not UNSET


def _plan_field(rule: Rule, base: PerSide, seen: PerSide, later: Side) -> list[Operation]:
    if _is_silent(rule, base, seen):
        return []
    changed = {side for side in Side if _changed(rule, side, base, seen)}
    if not changed:
        return []
    if agree(rule, seen):
        return [Adopt(rule.id, seen[Side.A], seen[Side.B])]
    if rule.source is not None:  # a one-way field has no conflict, whoever changed
        return [_write(rule, base, seen, rule.source)]
    if len(changed) == 1 or rule.policy is Policy.NONE:
        return [_write(rule, base, seen, later if len(changed) > 1 else changed.pop())]
    return _decide(rule, base, seen, later)


def _decide(rule: Rule, base: PerSide, seen: PerSide, later: Side) -> list[Operation]:
    winner = later if rule.policy is Policy.LATEST else WINNERS.get(rule.policy)
    conflict = Conflict(rule.id, seen[Side.A], seen[Side.B], winner, base[Side.A], base[Side.B])
    return [conflict] if winner is None else [conflict, _write(rule, base, seen, winner)]


def _is_silent(rule: Rule, base: PerSide, seen: PerSide) -> bool:
    """Absence is not evidence: a field was not read, or its only source has never said anything."""
    unsaid = rule.source is not None and base[rule.source] is UNSET and is_empty(seen[rule.source])
    return unsaid or rule.when is When.CREATE or any(value is UNSET for value in seen.values())


def _changed(rule: Rule, side: Side, base: PerSide, seen: PerSide) -> bool:
    """Before the first agreement there is no base, and an empty field is no opinion."""
    if base[side] is UNSET:
        return not is_empty(seen[side])
    return not same(rule.type(side), base[side], seen[side])


def _write(rule: Rule, base: PerSide, seen: PerSide, source: Side) -> Write:
    target = source.other
    name = rule.field(target)
    assert name is not None, "what has one side only is written there"
    expected = not _changed(rule, target, base, seen)
    return Write(rule.id, target, name, _said(rule, base, seen, source), seen[target], seen[source], expected)


def _said(rule: Rule, base: PerSide, seen: PerSide, source: Side) -> Value:
    """The source's value in the target's words.

    An unchanged source means what it meant when the two last agreed: the target gets back just what it had, where
    a conversion would find another of the many values that became one.
    """
    before = {source: seen[source], source.other: base[source.other]}
    if (
        base[source.other] is not UNSET
        and not _changed(rule, source, base, seen)
        and agree(rule, before, both=True)
    ):
        return base[source.other]
    return converted(rule, seen[source], source.other)


def _frozen(operations: list[Operation], recent: Sequence[PastWrite]) -> list[Operation]:
    """A conflict about a frozen field has no winner: nothing is written, so nobody has won."""
    for it in operations:
        if isinstance(it, Write) and alternates(it, recent):
            return [Freeze(it.rule_id, it.side, it.field, it.value, it.old)]
    return operations
