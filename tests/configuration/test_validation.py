"""Every message by an example, with its pointer into the document as it was sent."""

from typing import Any

import pytest

from configuration.example import BUG, INCIDENT, SURROUNDINGS, changed, document
from syncline_common.configuration.document import FLOWS
from syncline_common.configuration.facts import FieldFacts, StreamFacts, Surroundings
from syncline_common.configuration.problems import nearest
from syncline_common.configuration.validation import validate
from syncline_common.schemas.values import FieldType

RULE = "/flows/0/fields/7"


def rule(**facts: Any) -> dict[str, Any]:
    return changed("flows/0/fields/+", facts)


def one_way(**facts: Any) -> dict[str, Any]:
    return rule(direction="a_to_b", **facts)


def lines(sent: Any, surroundings: Surroundings | None = SURROUNDINGS) -> list[str]:
    """Each problem as `pointer: message (fix)`."""
    return [
        f"{it.pointer}: {it.message}" + (f" ({it.fix})" if it.fix else "")
        for it in validate(sent, surroundings)
    ]


FORM: list[tuple[Any, list[str]]] = [
    ([], [": This is an object with keys."]),
    (changed("version", 2), ["/version: This is one of 1."]),
    (changed("version", ...), ["/version: This is needed."]),
    (
        changed("flows/0/nmae", "x"),
        ["/flows/0/nmae: Nothing of this name belongs here. (Remove it, or look for a misspelling.)"],
    ),
    (changed("flows/0/id", "a b"), ["/flows/0/id: String should match pattern '^[A-Za-z0-9_-]{1,64}$'"]),
    (
        changed("flows/0/conflicts/default", "me"),
        ["/flows/0/conflicts/default: This is one of 'a', 'b', 'latest', 'ask' or 'none'."],
    ),
    (changed("flows/0/guard/share", 2), ["/flows/0/guard/share: Input should be less than or equal to 1"]),
    (
        changed("flows/0/fields/3/convert", [{"clamp": [1, 4]}, 7]),
        ["/flows/0/fields/3/convert/1: A step is the name of a transform, or a name with its parameters."],
    ),
    (
        changed("flows/0/b/filter", "record.a " * 200),
        ["/flows/0/b/filter: This has at most 1000 characters."],
    ),
    (changed("schedule", {"every": "5s"}), ["/schedule: This is from 10s to 24h"]),
    (
        changed("schedule", {"every": "soon"}),
        ["/schedule: This is a number and a unit, such as 60s, 5m or 24h"],
    ),
    (
        changed("schedule", {"cron": "* *"}),
        ["/schedule: A cron line has five parts: minute, hour, day, month, weekday"],
    ),
    (changed("schedule", {"cron": "61 * * * *"}), ["/schedule: '61' is no minute: these go from 0 to 59"]),
    (changed("schedule", {"cron": "0 0 31 2 *"}), ["/schedule: No day is ever like this"]),
    (
        changed("schedule", {"every": "60s", "manual": True}),
        ["/schedule: Every, cron and manual exclude each other"],
    ),
    (
        changed(
            "flows", [{"a": {"stream": "Bug"}, "b": {"stream": "incident"}, "creates": "none"}] * (FLOWS + 1)
        ),
        ["/flows: This has at most 50 entries."],
    ),
    (
        changed("flows/0/fields/2/values", {str(number): "1" for number in range(10_001)}),
        ["/flows/0/fields/2/values: This has at most 10000 entries."],
    ),
]


@pytest.mark.parametrize(("sent", "expected"), FORM, ids=range(len(FORM)))
def test_problems_of_form(sent: Any, expected: list[str]) -> None:
    assert lines(sent, None) == expected


FLOW: list[tuple[Any, list[str]]] = [
    (changed("flows/0/a/stream", "Bgu"), ["/flows/0/a/stream: There is no stream Bgu on side a. (Use Bug.)"]),
    (changed("flows/0/a/stream", "zzz"), ["/flows/0/a/stream: There is no stream zzz on side a."]),
    (
        changed("flows/0/a/projects", ["Fabricam"]),
        ["/flows/0/a/projects/0: There is no project Fabricam on side a. (Use Fabrikam.)"],
    ),
    (
        changed("flows/0/b/projects", ["x"]),
        ["/flows/0/b/projects/0: Incident has no projects. (Leave projects empty.)"],
    ),
    (
        changed("flows/0/a/filter", "record.priorty == 1"),
        ["/flows/0/a/filter: There is no field priorty on side a. (Use Priority.)"],
    ),
    (
        changed("flows/0/a/filter", "record.Priority <="),
        [
            "/flows/0/a/filter: This filter can't be used: it can't be parsed at line 1, character 19: mismatched "
            "input the end."
        ],
    ),
    (changed("flows/0/a/filter", 'record.System.Title.startsWith("x")'), []),
    (
        changed("flows/0/fields/0", ...),
        [
            "/flows/0/identity/keys/0: r1 is neither a rule nor a field of side a that is mapped.",
            "/flows/0/conflicts/fields/System.Title: System.Title is neither a rule nor a field that is mapped. "
            "(Use System.State.)",
            "/flows/0/fields: Title is needed to create on side a, and no rule writes it. (Add a rule for it, such as "
            '{"a": "System.Title", "constant": ...}.)',
            "/flows/0/fields: Short description is needed to create on side b, and no rule writes it. (Add a rule for "
            'it, such as {"b": "short_description", "constant": ...}.)',
        ],
    ),
    (
        changed("flows/0/fields/0/when", "update"),
        [
            "/flows/0/fields: Title is needed to create on side a, and no rule writes it. (Add a rule for it, such as "
            '{"a": "System.Title", "constant": ...}.)',
            "/flows/0/fields: Short description is needed to create on side b, and no rule writes it. (Add a rule for "
            'it, such as {"b": "short_description", "constant": ...}.)',
        ],
    ),
    (
        changed("flows/0/identity", {"policy": "create", "keys": ["r1"]}),
        ["/flows/0/identity/keys: Keys are for matching; this policy always creates. (Remove the keys.)"],
    ),
    (
        changed("flows/0/identity", {"policy": "match_or_ask"}),
        ["/flows/0/identity/keys: Matching needs at least one key."],
    ),
    (changed("flows/0/identity/keys", ["System.Title"]), []),
    (
        changed("flows/0/conflicts/fields", {"a/~b": "a"}),
        ["/flows/0/conflicts/fields/a~1~0b: a/~b is neither a rule nor a field that is mapped."],
    ),
    (
        rule(a="Severity", b="short_description", direction="a_to_b", values={"High": "x", "Low": "y"}),
        [f"{RULE}/b: Another rule writes short_description already. (Remove one of them.)"],
    ),
    (
        one_way(b="u_team", constant="x", when="create"),
        [f"{RULE}/b: Another rule writes u_team already. (Remove one of them.)"],
    ),
    (rule(b="category", constant="network", when="update"), []),
    (
        rule(id="r1", b="notes", constant="x"),
        [f"{RULE}/id: r1 is the id of another one. (Leave the id out to get a new one.)"],
    ),
    (
        changed(
            "flows/+", {"id": "f1", "a": {"stream": "Bug"}, "b": {"stream": "incident"}, "creates": "none"}
        ),
        ["/flows/1/id: f1 is the id of another one. (Leave the id out to get a new one.)"],
    ),
]


@pytest.mark.parametrize(("sent", "expected"), FLOW, ids=range(len(FLOW)))
def test_problems_of_a_flow(sent: Any, expected: list[str]) -> None:
    assert lines(sent) == expected


RULES: list[tuple[Any, list[str]]] = [
    (rule(), [f"{RULE}: A rule names a field of side a, of side b, or of both."]),
    (
        rule(a="System.Titel", b="notes"),
        [f"{RULE}/a: There is no field System.Titel on side a. (Use System.Title.)"],
    ),
    (rule(a="System.Id", b="notes"), [f"{RULE}/a: Id can't be written. (Use direction a_to_b.)"]),
    (one_way(a="System.Id", b="notes"), []),
    (rule(b="number", constant="x"), [f"{RULE}/b: Number can't be written. (Remove the rule.)"]),
    # one-sided
    (rule(b="notes"), [f"{RULE}: A rule with one side needs a constant, or a default for it."]),
    (rule(b="notes", default={"b": "x"}), []),
    (
        rule(b="notes", default={"a": "x"}),
        [
            f"{RULE}: A rule with one side needs a constant, or a default for it.",
            f"{RULE}/default/a: The rule writes nothing to side a. (Remove it.)",
        ],
    ),
    (rule(b="impact", constant="Hihg"), [f"{RULE}/constant: Hihg is not a choice of impact. (Use High.)"]),
    (rule(b="due_date", constant="soon"), [f"{RULE}/constant: due_date can't hold this: 'soon' is no date."]),
    (
        changed("flows/0/fields/3", {"b": "priority", "constant": None}),
        ["/flows/0/fields/3/constant: priority can't be empty."],
    ),
    (
        rule(b="notes", constant="x", convert=["lower"]),
        [f"{RULE}/convert: A rule with one side has nothing to convert. (Name the other side's field.)"],
    ),
    (
        rule(b="notes", constant="x", direction="b_to_a"),
        [f"{RULE}/direction: A rule with one side writes that side. (Remove the direction.)"],
    ),
    (
        rule(a="Custom.Team", b="notes", direction="a_to_b", constant="x"),
        [f"{RULE}/constant: A constant is for a rule with one side. (Remove the field that is not written.)"],
    ),
    # transforms
    (
        one_way(a="Custom.Team", b="notes", convert=["lowr"]),
        [f"{RULE}/convert/0: There is no transform lowr. (Use lower.)"],
    ),
    (
        one_way(a="Custom.Team", b="notes", convert=["trim", {"truncate": 0}]),
        [f"{RULE}/convert/1: Truncate: length goes from 1 to 1e+06."],
    ),
    (
        one_way(a="Custom.Team", b="notes", convert=[{"regex_extract": "(a"}]),
        [f"{RULE}/convert/0: Regex_extract: this pattern can't be used: missing ): (a."],
    ),
    (
        one_way(a="Custom.Team", b="notes", convert=[{"regex_extract": "(?=a)"}]),
        [f"{RULE}/convert/0: Regex_extract: this pattern can't be used: invalid perl operator: (?=."],
    ),
    (
        rule(a="Severity", b="notes", convert=[{"truncate": 5}]),
        [f"{RULE}/convert: truncate has no way back, so this can't go to side a. (Use direction a_to_b.)"],
    ),
    (
        one_way(a="Custom.Team", b="notes", convert=["lower"], values={}),
        [f"{RULE}/convert: A rule has values or transforms, not both. (Remove one of them.)"],
    ),
    # types
    (one_way(a="Done", b="opened"), [f"{RULE}: boolean can't become instant."]),
    (
        one_way(a="Due", b="due_date"),
        [f"{RULE}: instant to date loses something; a transform says how. (Add the transform date.)"],
    ),
    (one_way(a="Due", b="due_date", convert=["date"]), []),
    (rule(a="Due", b="due_date", direction="b_to_a"), []),
    (
        one_way(a="Tags", b="notes", convert=["lower"]),
        [f"{RULE}/convert/0: list to text loses something; a transform says how. (Add the transform join.)"],
    ),
    (rule(a="Tags", b="notes", convert=["join"]), []),
    (rule(a="Done", b="notes"), []),
    # values and choices
    (
        rule(a="Severity", b="impact"),
        [
            f"{RULE}/values: These have no partner on side a: Medium. (Add them, or say what serves otherwise on side a.)",
            f"{RULE}/values: These have no partner on side b: Low. (Add them, or say what serves otherwise on side b.)",
        ],
    ),
    (rule(a="Severity", b="impact", default={"a": "Low", "b": "Medium"}), []),
    (rule(a="Severity", b="impact", values={"High": "High", "Low": "Medium"}), []),
    (rule(a="Severity", b="impact", values={"High": "High"}, otherwise={"a": "Low", "b": "Medium"}), []),
    (
        one_way(a="Severity", b="impact", values={"High": "Hi", "Lo": "Medium"}),
        [
            f"{RULE}/values/High: Hi is not a choice of impact. (Use High.)",
            f"{RULE}/values/Lo: Lo is not a choice of Severity. (Use Low.)",
            f"{RULE}/values: These have no partner on side b: Low. (Add them, or say what serves otherwise on side b.)",
        ],
    ),
    (
        rule(a="Severity", b="impact", values={"High": "High", "Low": "Medium"}, otherwise={"b": "none"}),
        [f"{RULE}/otherwise/b: none is not a choice of impact."],
    ),
    (
        rule(a="Severity", b="notes", otherwise={"b": "x"}),
        [f"{RULE}/otherwise: This is for values without a partner; there are no values."],
    ),
    (
        changed("flows/0/fields/2/values", {"New": "1", "Active": "2"}),
        [
            "/flows/0/fields/2/values: These have no partner on side a: 7. "
            "(Add them, or say what serves otherwise on side a.)",
            "/flows/0/fields/2/values: These have no partner on side b, and state is needed to create: Doing, Closed. "
            "(Add them, or say what serves otherwise on side b.)",
        ],
    ),
    (
        one_way(a="Severity", b="notes", default={"a": "High"}),
        [f"{RULE}/default/a: The rule writes nothing to side a. (Remove it.)"],
    ),
]


@pytest.mark.parametrize(("sent", "expected"), RULES, ids=range(len(RULES)))
def test_problems_of_a_rule(sent: Any, expected: list[str]) -> None:
    assert lines(sent) == expected


def with_direction(direction: str, creates: Any, *fields: dict[str, Any]) -> dict[str, Any]:
    flow = {
        "a": {"stream": "Bug"},
        "b": {"stream": "incident"},
        "direction": direction,
        "fields": list(fields),
    }
    return {"version": 1, "flows": [flow if creates is None else flow | {"creates": creates}]}


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (
            with_direction("a_to_b", "both"),
            ["/flows/0/creates: The flow writes to side b only. (Use in_b, or leave it out.)"],
        ),
        (with_direction("a_to_b", None), []),
        (
            with_direction("b_to_a", "in_b"),
            ["/flows/0/creates: The flow writes nothing to side b, so it can't create there."],
        ),
        (
            with_direction("a_to_b", "none", {"a": "f", "b": "g", "direction": "b_to_a"}),
            [
                "/flows/0/fields/0/direction: The flow goes a_to_b only, so this rule never writes. "
                "(Remove it, or turn the flow.)"
            ],
        ),
        (
            with_direction("a_to_b", "none", {"a": "f", "constant": 1}),
            [
                "/flows/0/fields/0: The flow goes a_to_b only, so this rule never writes. (Remove it, or turn the flow.)"
            ],
        ),
        (with_direction("a_to_b", "none", {"a": "f", "b": "g", "direction": "both"}), []),
        (with_direction("a_to_b", "none", {"a": "f", "b": "g", "convert": ["first"]}), []),
    ],
)
def test_directions_need_no_vendor(sent: Any, expected: list[str]) -> None:
    assert lines(sent, None) == expected


def test_the_example_is_right() -> None:
    assert lines(document()) == []
    assert lines(document(), None) == []


def test_a_side_that_could_not_be_asked_is_not_checked() -> None:
    sent = changed("flows/0/fields/0/b", "gone")
    assert lines(sent, Surroundings((BUG,), None)) == []
    assert lines(sent, Surroundings(None, (INCIDENT,))) != []


def test_what_is_broken_does_not_hide_the_rest() -> None:
    """A flow with a broken rule, a broken key, and rules that no vendor knows; another flow that can't be read."""
    sent = changed("flows/0/fields/0", {"a": 7, "b": "short_description"})
    sent["flows"][0]["fields"][1]["a"] = "Gone"
    sent["flows"][0]["left_filter"] = "maybe"
    sent["flows"][0]["identity"] = {}
    sent["flows"][0]["conflicts"] = {}
    sent["flows"].append({"a": {}, "b": 1})
    found = lines(sent)
    assert found[:4] == [
        "/flows/0/fields/0/a: Input should be a valid string",
        "/flows/0/left_filter: This is one of 'keep' or 'release'.",
        "/flows/1/a/stream: This is needed.",
        "/flows/1/b: This is an object with keys.",
    ]
    assert found[4:] == ["/flows/0/fields/1/a: There is no field Gone on side a. (Use Done.)"]


@pytest.mark.parametrize(
    "sent", [None, 1, "x", [], {}, {"flows": None}, {"flows": [None, [], {"fields": 1}]}]
)
def test_what_is_no_configuration_at_all_is_told_as_well(sent: Any) -> None:
    assert validate(sent, SURROUNDINGS)


def test_among_very_many_names_no_fix_is_looked_for() -> None:
    assert nearest("titel", ["title", "state"]) == "Use title."
    assert nearest("titel", ["title", *map(str, range(1_000))]) is None


@pytest.mark.timeout(120)  # each entry against each choice would take an hour
def test_a_large_map_that_is_all_wrong_is_told_whole() -> None:
    """Ten thousand entries against a thousand choices: a thing a person uploads by mistake."""
    choices = tuple(f"choice {number}" for number in range(1_000))
    severity, impact = (
        FieldFacts(name, type=FieldType.CHOICE, choices=choices) for name in ("Severity", "impact")
    )
    known = Surroundings(
        (StreamFacts("Bug", fields=(severity,)),), (StreamFacts("incident", fields=(impact,)),)
    )
    values = {f"choice {number}x": f"x{number}" for number in range(10_000)}
    sent = with_direction("both", "none", {"a": "Severity", "b": "impact", "values": values})
    assert len(validate(sent, known)) == 20_000 + 2
