"""A document and what is known of the systems, compiled; then planned with, as a run does."""

from typing import Any

import pytest

from configuration.example import SURROUNDINGS, changed, document
from engine.words import said, seen
from syncline_common.configuration.document import parse
from syncline_common.configuration.facts import FieldFacts, StreamFacts, Surroundings
from syncline_common.configuration.validation import validate
from syncline_common.errors import Invalid, RecordRejected
from syncline_common.schemas.values import UNSET, Direction, FieldType, Side
from syncline_sync_worker.engine.compile import FlowRules, compile_document, compile_flow
from syncline_sync_worker.engine.creation import creation
from syncline_sync_worker.engine.guard import Guard
from syncline_sync_worker.engine.people import Directory, Known
from syncline_sync_worker.engine.plan import plan
from syncline_sync_worker.engine.rules import Policy, Rule, When

PEOPLE = {
    Side.A: [Known("ada@a.example", email="ada@a.example"), Known("bob@x.example", email="Bob@x.example")],
    Side.B: [Known("u1", login="ada.l"), Known("u2", email="bob@X.example")],
}


def compiled(sent: Any, known: Surroundings = SURROUNDINGS) -> FlowRules:
    assert validate(sent, known) == []
    (flow,) = compile_document(sent, known, PEOPLE)
    return flow


def rule(sent: Any, name: str) -> Rule:
    return next(it for it in compiled(sent).rules if it.id == name)


def one(*fields: dict[str, Any], **flow: Any) -> dict[str, Any]:
    """A flow of these rules that creates nothing, so that nothing else is needed."""
    sent = {
        "id": "f1",
        "a": {"stream": "Bug"},
        "b": {"stream": "incident"},
        "creates": "none",
        "fields": list(fields),
    }
    return {"version": 1, "flows": [sent | flow]}


BASE_A = {
    "System.Title": "x",
    "System.State": "New",
    "Priority": 2,
    "System.AssignedTo": None,
    "Custom.Team": "Blue",
}
BASE_B = {"short_description": "x", "state": "1", "priority": 2, "assigned_to": None, "u_team": "team-blue"}


def planned(a: dict[str, Any], b: dict[str, Any]) -> list[str]:
    sent_a, sent_b = {**BASE_A, "System.Description": None, **a}, {**BASE_B, "category": "software", **b}
    rules = [it for it in compiled(document()).rules if it.id != "r6"]
    done = plan(BASE_A, BASE_B, seen(**sent_a), seen(**sent_b), rules)
    return [*said(done.operations), *(it.reason for it in done.problems)]


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ({}, {}, []),
        ({"System.Title": "y"}, {}, ["b=y was x"]),
        ({"System.State": "Doing"}, {}, ["b=2 was 1"]),
        ({}, {"state": "2"}, ["a=Active was New"]),
        ({}, {"state": "9"}, ["'9' has no partner on side a"]),
        ({"Priority": 7}, {}, ["b=4 was 2"]),
        ({}, {"priority": 3}, ["b=2 was 3"]),
        ({"System.AssignedTo": "ada@a.example"}, {}, ["b=u1 was None"]),
        ({}, {"assigned_to": "u2"}, ["a=bob@x.example was None"]),
        ({"System.AssignedTo": "bob@x.example"}, {"assigned_to": "u2"}, ["adopt"]),
        ({"Custom.Team": " Red"}, {}, ["b=team-red was team-blue"]),
        ({"Custom.Team": None}, {}, ["b=none was team-blue"]),
        ({}, {"u_team": "team-Red"}, ["a=Red was Blue"]),
        ({}, {"u_team": "Red"}, ["'Red' is not team-…"]),
        ({"System.Title": "y"}, {"short_description": "z"}, ["conflict, a wins", "b=y was z"]),
    ],
    ids=str,
)
def test_the_example_is_planned_with(a: dict[str, Any], b: dict[str, Any], expected: list[str]) -> None:
    assert planned(a, b) == expected


def test_the_example_creates_with_its_constant() -> None:
    flow = compiled(document())
    source = {"System.Title": "x", "System.State": "Closed", "Priority": 9, "Custom.Team": None}
    made = creation(Side.B, source, flow.rules, required=flow.required[Side.B])
    assert made.values == {
        "short_description": "x",
        "state": "7",
        "priority": 4,
        "category": "software",
        "u_team": "none",
    }
    assert made.may_be_sent
    assert creation(Side.A, {"state": "1"}, flow.rules, required=flow.required[Side.A]).missing == (
        "System.Title",
    )


def test_what_a_flow_says_reaches_its_rules() -> None:
    flow = compiled(document())
    assert flow.id == "f1"
    assert flow.guard == Guard(0.05, 10)
    assert flow.required == {Side.A: {"System.Title"}, Side.B: {"short_description", "state"}}
    assert flow.reads(Side.B) == {*BASE_B, "description", "category"}
    policies = {it.id: it.policy for it in flow.rules}
    assert policies["r1"] is Policy.A  # by the field's name
    assert policies["r2"] is Policy.ASK  # by the rule's id
    assert policies["r3"] is Policy.LATEST
    constant = rule(document(), "r6")
    assert (constant.a, constant.b, constant.constant) == (None, "category", "software")
    assert (constant.direction, constant.when) == (Direction.A_TO_B, When.CREATE)
    assert constant.type_a is constant.type_b is FieldType.CHOICE
    assert rule(document(), "r4").direction is Direction.A_TO_B
    assert rule(document(), "r1").constant is UNSET


def test_the_filter_decides_by_what_was_read() -> None:
    flow = compiled(document())
    assert flow.admits(Side.A, {"Priority": 2})
    assert not flow.admits(Side.A, {"Priority": 3})
    assert flow.admits(Side.B, {})
    with pytest.raises(RecordRejected):
        flow.admits(Side.A, {})


def test_a_flows_direction_narrows_its_rules() -> None:
    sent = one(
        {"a": "Custom.Team", "b": "notes"},
        {"a": "Severity", "b": "u_team", "direction": "both"},
        direction="a_to_b",
    )
    assert {it.direction for it in compiled(sent).rules} == {Direction.A_TO_B}


def test_values_are_found_however_they_are_written_and_written_in_their_type() -> None:
    values = {"1": "High", "2": "Medium", "3": "Medium", "4": "Medium", "5": "Medium"}
    sent = one({"a": "Priority", "b": "impact", "values": values})
    done = plan(
        {"Priority": 2}, {"impact": "Medium"}, seen(Priority=1), seen(impact="Medium"), compiled(sent).rules
    )
    assert said(done.operations) == ["b=High was Medium"]
    done = plan(
        {"Priority": 1}, {"impact": "High"}, seen(Priority=1.0), seen(impact="Medium"), compiled(sent).rules
    )
    assert said(done.operations) == ["a=2 was 1.0"]
    truth = one({"a": "Done", "b": "notes", "values": {"true": "done", "false": "open"}})
    assert said(plan({}, {}, seen(Done=False), seen(notes=None), compiled(truth).rules).operations) == [
        "b=open was None"
    ]
    assert said(plan({}, {}, seen(Done=None), seen(notes="done"), compiled(truth).rules).operations) == [
        "a=True was None"
    ]


def test_otherwise_serves_each_side_on_its_own() -> None:
    otherwise = {"a": "Low", "b": "Medium"}
    sent = one({"a": "Severity", "b": "impact", "values": {"High": "High"}, "otherwise": otherwise})
    rules = compiled(sent).rules
    assert said(plan({}, {}, seen(Severity="Low"), seen(impact=None), rules).operations) == [
        "b=Medium was None"
    ]
    assert said(plan({}, {}, seen(Severity=None), seen(impact="Medium"), rules).operations) == [
        "a=Low was None"
    ]


def test_a_default_alone_is_what_a_new_record_starts_with() -> None:
    sent = one({"b": "notes", "default": {"b": "new"}}, creates="none")
    (made,) = compiled(sent).rules
    assert (made.constant, made.when) == ("new", When.CREATE)


def test_rules_that_share_a_field_know_it() -> None:
    sent = one(
        {"a": "Custom.Team", "b": "notes", "direction": "a_to_b"},
        {"a": "Custom.Team", "b": "u_team", "direction": "a_to_b"},
    )
    assert [it.shared for it in compiled(sent).rules] == [frozenset([Side.A])] * 2
    assert [it.shared for it in compiled(document()).rules] == [frozenset()] * 7


def test_a_person_who_is_nobody_there_is_a_problem_unless_a_default_serves() -> None:
    sent = one({"a": "System.AssignedTo", "b": "assigned_to"})
    done = plan({}, {}, seen(**{"System.AssignedTo": "eve"}), seen(assigned_to=None), compiled(sent).rules)
    assert [it.reason for it in done.problems] == ["'eve' is nobody on side b"]
    lenient = one({"a": "System.AssignedTo", "b": "assigned_to"}, people={"default": {"b": "ada.l"}})
    done = plan({}, {}, seen(**{"System.AssignedTo": "eve"}), seen(assigned_to=None), compiled(lenient).rules)
    assert said(done.operations) == ["b=u1 was None"]


def test_without_facts_fields_are_text() -> None:
    (flow,) = compile_document(one({"a": "f", "b": "g", "values": {"x": "1"}}), Surroundings())
    assert said(plan({}, {}, seen(f="x"), seen(g=None), flow.rules).operations) == ["b=1 was None"]


def test_a_rule_that_never_writes_is_left_out() -> None:
    sent = one({"a": "f", "b": "g", "direction": "b_to_a"}, {"a": "h", "b": "i"}, direction="a_to_b")
    (flow,) = compile_document(sent, Surroundings())
    assert [it.a for it in flow.rules] == ["h"]


def test_a_flow_is_compiled_with_its_ids() -> None:
    flow = parse({"version": 1, "flows": [{"a": {"stream": "Bug"}, "b": {"stream": "incident"}}]}).flows[0]
    with pytest.raises(ValueError, match="with_ids"):
        compile_flow(flow, SURROUNDINGS, {side: Directory(()) for side in Side})


def test_what_does_not_fit_its_type_is_left_for_the_system_to_refuse() -> None:
    known = Surroundings(None, (StreamFacts("incident", fields=(FieldFacts("g", type=FieldType.NUMBER),)),))
    fields: list[dict[str, Any]] = [
        {"b": "g", "constant": "many"},
        {"b": "g", "constant": {"value": 1}},
        {"b": "g", "constant": "7"},
    ]
    for field, constant in zip(fields, ("many", {"value": 1}, 7), strict=True):
        (flow,) = compile_document(one(field), known)
        assert flow.rules[0].constant == constant


def test_what_is_no_configuration_is_not_compiled() -> None:
    with pytest.raises(Invalid):
        compile_document(changed("version", 2), SURROUNDINGS)
