"""Transforms by example, and their ways back as properties."""

import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncline_common.configuration.catalogue import TRANSFORMS, catalogue, compile_chain
from syncline_common.configuration.coercion import FREE, LOSSY, Inconvertible, coerce, fit
from syncline_common.configuration.patterns import Pattern
from syncline_common.configuration.transforms import LARGEST, Chain, TransformFault, WayBack
from syncline_common.schemas.values import FieldType

T = FieldType


def alone(step: Any) -> Chain:
    name = step if isinstance(step, str) else next(iter(step))
    return compile_chain([step], TRANSFORMS[name].takes, TRANSFORMS[name].gives)


FORWARD: list[tuple[Any, Any, Any]] = [
    ("lower", "ÄbC", "äbc"),
    ("upper", "aß", "ASS"),
    ("trim", "  a b\n", "a b"),
    ("trim", "  ", None),
    ({"replace": ["a", "o"]}, "banana", "bonono"),
    ({"replace": {"find": ".", "by": ""}}, "1.2.3", "123"),
    ({"regex_replace": [r"\d+", r"\0"]}, "a12b3", r"a\0b\0"),
    ({"regex_extract": r"INC(\d+)"}, "see INC0042 there", "0042"),
    ({"regex_extract": r"INC\d+"}, "see INC0042 there", "INC0042"),
    ({"regex_extract": [r"(\w)-(\w)", 2]}, "a-b", "b"),
    ({"regex_extract": r"(\d+)"}, "none", None),
    ({"truncate": 3}, "abcdef", "abc"),
    ({"prefix": "x-"}, "a", "x-a"),
    ({"suffix": "!"}, "a", "a!"),
    ({"template": "<{value}>"}, "a", "<a>"),
    ({"template": "{value}={value}"}, "a", "a=a"),
    ("split", "a, b,,c ", ["a", "b", "c"]),
    ({"split": ";"}, "a;b", ["a", "b"]),
    ("join", ["a", "b"], "a, b"),
    ({"join": "|"}, ["a", 1], "a|1"),
    ("first", ["a", "b"], "a"),
    ("first", [2.0], "2"),
    ({"clamp": [1, 4]}, 7, 4),
    ({"clamp": [1, 4]}, 0, 1),
    ({"clamp": {"least": 1, "most": 4}}, 2.5, 2.5),
    ({"round": 2}, 2.675, 2.68),
    ("round", 2.5, 2),
    ("round", 1e30, 1e30),
    ({"multiply": 60}, 1.5, 90),
    ({"multiply": 0.1}, 3, 0.3),
    ("number", " 1.50 ", 1.5),
    ("boolean", "Yes", True),
    ({"boolean": {"true": ["ja"], "false": ["nein"]}}, "nein", False),
    ("text", {"kind": "paragraph", "content": [{"text": "a"}, {"children": ["b"]}]}, "a\nb"),
    ("text", "plain", "plain"),
    ("date", "2026-01-31T23:30:00-02:00", "2026-02-01"),
    ({"date_format": "%d.%m.%Y"}, "2026-01-31T12:00:00Z", "31.01.2026"),
    ({"date_format": "%Y%%%m"}, "2026-01-31T12:00:00Z", "2026%01"),
]


@pytest.mark.parametrize(("step", "value", "expected"), FORWARD, ids=str)
def test_forward(step: Any, value: Any, expected: Any) -> None:
    made = alone(step).forward(value)
    assert made == expected
    assert type(made) is type(expected)


def test_every_transform_has_an_example() -> None:
    assert {step if isinstance(step, str) else next(iter(step)) for step, _, _ in FORWARD} == set(TRANSFORMS)


EXACT: list[tuple[Any, st.SearchStrategy[Any]]] = [
    ({"prefix": "x-"}, st.text(min_size=1)),
    ({"suffix": "-x"}, st.text(min_size=1)),
    ({"template": "a{value}a"}, st.text(min_size=1)),
    ({"join": "|"}, st.lists(st.sampled_from(["a", "b c", "ä"]), min_size=1)),
    ("join", st.lists(st.sampled_from(["a", "b c", "ä"]), min_size=1)),
    ("number", st.integers(-(2**53), 2**53).map(str)),
    ("boolean", st.sampled_from(["true", "false"])),
    ({"multiply": 60}, st.integers(-(10**12), 10**12)),
    (
        {"date_format": "%Y-%m-%d %H:%M"},
        st.datetimes(min_value=datetime(1900, 1, 1)).map(lambda it: f"{it:%Y-%m-%dT%H:%M}:00Z"),  # noqa: DTZ001
    ),
]


@pytest.mark.parametrize(("step", "values"), EXACT, ids=lambda it: str(it)[:40])
@given(data=st.data())
def test_what_is_exact_comes_back_as_it_was(
    step: Any, values: st.SearchStrategy[Any], data: st.DataObject
) -> None:
    value = data.draw(values)
    steps = alone(step)
    assert steps.backward(steps.forward(value)) == value
    assert steps.one_way is None


@pytest.mark.parametrize("name", ["lower", "upper", "trim"])
@given(value=st.text(min_size=1))
def test_as_is_takes_the_other_sides_value_and_settles(name: str, value: str) -> None:
    steps = alone(name)
    assert steps.backward(value) == value
    once = steps.forward(value)
    assert steps.forward(once) in (once, None)


def test_the_catalogue_tells_the_truth_about_ways_back() -> None:
    examples = {step if isinstance(step, str) else next(iter(step)): step for step, _, _ in FORWARD[:-1]}
    examples |= {"template": {"template": "<{value}>"}, "date_format": {"date_format": "%Y%m%d%H%M"}}
    for name, transform in TRANSFORMS.items():
        assert (alone(examples[name]).one_way is None) == (transform.way_back is not WayBack.NONE), name
    exact = {step if isinstance(step, str) else next(iter(step)) for step, _ in EXACT}
    assert {name for name, it in TRANSFORMS.items() if it.way_back is WayBack.EXACT} == exact


def test_the_catalogue_is_plain_data() -> None:
    listed = catalogue()
    assert json.loads(json.dumps(listed)) == listed
    clamp = next(it for it in listed if it["name"] == "clamp")
    assert clamp["takes"] == clamp["gives"] == "number"
    assert [it["name"] for it in clamp["parameters"]] == ["least", "most"]
    assert clamp["way_back"] == "none"


def test_a_chain_goes_through_types_and_back() -> None:
    steps = compile_chain(["lower", "trim", {"template": "team-{value}"}], T.TEXT, T.CHOICE)
    assert steps.forward(" Blue ") == "team-blue"
    assert steps.backward("team-Red") == "Red"
    twice = compile_chain([{"prefix": "a"}, {"prefix": "b"}], T.TEXT, T.TEXT)
    assert twice.forward("x") == "bax"
    assert twice.backward("bax") == "x"  # the last step first
    hours = compile_chain(["number", {"multiply": 60}], T.CHOICE, T.TEXT)
    assert hours.forward("1.5") == "90"
    assert hours.backward("90") == "1.5"


def test_what_becomes_empty_stays_empty() -> None:
    steps = compile_chain(["trim", {"prefix": "x-"}], T.TEXT, T.TEXT)
    assert steps.forward("  ") is None
    assert compile_chain([{"regex_extract": "a"}, "upper"], T.TEXT, T.TEXT).forward("b") is None


@pytest.mark.parametrize(
    ("step", "value"),
    [
        ({"prefix": "x-"}, "a"),
        ({"suffix": "-x"}, "x"),
        ({"template": "a{value}a"}, "a"),
        ("boolean", "x"),
        ({"date_format": "%Y%m%d%H%M"}, "soon"),
        ({"truncate": 2}, "a"),
    ],
    ids=str,
)
def test_what_has_no_way_back_says_so(step: Any, value: Any) -> None:
    with pytest.raises(Inconvertible, match=r"."):
        alone(step).backward(value)


@pytest.mark.parametrize(
    ("step", "value"),
    [
        ("number", "one"),
        ("number", "nan"),
        ("boolean", "maybe"),
        ("join", ["a, b"]),
        ("date", "soon"),
        ("first", [["x"]]),
    ],
    ids=str,
)
def test_a_value_that_does_not_fit_is_named(step: Any, value: Any) -> None:
    with pytest.raises(Inconvertible, match=r"'(one|nan|maybe|a, b|soon|x)'"):
        alone(step).forward(value)


def test_nothing_grows_without_bounds() -> None:
    with pytest.raises(Inconvertible, match=str(LARGEST)):
        compile_chain([{"template": "{value}" * 50}] * 6, T.TEXT, T.TEXT).forward("x" * 100)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("nothing", "there is no transform nothing"),
        ({}, "one transform"),
        ({"lower": {}, "upper": {}}, "one transform"),
        ({"clamp": [4, 1]}, "least is not above most"),
        ({"clamp": [1]}, "needs most"),
        ({"clamp": [1, 2, 3]}, "takes 2 parameters"),
        ({"clamp": ["1", 2]}, "least is number"),
        ({"clamp": {"low": 1}}, "no parameter low"),
        ({"lower": 1}, "no parameter value"),
        ({"truncate": True}, "length is integer"),
        ({"truncate": 0}, "length goes from"),
        ({"replace": ["", "x"]}, "find is not empty"),
        ({"template": "no place"}, "{value}"),
        ({"multiply": 0}, "not 0"),
        ({"split": ""}, "not empty"),
        ({"date_format": "%c"}, "the format has"),
        ({"date_format": "no code"}, "the format has"),
        ({"date_format": "%Y%"}, "the format has"),
        ({"boolean": {"true": ["x"], "false": ["X"]}}, "both true and false"),
        ({"boolean": {"true": []}}, "true is texts"),
        ({"regex_extract": ["a", 1]}, "no group 1"),
        ({"regex_extract": "a" * 501}, "pattern"),
        ({"prefix": "x" * 501}, "text is text"),
    ],
    ids=str,
)
def test_steps_that_make_no_sense_are_refused(step: Any, message: str) -> None:
    with pytest.raises(TransformFault, match=message) as refused:
        compile_chain(["lower", step], T.TEXT, T.TEXT)
    assert refused.value.step == 1


@pytest.mark.parametrize(
    "pattern", [r"(?=a)", r"(?<!a)b", r"(a)\1", "[", "a{1001}", "((a{99}){99}){99}", "a" * 501]
)
def test_patterns_that_are_not_linear_or_too_large_are_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        Pattern(pattern)


def test_a_pattern_that_would_take_for_ever_elsewhere() -> None:
    assert Pattern(r"^(a+)+$").extract("a" * 50_000 + "!", 0) is None
    assert Pattern(r"(x*)*y").replace("x" * 50_000, "") == "x" * 50_000


CONVERTED: list[tuple[FieldType, FieldType, Any, Any]] = [
    (T.TEXT, T.NUMBER, "12", 12),
    (T.TEXT, T.BOOLEAN, "True", True),
    (T.TEXT, T.DATE, " 2026-01-31 ", "2026-01-31"),
    (T.TEXT, T.INSTANT, "2026-01-31T13:00:00+01:00", "2026-01-31T12:00:00Z"),
    (T.NUMBER, T.TEXT, 12.0, "12"),
    (T.NUMBER, T.TEXT, 1.5, "1.5"),
    (T.BOOLEAN, T.TEXT, False, "false"),
    (T.DATE, T.INSTANT, "2026-01-31", "2026-01-31T00:00:00Z"),
    (T.CHOICE, T.NUMBER, "2", 2),
    (T.LIST, T.LIST, ["a"], ["a"]),
]


@pytest.mark.parametrize(("source", "target", "value", "expected"), CONVERTED, ids=str)
def test_types_convert_by_themselves(source: FieldType, target: FieldType, value: Any, expected: Any) -> None:
    made = coerce(value, source, target)
    assert made == expected
    assert type(made) is type(expected)
    assert fit(source, target).lossless


@pytest.mark.parametrize(
    ("source", "target", "value"),
    [
        (T.TEXT, T.NUMBER, "x"),
        (T.TEXT, T.NUMBER, "1e999999"),
        (T.TEXT, T.DATE, "31.1."),
        (T.RICH_TEXT, T.TEXT, "x"),
        (T.BOOLEAN, T.DATE, True),
    ],
)
def test_what_does_not_fit_is_named(source: FieldType, target: FieldType, value: Any) -> None:
    with pytest.raises(Inconvertible, match=str(value)):
        coerce(value, source, target)


def test_what_loses_something_has_a_transform_for_it() -> None:
    assert not set(FREE) & set(LOSSY)
    for (source, target), name in LOSSY.items():
        assert fit(source, TRANSFORMS[name].takes).lossless
        assert fit(TRANSFORMS[name].gives, target).lossless
    assert fit(T.BOOLEAN, T.DATE).possible is False
