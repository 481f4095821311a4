"""What of a filter a vendor can be asked for; what it can't remains, word for word."""

import pytest

from syncline_common.configuration.conditions import Condition, conditions_in


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("record.priority <= 2", ("priority", "<=", (2,))),
        ('record.System.State == "a && b"', ("System.State", "==", ("a && b",))),
        ("record[\"Custom.Team Name\"] == 'x'", ("Custom.Team Name", "==", ("x",))),
        ('record.state in ["New", "Old"]', ("state", "in", ("New", "Old"))),
        ("record.active == true", ("active", "==", (True,))),
        ("record.cost >  -1.5", ("cost", ">", (-1.5,))),
    ],
)
def test_a_comparison_is_asked_for(source: str, found: tuple[str, str, tuple[object, ...]]) -> None:
    assert conditions_in(source) == ((Condition(*found, source),), ())


@pytest.mark.parametrize(
    "source",
    [
        'record.a == "x" || record.b == 1',
        "record.a == 1 ? true : record.b == 2",
        "record.a != 1",
        "1 == record.a",
        "record.a == record.b",
        "size(record.a) > 2",
        '!(record.a == "x")',
        '(record.a == "x" || record.b == 1)',
        r'record.a == "x\n"',
        'record.a == r"x"',
        "record.a == null",
        "record.a in []",
        "((",
    ],
)
def test_what_no_vendor_is_asked_for_remains_as_it_is_written(source: str) -> None:
    assert conditions_in(source) == ((), (source,))


def test_the_parts_are_told_apart() -> None:
    found, rest = conditions_in('record.a == 1 && (record.b == 2 || record.c == 3) && record.d == "||"')
    assert [it.source for it in found] == ["record.a == 1", 'record.d == "||"']
    assert rest == ("(record.b == 2 || record.c == 3)",)


@pytest.mark.parametrize("source", ["", "   "])
def test_no_filter_leaves_nothing(source: str) -> None:
    assert conditions_in(source) == ((), ())
