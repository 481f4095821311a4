"""Drafting without a database: names, likeness, recognising, differences; expectations by hand."""

from typing import Any

import pytest

from syncline_common.configuration.facts import FieldFacts, StreamFacts
from syncline_common.schemas.values import FieldType
from syncline_connections.domain.differences import Difference, differences
from syncline_connections.drafting.likeness import best_pair, candidates
from syncline_connections.drafting.meanings import meaning, plain, same_choice
from syncline_connections.drafting.proposing import proposals
from syncline_connections.drafting.recognising import with_known_ids
from syncline_connections.drafting.surroundings import in_common

T = FieldType


@pytest.mark.parametrize(
    ("name", "words", "means"),
    [
        ("System.Title", "title", "title"),
        ("short_description", "short description", "title"),
        ("Microsoft.VSTS.Common.Priority", "priority", "priority"),
        ("Microsoft.VSTS.Scheduling.DueDate", "due date", "due date"),
        ("System.AssignedTo", "assigned to", "assignee"),
        ("u_badge", "badge", None),
        ("Custom.SerialNumber", "serial number", "serial number"),
        ("sys_user_group", "sys user group", None),
    ],
)
def test_names_are_read_as_people_read_them(name: str, words: str, means: str | None) -> None:
    assert (plain(name), meaning(name)) == (words, means)


def test_choices_of_one_meaning() -> None:
    assert same_choice("In Progress", "Active") and same_choice("done", "Closed") and same_choice("P1", "p1")
    assert not same_choice("New", "Closed")


def test_each_field_is_paired_once_with_the_most_alike() -> None:
    a = (FieldFacts("title"), FieldFacts("summary"), FieldFacts("team"))
    b = (FieldFacts("summary"), FieldFacts("badge"))
    assert [(it.a.name, it.b.name) for it in candidates(a, b)] == [("summary", "summary")]


def test_what_can_never_be_converted_is_no_candidate() -> None:
    assert candidates([FieldFacts("state", type=T.DATE)], [FieldFacts("state", type=T.BOOLEAN)]) == []
    read_only = FieldFacts("state", writable=False)
    assert candidates([read_only], [read_only]) == []


def test_record_types_are_paired_by_what_they_are_and_never_by_a_guess() -> None:
    a = (StreamFacts("Epic"), StreamFacts("Task"), StreamFacts("Bug"))
    b = (StreamFacts("sc_task"), StreamFacts("incident"))
    found = best_pair("work_items", a, b)
    assert found is not None and [it.name for it in found] == ["Bug", "incident"]
    assert best_pair("work_items", a[:1], b) is None
    assert best_pair("people", (StreamFacts("sys_user"),), (StreamFacts("people"),)) is not None


def test_what_several_projects_have_in_common() -> None:
    one = (
        FieldFacts("state", choices=("New", "Done")),
        FieldFacts("team", required_on_create=True),
        FieldFacts("only here"),
    )
    other = (FieldFacts("state", choices=("New", "Closed"), writable=False), FieldFacts("team"))
    state, team = in_common([one, other])
    assert (state.choices, state.writable) == (("New", "Done", "Closed"), False)
    assert (team.name, team.required_on_create) == ("team", True)


def flow(**facts: Any) -> dict[str, Any]:
    return {"a": {"stream": "Bug"}, "b": {"stream": "incident"}, **facts}


@pytest.mark.parametrize(
    ("flows", "ids"),
    [
        ([flow(name="one")], ["f1"]),
        ([flow(name="renamed")], [None]),  # two go between these record types
        ([flow(name="two"), flow(name="one")], ["f2", "f1"]),
        ([flow(name="one"), flow(name="one")], [None, None]),
        ([flow(name="two", id="f9"), flow(name="one")], ["f9", "f1"]),
        ([{"a": {"stream": "Task"}, "b": {"stream": "problem"}}], ["f3"]),
        ([{"a": 1, "b": None}], [None]),
    ],
)
def test_flows_without_ids_are_recognised(flows: list[Any], ids: list[str | None]) -> None:
    third = {"id": "f3", "name": "three", "a": {"stream": "Task"}, "b": {"stream": "problem"}}
    current = {"flows": [flow(id="f1", name="one"), flow(id="f2", name="two"), third]}
    found = with_known_ids({"flows": flows}, current)
    assert [it.get("id") for it in found["flows"]] == ids


def test_rules_are_recognised_by_their_fields() -> None:
    current = {"flows": [flow(id="f1", name="one", fields=[{"id": "r1", "a": "x", "b": "y"}])]}
    document = {"flows": [flow(name="one", fields=[{"b": "y", "a": "x", "when": "create"}, {"a": "z"}])]}
    rules = with_known_ids(document, current)["flows"][0]["fields"]
    assert [it.get("id") for it in rules] == ["r1", None]


@pytest.mark.parametrize(
    "document", [{}, {"flows": 1}, {"flows": [1]}, {"flows": [{"fields": 1}]}, {"flows": []}]
)
def test_what_is_malformed_is_left_as_it_is(document: Any) -> None:
    assert with_known_ids(document, {"flows": [flow(id="f1", fields=[1])]}) == document


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"x": 1}, {"x": 1}, []),
        ({"x": 1}, {"x": True}, [Difference("/x", "changed", 1, True)]),
        ({"a/b~": [1]}, {"a/b~": [2]}, [Difference("/a~1b~0", "changed", [1], [2])]),
        ({"x": None}, {}, [Difference("/x", "removed", None)]),
        (
            {"f": [{"id": "1", "x": 1}, {"id": "2"}]},
            {"f": [{"id": "3"}, {"id": "1", "x": 2}]},
            [
                Difference("/f/1", "removed", {"id": "2"}),
                Difference("/f/0", "added", None, {"id": "3"}),
                Difference("/f/1/x", "changed", 1, 2),
            ],
        ),
        (
            {"f": [{"id": "1"}, {"id": "2"}]},
            {"f": [{"id": "2"}, {"id": "1"}]},
            [Difference("/f", "changed", {"order": ["1", "2"]}, {"order": ["2", "1"]})],
        ),
    ],
    ids=["same", "a number is no truth", "escaped", "null is something", "by id", "order"],
)
def test_differences(before: Any, after: Any, found: list[Difference]) -> None:
    assert differences(before, after) == found


def mapped(a: FieldFacts, b: FieldFacts) -> dict[str, Any] | None:
    """The rule that is proposed for two fields."""
    stream, other = StreamFacts("Bug", fields=(a,)), StreamFacts("incident", fields=(b,))
    (found,) = proposals(flow(direction="both"), stream, other)
    return found.rule


NAMED = {"1": "New", "2": "In Progress", "7": "Closed"}


def test_choices_are_paired_by_what_people_call_them() -> None:
    state = FieldFacts("State", type=T.CHOICE, choices=("New", "Active", "Closed"))
    coded = FieldFacts("state", type=T.CHOICE, choices=("1", "2", "7"), choice_labels=NAMED)
    rule = mapped(state, coded)
    assert rule is not None and rule["values"] == {"New": "1", "Active": "2", "Closed": "7"}
    back = mapped(coded, state)
    assert back is not None and back["values"] == {"1": "New", "2": "Active", "7": "Closed"}


def test_equal_codes_that_are_called_otherwise_are_no_pair() -> None:
    one = FieldFacts("state", type=T.CHOICE, choices=("1", "2"), choice_labels={"1": "New", "2": "Closed"})
    other = FieldFacts("state", type=T.CHOICE, choices=("1", "2"), choice_labels={"1": "Closed", "2": "New"})
    rule = mapped(one, other)
    assert rule is not None and rule["values"] == {"1": "2", "2": "1"}


def test_equal_codes_are_a_pair_where_one_side_says_no_names() -> None:
    plain_one = FieldFacts("priority", type=T.CHOICE, choices=("1", "2"))
    named = FieldFacts(
        "priority", type=T.CHOICE, choices=("1", "2"), choice_labels={"1": "Critical", "2": "High"}
    )
    rule = mapped(plain_one, named)
    assert rule is not None and "values" not in rule


def test_a_choice_without_a_partner_needs_a_person() -> None:
    state = FieldFacts("State", type=T.CHOICE, choices=("New", "Peculiar"))
    assert "values" not in (
        mapped(state, FieldFacts("state", type=T.CHOICE, choices=("1",), choice_labels=NAMED)) or {}
    )


def test_names_of_choices_of_several_projects_are_joined() -> None:
    one = FieldFacts("state", choices=("1",), choice_labels={"1": "New"})
    other = FieldFacts("state", choices=("1", "2"), choice_labels={"1": "Fresh", "2": "Done"})
    (state,) = in_common([[one], [other]])
    assert (state.choices, state.choice_labels) == (("1", "2"), {"1": "New", "2": "Done"})
