"""Whatever the values, a plan that was carried out leaves nothing to write, and nothing vanishes."""

from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.words import EARLY, LATE, LENIENT, again, carried_out
from syncline_common.schemas.values import Direction, FieldType, Side
from syncline_sync_worker.engine.bases import remember
from syncline_sync_worker.engine.creation import creation
from syncline_sync_worker.engine.operations import Conflict, Freeze, Write
from syncline_sync_worker.engine.plan import Observed, plan
from syncline_sync_worker.engine.rules import SAME, Converter, Policy, Rule
from syncline_sync_worker.engine.values import is_empty, same

TEXTS = st.sampled_from(["x", "X ", "y", "x\r\n", "", None])
FIELDS = ("f", "g", "h")
SOME = st.dictionaries(st.sampled_from([*FIELDS, "unmapped"]), TEXTS)
CONVERTERS: list[Converter] = [SAME, LENIENT]
TIMES = st.sampled_from([EARLY, LATE])


@st.composite
def rules(draw: st.DrawFn) -> list[Rule]:
    made = []
    for name in FIELDS:
        made.append(
            Rule(
                f"rule of {name}",
                name,
                name,
                direction=draw(st.sampled_from(Direction)),
                policy=draw(st.sampled_from(Policy)),
                converter=draw(st.sampled_from(CONVERTERS)),
                defaults=draw(st.sampled_from([{}, {Side.B: "1"}, {Side.A: "New", Side.B: "1"}])),
                type_b=draw(st.sampled_from([FieldType.TEXT, FieldType.CHOICE, FieldType.RICH_TEXT])),
            )
        )
    return made


def tidy(value: Any) -> Any:
    """A vendor that has its own opinion of what it is given."""
    return f"{value.strip().upper()}\r\n" if isinstance(value, str) else value


@given(SOME, SOME, SOME, SOME, TIMES, rules())
def test_carrying_out_a_plan_leaves_nothing_to_write(
    base_a: Any, base_b: Any, a: Any, b: Any, at: Any, flow: list[Rule]
) -> None:
    first = plan(base_a, base_b, Observed(a, at), Observed(b, EARLY), flow)
    bases, now = carried_out(first, (base_a, base_b), (a, b), flow, tidy)
    second = again(bases, now, flow)
    assert second.writes == ()
    open_before = [it for it in first.operations if isinstance(it, Conflict) and it.winner is None]
    assert list(second.operations) == open_before
    assert second.problems == first.problems


@given(SOME, SOME, SOME, SOME, TIMES, rules())
def test_no_value_vanishes(base_a: Any, base_b: Any, a: Any, b: Any, at: Any, flow: list[Rule]) -> None:
    planned = plan(base_a, base_b, Observed(a, at), Observed(b, EARLY), flow)
    now = {Side.A: a, Side.B: b}
    decided = {it.rule_id: it for it in planned.operations if isinstance(it, Conflict)}
    for it in planned.writes:
        assert it.old == now[it.side][it.field]
        rule = next(rule for rule in flow if rule.id == it.rule_id)
        if not it.expected and rule.source is None and rule.policy is not Policy.NONE:
            assert decided[it.rule_id].winner is it.side.other
            assert it.old in (decided[it.rule_id].a, decided[it.rule_id].b)


@given(SOME, SOME, SOME, SOME, TIMES, rules())
def test_a_plan_touches_mapped_fields_that_were_read_once_each(
    base_a: Any, base_b: Any, a: Any, b: Any, at: Any, flow: list[Rule]
) -> None:
    planned = plan(base_a, base_b, Observed(a, at), Observed(b, EARLY), flow)
    targets = [(it.side, it.field) for it in planned.writes]
    assert len(targets) == len(set(targets))
    for it in planned.writes:
        rule = next(rule for rule in flow if rule.field(it.side) == it.field)
        assert rule.direction.into(it.side)
        assert it.field in a and it.field in b
        assert not same(rule.type(it.side), it.value, it.old)
    assert plan(base_a, base_b, Observed(a, at), Observed(b, EARLY), flow) == planned


@given(SOME, SOME, SOME, SOME, rules())
def test_a_problem_means_that_nothing_is_done(
    base_a: Any, base_b: Any, a: Any, b: Any, flow: list[Rule]
) -> None:
    planned = plan(base_a, base_b, Observed(a, EARLY), Observed(b, EARLY), flow)
    assert not (planned.problems and planned.operations)
    assert not (planned.withheld and not planned.problems)
    for it in planned.problems:
        assert not is_empty(it.value)


@given(SOME, rules(), st.sampled_from(Side))
def test_a_record_that_was_just_created_needs_nothing(source: Any, flow: list[Rule], to: Side) -> None:
    made = creation(to, source, flow)
    there = {name: tidy(it) for name, it in made.values.items()}
    copy = {name: there.get(name) for name in FIELDS}
    bases = remember(({}, {}), made.operations, {to: there}, flow)
    a, b = (source, copy) if to is Side.B else (copy, source)
    told = {it.rule_id for it in made.problems}
    assert (
        plan(*bases, Observed(a, EARLY), Observed(b, EARLY), [it for it in flow if it.id not in told]).writes
        == ()
    )


def test_every_combination_of_a_many_to_one_map_settles_in_one_round() -> None:
    states, numbers = ["New", "Active", "Doing", "Closed", None], ["1", "2", "7", "9", None]
    for direction, policy in product(Direction, Policy):
        rule = Rule("r", "f", "g", direction=direction, policy=policy, converter=LENIENT)
        for base_a, base_b, a, b in product(states, numbers, states, numbers):
            first = plan(
                {"f": base_a}, {"g": base_b}, Observed({"f": a}, EARLY), Observed({"g": b}, EARLY), [rule]
            )
            assert len(first.writes) <= 1
            bases, now = carried_out(first, ({"f": base_a}, {"g": base_b}), ({"f": a}, {"g": b}), [rule])
            second = again(bases, now, [rule])
            assert not any(isinstance(it, Write | Freeze) for it in second.operations), (
                rule,
                a,
                b,
                base_a,
                base_b,
            )
