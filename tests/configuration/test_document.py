"""One document, in YAML and in JSON, with a schema that says the same as the code."""

import json
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from configuration.example import TEXT, changed, document
from syncline_common.configuration.document import FLOWS, RULES, json_schema, parse
from syncline_common.configuration.identifiers import has_ids, with_ids
from syncline_common.configuration.reading import LARGEST, dump, load
from syncline_common.errors import Invalid, TooLarge
from syncline_common.schemas.values import Direction, Side

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
PRINTABLE = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn"]), max_size=12)
WORDS = st.sampled_from(
    ["No", "yes", "on", "~", "null", "1e3", "0x1F", "012", "1:30", "2026-01-31", "=", "<<", ".5", "-", ""]
)


def test_the_example_is_read() -> None:
    read = parse(document())
    flow = read.flows[0]
    assert read.schedule.every == "60s"
    assert flow.direction is Direction.BOTH
    assert flow.fields[2].values == {"New": "1", "Active": "2", "Doing": "2", "Closed": "7"}
    assert flow.fields[6].default.given() == {Side.B: "none"}
    assert flow.people.default.given() == {Side.A: None, Side.B: None}
    assert [rule.has_constant for rule in flow.fields] == [False] * 5 + [True, False]


def test_yaml_and_json_are_the_same_document() -> None:
    as_json = json.dumps(document(), indent=1)
    assert load(as_json) == document() == load(TEXT)
    assert load(dump(document())) == document()
    assert load("{version: 1, flows: []}") == {"version": 1, "flows": []}  # a brace does not make it JSON


@given(
    st.dictionaries(
        PRINTABLE, PRINTABLE | WORDS | st.integers() | st.booleans() | st.none() | st.floats(-1e9, 1e9)
    )
)
def test_there_and_back_through_either(value: Any) -> None:
    assert load(dump(value)) == value
    assert load(json.dumps(value)) == value


@pytest.mark.parametrize("word", ["No", "yes", "on", "2026-01-31", "1:30", "012", "0x1F", "<<"])
def test_words_stay_words(word: str) -> None:
    assert load(f"{word}: {word}") == {word: word}


def test_keys_are_text_as_in_json() -> None:
    assert load("{values: {1: 2, true: x, ~: 1.5}}") == {"values": {"1": 2, "true": "x", "~": 1.5}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1", "line 2"),
        ("a: 1\na: 2", "a key is plain text, once (line 2, column 1)"),
        ('{"a": 1, "a": 2}', "once"),
        ("? [a]\n: 1", "a key is plain text"),
        ("a: &x [1]\nb: *x", "anchors, aliases and tags"),
        ("a: !!binary aGk=", "anchors, aliases and tags"),
        ("a: !!python/object:os.system x", "anchors, aliases and tags"),
        ("[" * 40 + "]" * 40, "nested too deeply"),
        ("{" * 5000, "nested too deeply"),
        ('{"a":' * 5000 + "1" + "}" * 5000, "nested too deeply"),
        ("a: \x07", "characters"),
        ("a: " + "9" * 5000, "numbers"),
    ],
    ids=range(12),
)
def test_what_can_not_be_read_says_where(text: str, message: str) -> None:
    with pytest.raises(Invalid) as refused:
        load(text)
    assert message in refused.value.message
    assert refused.value.faults[0].pointer == ""


def test_what_is_no_number_in_json_is_none_here() -> None:
    assert load('{"a": NaN}') == {"a": "NaN"}


def test_a_flood_is_refused_at_once() -> None:
    with pytest.raises(TooLarge):
        load("a" * (LARGEST + 1))


@pytest.mark.timeout(120)
def test_ten_thousand_values_are_read() -> None:
    values = {f"value {number}": f"partner {number}" for number in range(10_000)}
    text = dump(changed("flows/0/fields/2/values", values))
    assert load(text)["flows"][0]["fields"][2]["values"] == values


def test_the_schema_is_a_schema_and_the_example_fits_it() -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document(), schema)
    assert schema["properties"]["flows"]["maxItems"] == FLOWS
    assert schema["$defs"]["Flow"]["properties"]["fields"]["maxItems"] == RULES


@pytest.mark.parametrize(
    "odd",
    [
        changed("version", 2),
        changed("flows/0/a/stream", ...),
        changed("flows/0/direction", "sideways"),
        changed("flows/0/fields/0/id", "not an id"),
        changed("flows/0/unknown", 1),
        changed("flows/0/guard/share", 1.5),
        changed("flows/0/fields/2/values", {str(number): "x" for number in range(10_001)}),
        changed("flows/0/fields/3/convert", [1]),
    ],
)
def test_schema_and_code_refuse_the_same(odd: Any) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(odd, json_schema())
    with pytest.raises(Invalid):
        parse(odd)


@given(ANYTHING)
def test_whatever_is_sent_is_refused_in_words(sent: Any) -> None:
    with pytest.raises(Invalid) as refused:
        parse(sent)
    assert refused.value.faults


def test_yaml_of_others_reads_the_same() -> None:
    assert yaml.safe_load(dump(document())) == document()


def test_ids_are_given_where_there_are_none() -> None:
    sent: dict[str, Any] = {
        "flows": [{"fields": [{}, {"id": "r7"}, {}]}, {"id": "f4"}, {"id": "own", "fields": [{}]}, {}]
    }
    given_ids = with_ids(sent)
    assert [flow["id"] for flow in given_ids["flows"]] == ["f5", "f4", "own", "f6"]
    assert [rule["id"] for rule in given_ids["flows"][0]["fields"]] == ["r8", "r7", "r9"]
    assert [rule["id"] for rule in given_ids["flows"][2]["fields"]] == ["r1"]
    assert with_ids(sent) == given_ids
    assert with_ids(given_ids) == given_ids
    assert has_ids(given_ids) and not has_ids(sent)
    assert "id" not in sent["flows"][0]


def test_an_id_of_an_earlier_version_is_never_given_again() -> None:
    earlier = {"flows": [{"id": "f1", "fields": [{"id": "r1"}, {"id": "r2"}]}, {"id": "f2"}]}
    sent = {"flows": [{"id": "f1", "fields": [{"id": "r1"}, {}]}, {}]}
    given_ids = with_ids(sent, [earlier])
    assert [rule["id"] for rule in given_ids["flows"][0]["fields"]] == ["r1", "r3"]
    assert given_ids["flows"][1]["id"] == "f3"


@given(ANYTHING)
def test_what_is_malformed_gets_no_ids_and_does_no_harm(sent: Any) -> None:
    for it in (
        sent,
        {"flows": sent},
        {"flows": [sent]},
        {"flows": [{"fields": sent}]},
        {"flows": [{"fields": [sent]}]},
    ):
        assert with_ids(it, [sent, it]) == it or not has_ids(it)
