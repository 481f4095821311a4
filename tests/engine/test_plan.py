"""The planner as a table, written by hand: what changed where, and what follows."""

from typing import Any

import pytest

from engine.words import EARLY, LATE, LENIENT, STATES, Table, said, seen
from syncline_common.schemas.values import Direction, FieldType, Side
from syncline_sync_worker.engine.conversion import FieldProblem
from syncline_sync_worker.engine.operations import Adopt, Conflict, Write
from syncline_sync_worker.engine.plan import plan
from syncline_sync_worker.engine.rules import Policy, Rule, When

ABSENT = object()  # no such key: never agreed upon, or not read
Row = tuple[Any, Any, Any, Any, dict[str, Any], list[str]]

ASK, ONE_WAY, BACK = {"policy": Policy.ASK}, {"direction": Direction.A_TO_B}, {"direction": Direction.B_TO_A}
TABLE: list[Row] = [
    # base_a, base_b, a, b, rule -> operations
    ("x", "x", "x", "x", {}, []),
    ("x", "X", "x", "X", {}, []),  # a dialect rewrote it once; that is no change
    ("x", "x", "y", "x", {}, ["b=y was x"]),
    ("x", "x", "x", "y", {}, ["a=y was x"]),
    ("x", "x", "y", "y", {}, ["adopt"]),
    ("x", "x", "y", "z", ASK, ["conflict, nobody wins"]),
    ("x", "x", "y", "z", {"policy": Policy.A}, ["conflict, a wins", "b=y was z"]),
    ("x", "x", "y", "z", {"policy": Policy.B}, ["conflict, b wins", "a=z was y"]),
    ("x", "x", "y", "z", {"policy": Policy.LATEST}, ["conflict, a wins", "b=y was z"]),  # a tie goes to a
    ("x", "x", "y", "z", {"policy": Policy.NONE}, ["b=y was z"]),
    # one way: the source wins, whoever changed
    ("x", "x", "y", "x", ONE_WAY, ["b=y was x"]),
    ("x", "x", "x", "z", ONE_WAY, ["b=x was z"]),
    ("x", "x", "y", "z", ONE_WAY, ["b=y was z"]),
    ("x", "x", "z", "z", ONE_WAY, ["adopt"]),
    ("x", "x", "y", "z", BACK, ["a=z was y"]),
    ("x", "x", "y", "x", BACK, ["a=x was y"]),
    ("x", "X", "x", "X", ONE_WAY, []),
    ("x", "x", None, "x", ONE_WAY, ["b=None was x"]),
    ("x", "x", "x", "z", {**ONE_WAY, "policy": Policy.ASK}, ["b=x was z"]),
    # emptied
    ("x", "x", None, "x", {}, ["b=None was x"]),
    ("x", "x", "", "x", {}, ["b=None was x"]),
    ("x", "x", None, None, {}, ["adopt"]),
    ("x", "x", None, "y", ASK, ["conflict, nobody wins"]),
    # before the first agreement an empty field is no opinion
    (ABSENT, ABSENT, None, None, {}, []),
    (ABSENT, ABSENT, "x", None, {}, ["b=x was None"]),
    (ABSENT, ABSENT, None, "x", {}, ["a=x was None"]),
    (ABSENT, ABSENT, "x", "x", {}, ["adopt"]),
    (ABSENT, ABSENT, "x", "y", ASK, ["conflict, nobody wins"]),
    (ABSENT, ABSENT, None, "y", ONE_WAY, []),
    (ABSENT, ABSENT, "x", "y", ONE_WAY, ["b=x was y"]),
    (ABSENT, ABSENT, "x", None, BACK, []),
    # a field that was not read is not empty
    ("x", "x", ABSENT, "y", {}, []),
    ("x", "x", "y", ABSENT, {}, []),
    ("x", "x", ABSENT, "y", ONE_WAY, []),
    ("x", "x", "y", ABSENT, BACK, []),
    # many to one
    ("New", "1", "Doing", "1", {"converter": STATES}, ["b=2 was 1"]),
    ("New", "1", "New", "2", {"converter": STATES}, ["a=Active was New"]),  # the first listed
    ("New", "1", "Doing", "2", {"converter": STATES}, ["adopt"]),
    ("Doing", "2", "Doing", "2", {"converter": STATES}, []),  # what was merged stays as it was
    ("Doing", "2", "Active", "2", {"converter": STATES}, ["adopt"]),
    (
        "Doing",
        "2",
        "Closed",
        "2",
        {"converter": STATES, **BACK},
        ["a=Doing was Closed"],
    ),  # where it came from
    ("Doing", "1", "Closed", "2", {"converter": STATES, **BACK}, ["a=Active was Closed"]),  # b has moved on
    (
        "Doing",
        "7",
        "New",
        "7",
        {"converter": STATES, **BACK},
        ["a=Closed was New"],
    ),  # the map was changed since
    ("New", "1", "New", "9", {"converter": LENIENT}, ["adopt"]),  # otherwise: New, which it is
    ("Doing", "2", "Doing", "9", {"converter": LENIENT}, ["a=New was Doing"]),
    # defaults serve for what is empty and for what has no partner
    ("x", "x", None, "x", {"defaults": {Side.B: "none"}}, ["b=none was x"]),
    ("x", "x", None, "none", {"defaults": {Side.B: "none"}}, ["adopt"]),
    ("New", "1", "Odd", "1", {"converter": STATES, "defaults": {Side.B: "0"}}, ["b=0 was 1"]),
    ("New", "1", "New", "9", {"converter": STATES, "defaults": {Side.A: None}}, ["a=None was New"]),
    # written at creation only
    ("x", "x", "y", "x", {"when": When.CREATE}, []),
    ("x", "x", "y", "x", {"when": When.UPDATE}, ["b=y was x"]),
    # compared by type
    (1, 1, 1.0, 1, {"type_a": FieldType.NUMBER, "type_b": FieldType.NUMBER}, []),
    ("x\r\ny ", "x", "x\ny", "x", {}, []),
]


def values_of(**given: Any) -> dict[str, Any]:
    return {name: it for name, it in given.items() if it is not ABSENT}


@pytest.mark.parametrize("row", TABLE, ids=range(len(TABLE)))
def test_the_table(row: Row) -> None:
    base_a, base_b, a, b, facts, expected = row
    rule = Rule("r", "f", "g", **facts)
    planned = plan(
        values_of(f=base_a), values_of(g=base_b), seen(**values_of(f=a)), seen(**values_of(g=b)), [rule]
    )
    assert said(planned.operations) == expected
    assert planned.problems == ()


@pytest.mark.parametrize("policy", [Policy.LATEST, Policy.NONE])
def test_the_later_change_is_written(policy: Policy) -> None:
    planned = plan(
        {"f": "x"}, {"f": "x"}, seen(f="y"), seen(LATE, f="z"), [Rule("r", "f", "f", policy=policy)]
    )
    assert said(planned.writes) == ["a=z was y"]
    planned = plan(
        {"f": "x"}, {"f": "x"}, seen(LATE, f="y"), seen(EARLY, f="z"), [Rule("r", "f", "f", policy=policy)]
    )
    assert said(planned.writes) == ["b=y was z"]


def test_operations_hold_what_ledger_and_conflicts_need() -> None:
    rule = Rule("r", "f", "g", policy=Policy.B)
    planned = plan({"f": "x"}, {"g": "X"}, seen(f="y"), seen(g="z"), [rule])
    assert planned.operations == (
        Conflict("r", "y", "z", Side.B, base_a="x", base_b="X"),
        Write("r", Side.A, "f", "z", old="y", source="z", expected=False),
    )
    planned = plan({"f": "x"}, {"g": "X"}, seen(f="y"), seen(g="X"), [rule])
    assert planned.operations == (Write("r", Side.B, "g", "y", old="X", source="y", expected=True),)
    assert plan({"f": "x"}, {"g": "X"}, seen(f="y"), seen(g="y"), [rule]).operations == (
        Adopt("r", "y", "y"),
    )


def test_the_other_fields_of_a_record_in_conflict_flow_on() -> None:
    rules = [Rule("r1", "f", "f", policy=Policy.ASK), Rule("r2", "g", "g")]
    base = {"f": "x", "g": "x"}
    planned = plan(base, base, seen(f="y", g="y"), seen(f="z", g="x"), rules)
    assert said(planned.operations) == ["conflict, nobody wins", "b=y was x"]
    assert planned.values(Side.B) == {"g": "y"}


def test_a_value_without_a_partner_sets_the_record_aside_whole_and_all_are_named() -> None:
    rules = [
        Rule("r1", "f", "f", converter=STATES),
        Rule("r2", "g", "g"),
        Rule("r3", "h", "h", converter=STATES, direction=Direction.B_TO_A),
    ]
    base = {"f": "New", "g": "x", "h": "New"}
    planned = plan(base, base, seen(f="Odd", g="y", h="New"), seen(f="New", g="x", h="9"), rules)
    assert planned.operations == ()
    assert planned.problems == (
        FieldProblem("r1", Side.A, "f", "Odd", "'Odd' has no partner"),
        FieldProblem("r3", Side.B, "h", "9", "'9' has no partner"),
    )
    assert said(planned.withheld) == ["b=y was x"]


def test_a_constant_is_written_kept_and_written_anew_when_the_configuration_changes() -> None:
    rule = Rule("r", None, "g", direction=Direction.A_TO_B, constant="software")
    first = plan({}, {}, seen(), seen(g=None), [rule])
    assert said(first.operations) == ["b=software was None"]
    kept = ({"#r": "software"}, {"g": "Software"})  # as the vendor wrote it
    assert plan(*kept, seen(), seen(g="Software"), [rule]).operations == ()
    assert said(plan(*kept, seen(), seen(g="hardware"), [rule]).operations) == ["b=software was hardware"]
    other = Rule("r", None, "g", direction=Direction.A_TO_B, constant="network")
    assert said(plan(*kept, seen(), seen(g="Software"), [other]).operations) == ["b=network was Software"]


def test_two_rules_that_read_one_field_agree_at_different_times() -> None:
    shared = frozenset([Side.A])
    asking = Rule("r1", "f", "g", policy=Policy.ASK, shared=shared)
    plain = Rule(
        "r2", "f", "h", converter=Table({"x": "1", "y": "2"}), direction=Direction.A_TO_B, shared=shared
    )
    base_a, base_b = {"f#r1": "y", "f#r2": "x"}, {"g": "x", "h": "1"}
    assert said(plan(base_a, base_b, seen(f="y"), seen(g="x", h="1"), [asking, plain]).operations) == [
        "b=2 was 1"
    ]
