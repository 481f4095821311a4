"""Who is who on the other side."""

import pytest

from syncline_common.schemas.values import Side
from syncline_sync_worker.engine.people import Directory, Known, People
from syncline_sync_worker.engine.rules import NoPartner

A = [
    Known("a1", email="Ada@x.example", login="ada"),
    Known("a2", email="bob@x.example"),
    Known("a3", login="carl"),
    Known("a4", email="team@x.example"),
    Known("a5", email="dan@x.example"),
]
B = [
    Known("b1", email="ada@X.example"),
    Known("b2", login="bob"),
    Known("b3", login="Carl"),
    Known("b4", email="team@x.example"),
    Known("b5", email="team@x.example"),
    Known("b6", email="dan@x.example"),
    Known("b7", login="daniel"),
]


def people(**facts: object) -> People:
    given = {
        "match": ["email", "login"],
        "table": {"bob@x.example": "bob", "a5": "daniel"},
        "default": {},
    } | facts
    return People({Side.A: Directory(A), Side.B: Directory(B)}, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "to", "found"),
    [
        ("a1", Side.B, "b1"),  # by e-mail, whatever its case
        ("ada", Side.B, "b1"),  # a system that says the login where it means the person
        ("a3", Side.B, "b3"),  # by login
        ("a2", Side.B, "b2"),  # by the table
        ("a5", Side.B, "b7"),  # the table counts more than the e-mail
        ("b1", Side.A, "a1"),
        ("b2", Side.A, "a2"),
        ("b7", Side.A, "a5"),
    ],
)
def test_the_same_person(value: str, to: Side, found: str) -> None:
    assert people().convert(value, to) == found


@pytest.mark.parametrize(("value", "to"), [("a4", Side.B), ("nobody", Side.B), ("b4", Side.B)])
def test_nobody_and_two_with_one_name_are_no_one(value: str, to: Side) -> None:
    with pytest.raises(NoPartner, match=f"'{value}' is nobody on side b"):
        people().convert(value, to)


def test_match_says_what_counts_and_in_which_order() -> None:
    with pytest.raises(NoPartner):
        people(match=["email"]).convert("a3", Side.B)
    assert people(match=["email"]).convert("a1", Side.B) == "b1"


def test_a_default_serves_and_nobody_may_be_it() -> None:
    assert people(default={Side.B: None}).convert("nobody", Side.B) is None
    assert people(default={Side.B: "b3"}).convert("nobody", Side.B) == "b3"
    with pytest.raises(NoPartner):
        people(default={Side.B: None}).convert("nobody", Side.A)
    assert people(table={"a1": "gone"}, default={Side.B: "b3"}).convert("a1", Side.B) == "b3"
