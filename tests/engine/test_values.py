"""What counts as the same value, by type; and what does not."""

from typing import Any

import pytest

from syncline_common.schemas.values import FieldType
from syncline_sync_worker.engine.values import is_empty, normalise, reworded, same

T = FieldType
PARAGRAPH = {"kind": "paragraph", "text": "a b"}
SAME: list[tuple[FieldType, Any, Any]] = [
    (T.TEXT, "a\r\nb", "a\nb"),
    (T.TEXT, "a \nb\t", "a\nb"),
    (T.TEXT, "a\n\n", "a"),
    (T.TEXT, "a\u00a0b", "a b"),
    (T.TEXT, "", None),
    (T.TEXT, " \r\n", None),
    (T.TEXT, 12, "12"),
    (T.TEXT, 12.0, "12"),
    (T.RICH_TEXT, "a\n\n\nb", "a\r\nb\n"),
    (T.RICH_TEXT, "  a", "a"),
    (T.RICH_TEXT, PARAGRAPH, {**PARAGRAPH, "text": "a\u00a0b", "marks": None}),
    (T.RICH_TEXT, [PARAGRAPH], [PARAGRAPH]),
    (T.NUMBER, 1, 1.0),
    (T.NUMBER, "1.50", 1.5),
    (T.NUMBER, "100", 1e2),
    (T.NUMBER, 10**30, "1e30"),
    (T.BOOLEAN, True, "true"),
    (T.BOOLEAN, 0, "No"),
    (T.DATE, "2026-01-31", "2026-01-31T00:00:00Z"),
    (T.INSTANT, "2026-01-31T12:00:00Z", "2026-01-31T13:00:00+01:00"),
    (T.INSTANT, "2026-01-31T12:00:00", "2026-01-31T12:00:00.000Z"),
    (T.CHOICE, 2, "2"),
    (T.CHOICE, " New", "New "),
    (T.PERSON, "ada ", "ada"),
    (T.LIST, ["b", "a", "a"], ["a", "b"]),
    (T.LIST, [], None),
]
DIFFERENT: list[tuple[FieldType, Any, Any]] = [
    (T.TEXT, "a", "A"),
    (T.TEXT, " a", "a"),  # indentation says something
    (T.TEXT, True, "True"),
    (T.RICH_TEXT, PARAGRAPH, {**PARAGRAPH, "text": "ab"}),
    (T.RICH_TEXT, PARAGRAPH, {**PARAGRAPH, "text": "a b "}),  # before a bold word
    (T.NUMBER, 0, None),
    (T.NUMBER, 1, True),
    (T.NUMBER, "one", 1),
    (T.NUMBER, "nan", 0),
    (T.NUMBER, "nan", "inf"),
    (T.BOOLEAN, False, None),
    (T.BOOLEAN, True, "maybe"),
    (T.DATE, "2026-01-31", "2026-02-01"),
    (T.DATE, "soon", "later"),
    (T.DATE, "2026-01-31", "2026-01-31 or so"),
    (T.INSTANT, "2026-01-31T12:00:00Z", "2026-01-31T12:00:01Z"),
    (T.CHOICE, "New", "new"),
    (T.LIST, ["a"], ["a", "b"]),
    (T.LIST, "a", ["a"]),
]


@pytest.mark.parametrize(("kind", "one", "other"), SAME, ids=str)
def test_the_same_in_other_words(kind: FieldType, one: Any, other: Any) -> None:
    assert same(kind, one, other)
    assert same(kind, other, one)


@pytest.mark.parametrize(("kind", "one", "other"), DIFFERENT, ids=str)
def test_a_difference_that_counts(kind: FieldType, one: Any, other: Any) -> None:
    assert not same(kind, one, other)
    assert not same(kind, other, one)


@pytest.mark.parametrize("value", [None, "", " \n", "\u00a0", [], {}])
def test_nothing_is_nothing(value: Any) -> None:
    assert is_empty(value)
    assert {normalise(kind, value) for kind in FieldType} == {None}


@pytest.mark.parametrize("value", [0, False, 0.0, "0", ["x"]])
def test_little_is_not_nothing(value: Any) -> None:
    assert not is_empty(value)
    assert None not in [normalise(kind, value) for kind in FieldType]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Printer on fire", "PRINTER ON FIRE "),
        ("one\ntwo", "<p>one</p><p>two</p>"),
        ("a & b", "a &amp; b"),
        ("Straße 1", "straße&nbsp;1"),
    ],
)
def test_the_same_words_put_another_way(one: Any, other: Any) -> None:
    assert reworded(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("one two", "one"), ("1", "2"), ("", ""), ("!", "?"), ("", None), ("1", 1), (None, None)],
)
def test_other_words(one: Any, other: Any) -> None:
    assert not reworded(one, other)
