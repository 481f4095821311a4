"""Which records are in; and what a filter may not cost."""

from typing import Any

import pytest

from syncline_common.configuration.filters import (
    DEEPEST,
    LONGEST,
    Filter,
    FilterFault,
    compile_filter,
    named_by,
)
from syncline_common.errors import RecordRejected


def made(source: str) -> Filter:
    compiled = compile_filter(source)
    assert compiled is not None
    return compiled


RECORD: dict[str, Any] = {
    "priority": 2,
    "title": "Printer on fire",
    "empty": None,
    "tags": ["hot", "new"],
    "System.State": "New",
    "System.Title.Short": "P",
    "a b": 1,
    "share": 0.5,
    "done": False,
}


@pytest.mark.parametrize(
    ("source", "admitted"),
    [
        ("record.priority <= 2", True),
        ("record.priority < 2", False),
        ("record.share < 1", True),
        ('record.title.startsWith("Printer") && !record.done', True),
        ('"hot" in record.tags', True),
        ('record.tags.exists(it, it == "cold")', False),
        ('record.System.State == "New"', True),
        ('record["System.State"] == "New"', True),
        ('record.System.Title.Short == "P"', True),
        ('record["a b"] == 1', True),
        ("record.empty == null", True),
        ('record.title.matches("^(P+)+r")', True),
        ("size(record.tags) == 2", True),
        ("record.title.size() > 3", True),
        ("record.priority in [1, 2]", True),
        ('record.title != "record.missing"', True),
        (r"record.title != r'\' || record.priority == 3", True),
        ("record.priority == 2 // it's so", True),
    ],
)
def test_filters(source: str, admitted: bool) -> None:
    assert made(source).admits(RECORD) is admitted
    assert made(source).verdict(RECORD).reason is None


@pytest.mark.parametrize(
    "source",
    [
        "record.empty < 2",
        "record.title < 2",
        "record.priority / 0 == 1",
        "record.priority",
        'record.title.matches("(")',
        "record.tags[5] == 'x'",
        "record.priority == nowhere",
        "record.priority + 9223372036854775807 > 0",
        "int(record.title) == 1",
    ],
)
def test_what_can_not_be_evaluated_is_out_and_says_why(source: str) -> None:
    verdict = made(source).verdict(RECORD)
    assert not verdict.admitted
    assert verdict.reason


@pytest.mark.parametrize(
    "source",
    [
        "record.missing == 1",
        "record.done || record.missing == 1",
        'record["missing"] == 1',
        "has(record.missing)",
        '!("x" in record.missing)',
        "record . missing == 1",
    ],
)
def test_a_field_that_was_not_read_is_no_evidence(source: str) -> None:
    with pytest.raises(RecordRejected, match="missing"):
        made(source).admits(RECORD)


def test_no_filter_admits_all() -> None:
    assert compile_filter("") is None
    assert compile_filter(" \n") is None


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("record.priority <=", "can't be parsed"),
        ("record.priority = 2", "can't be parsed"),
        ("true", "does not look at `record`"),
        ("x == 1", "does not look at `record`"),
        ("record.a == '" + "x" * LONGEST + "'", "characters"),
        ("(" * (DEEPEST + 1) + "record.a" + ")" * (DEEPEST + 1), "nested"),
        ("record.a.all(b, b.exists(c, c))", "inside of another loop"),
        ('record.a.all(b, b.matches("x"))', "inside of another loop"),
        (r"record.a != r'\' && record.b.all(c, c.all(d, d)) && record.a != r'\'", "inside of another loop"),
        ('record.a == """x"""', "triple"),
        ("record.a.map(b, b) == record.a", "map has no place"),
        ("record.a.all(b, b) && " * 3 + "record.a.all(b, b)", "more than 3 times"),
        ("record.a.matches('x') && " * 3 + "record.a.matches('y')", "more than 3 times"),
        ("record.a" + " + record.a" * 11 + " == ''", "adds more than 10 times"),
        ('"record.a"', "does not look at `record`"),
    ],
)
def test_what_can_not_be_used_is_refused_in_words(source: str, message: str) -> None:
    with pytest.raises(FilterFault, match=message):
        compile_filter(source)


def test_brackets_in_text_are_text() -> None:
    assert not made('record.title == "' + "(" * 50 + '"').admits(RECORD)


def test_a_record_is_not_changed_and_its_size_is_capped() -> None:
    nested = {"a": {"x": 1}, "a.b": 2, "long": ["x"] * 100_000}
    copied = {"a": {"x": 1}, "a.b": 2, "long": ["x"] * 100_000}
    assert made("record.a.x == 1 && size(record.long) == 1000").admits(nested)
    assert nested == copied


@pytest.mark.parametrize(
    "source",
    [
        "("
        + " + ".join(["record.l"] * 11)
        + ").all(a, "
        + " && ".join(["!record.t.contains('b')"] * 30)
        + ")",
        r'record.t.matches("((a{100}){100}){10}") || record.t.matches("\\w{1000}")',
        "record.l.filter(a, true).size() > 0 && record.l.all(a, !(a in [" + ",".join(["2"] * 400) + "]))",
    ],
)
@pytest.mark.timeout(120)  # without caps it would be days
def test_the_costliest_filters_come_to_an_end(source: str) -> None:
    made(source).admits({"l": ["1"] * 100_000, "t": "a" * 1_000_000})


def test_paths_start_with_the_longest_name() -> None:
    assert named_by("System.Title.size", {"System", "System.Title"}) == "System.Title"
    assert named_by("System.Title", {"Title"}) is None
