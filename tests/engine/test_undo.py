"""What is given back of what a run replaced, and what is left alone; by hand."""

from typing import Any

import pytest

from engine.words import said, seen
from syncline_common.schemas.values import UNSET, Direction, FieldType, Side
from syncline_sync_worker.engine.bases import remember
from syncline_sync_worker.engine.plan import plan
from syncline_sync_worker.engine.rules import Rule
from syncline_sync_worker.engine.undo import (
    AS_BEFORE,
    CHANGED_SINCE,
    CREATED,
    EDITED_SINCE,
    NO_RULE,
    UNREAD,
    WRITTEN_SINCE,
    Replaced,
    Untouched,
    undo,
)

BOTH = Rule("r", "f", "f")
ONE_WAY = Rule("r", "f", "f", direction=Direction.A_TO_B)
NEW = {"f": "new"}  # of both sides: a run has carried a's value over, where b had `old`


def replaced(**facts: Any) -> Replaced:
    return Replaced(**{"rule_id": "r", "side": Side.B, "old": "old", "new": "new", **facts})


def undone(a: Any, b: Any, it: Replaced, rule: Rule = BOTH) -> tuple[list[str], list[str]]:
    """What would be written, and why the rest is left alone."""
    values = {Side.A: {} if a is ... else {"f": a}, Side.B: {} if b is ... else {"f": b}}
    planned = plan(NEW, NEW, seen(**values[Side.A]), seen(**values[Side.B]), [rule])
    found, left = undo(planned, [it], values, [rule])
    return said(found.operations), [one.why for one in left]


@pytest.mark.parametrize("rule", [BOTH, ONE_WAY])
def test_what_nobody_has_changed_is_given_back_and_stays(rule: Rule) -> None:
    values = {Side.A: NEW, Side.B: NEW}
    found, left = undo(plan(NEW, NEW, seen(f="new"), seen(f="new"), [rule]), [replaced()], values, [rule])
    assert (said(found.operations), left) == (["b=old was new"], [])
    bases = remember((NEW, NEW), found.operations, {Side.B: {"f": "old"}}, [rule])
    assert plan(*bases, seen(f="new"), seen(f="old"), [rule]).operations == ()
    assert said(plan(*bases, seen(f="newer"), seen(f="old"), [rule]).operations) == ["b=newer was old"]


@pytest.mark.parametrize(
    ("a", "b", "it", "why"),
    [
        ("new", "other", replaced(), EDITED_SINCE),  # and is carried to a now
        ("newer", "new", replaced(), EDITED_SINCE),
        ("new", "new", replaced(again=True), WRITTEN_SINCE),
        ("new", "new", replaced(new="other"), CHANGED_SINCE),
        ("new", "new", replaced(new=UNSET), CHANGED_SINCE),
        ("new", "new", replaced(old="new"), AS_BEFORE),
        ("new", "new", replaced(old=UNSET), CREATED),
        ("new", "new", replaced(rule_id="gone"), NO_RULE),
        ("new", ..., replaced(), UNREAD),
        (..., "new", replaced(), UNREAD),
    ],
)
def test_what_is_left_alone(a: Any, b: Any, it: Replaced, why: str) -> None:
    written, left = undone(a, b, it)
    assert left == [why] and not any("old was" in one or one.endswith("=old") for one in written)


def test_what_was_emptied_is_filled_and_what_was_filled_is_emptied() -> None:
    assert undone("new", "new", replaced(old=None)) == (["b=None was new"], [])


def test_a_systems_own_way_of_writing_is_no_change() -> None:
    rule = Rule("r", "f", "f", FieldType.RICH_TEXT, FieldType.RICH_TEXT)
    values: dict[Side, Any] = {Side.A: {"f": "new\n\nline"}, Side.B: {"f": "new\nline"}}
    planned = plan(values[Side.A], values[Side.B], seen(**values[Side.A]), seen(**values[Side.B]), [rule])
    found, left = undo(planned, [replaced(new="new\r\n\r\nline")], values, [rule])
    assert (len(found.writes), left) == (1, [])


def test_both_sides_of_a_rule_are_given_back_together() -> None:
    """A value of a person's own had gone to both."""
    past = [replaced(), replaced(side=Side.A, old="older")]
    values = {Side.A: NEW, Side.B: NEW}
    found, _ = undo(plan(NEW, NEW, seen(f="new"), seen(f="new"), [BOTH]), past, values, [BOTH])
    assert sorted(said(found.operations)) == ["a=older was new", "b=old was new"]
    bases = remember((NEW, NEW), found.operations, {Side.A: {"f": "older"}, Side.B: {"f": "old"}}, [BOTH])
    assert plan(*bases, seen(f="older"), seen(f="old"), [BOTH]).operations == ()


def test_each_field_goes_its_own_way() -> None:
    rules = [BOTH, Rule("s", "g", "g")]
    base = {"f": "new", "g": "new"}
    values = {Side.A: base, Side.B: {"f": "new", "g": "edited"}}
    planned = plan(base, base, seen(**base), seen(f="new", g="edited"), rules)
    found, left = undo(planned, [replaced(), replaced(rule_id="s")], values, rules)
    assert sorted(said(found.operations)) == ["a=edited was new", "b=old was new"]
    assert left == [Untouched("s", Side.B, EDITED_SINCE)]
