"""What we wrote is taken back, so that the changes behind it are planned once more."""

from typing import Any

from engine.words import STATES, said, seen
from syncline_common.ids import new_id
from syncline_common.schemas.values import UNSET, Direction, Side, Values
from syncline_sync_worker.domain.ledger import Entry
from syncline_sync_worker.engine.plan import plan
from syncline_sync_worker.engine.rewind import made_side, past
from syncline_sync_worker.engine.rules import Rule

LINK = new_id()
RULES = [Rule("r1", "f", "g"), Rule("r2", "state", "number", converter=STATES)]
IN_STEP = ({"f": "y", "state": "Closed"}, {"g": "y", "number": "7"})


def wrote(rule: str, old: Any, new: Any, side: Side = Side.B) -> Entry:
    return Entry(LINK, rule, side, old, new, None, 1)


def again(entries: list[Entry], a: Values, b: Values, rules: list[Rule] = RULES, **was: Any) -> list[str]:
    """What is planned for a pair that agrees by now, once what was written is taken back."""
    places = {(rule, entries[-1].side): value for rule, value in was.items()}
    found = past(rules, {Side.A: a, Side.B: b}, entries, places)
    then = found.seen(Side.A, a), found.seen(Side.B, b)
    return said(plan(*found.bases(a, b, rules), seen(**then[0]), seen(**then[1]), rules).operations)


def test_in_step_nothing_is_planned() -> None:
    assert again([], *IN_STEP) == []


def test_what_we_wrote_is_written_again_over_what_stood_there() -> None:
    assert again([wrote("r1", "x", "y")], *IN_STEP, r1="x") == ["b=y was x"]
    assert again([wrote("r1", "x", "y", Side.A)], *IN_STEP, r1="x") == ["a=y was x"]


def test_of_several_writes_the_first_counts_for_what_stood_there() -> None:
    assert again([wrote("r1", "w", "x"), wrote("r1", "x", "y")], *IN_STEP, r1="w") == ["b=y was w"]


def test_another_value_map_says_it_otherwise() -> None:
    once, entries = IN_STEP, [wrote("r2", "1", "7")]
    assert again(entries, *once, r2="1") == ["b=7 was 1"]
    table = type(STATES)({"New": "1", "Closed": "8"})
    other = [RULES[0], Rule("r2", "state", "number", converter=table)]
    assert again(entries, *once, other, r2="1") == ["b=8 was 1"]


def test_what_was_emptied_is_emptied_again() -> None:
    one_way = [Rule("r1", "f", "g", direction=Direction.A_TO_B)]
    for rules in (one_way, RULES[:1]):
        assert again([wrote("r1", "x", None)], {"f": None}, {"g": None}, rules, r1="x") == ["b=None was x"]


def test_what_was_empty_before_is_filled_again() -> None:
    assert again([wrote("r1", None, "y")], *IN_STEP, r1=None) == ["b=y was None"]


def test_what_somebody_has_edited_since_is_left_as_it_is() -> None:
    edited = {**IN_STEP[1], "g": "z"}
    entries = [wrote("r1", "x", "y")]
    found = past(RULES, {Side.A: IN_STEP[0], Side.B: edited}, entries, {("r1", Side.B): "x"})
    assert found.seen(Side.B, edited) == edited and found.bases(*IN_STEP, RULES) == IN_STEP


def test_a_constant_is_said_again() -> None:
    rules = [Rule("r3", None, "k", constant="software")]
    bases: tuple[Values, Values] = ({"#r3": "software"}, {"k": "software"})
    found = past(rules, {Side.A: {}, Side.B: bases[1]}, [wrote("r3", "x", "software")], {("r3", Side.B): "x"})
    planned = plan(*found.bases(*bases, rules), seen(), seen(**found.seen(Side.B, bases[1])), rules)
    assert said(planned.operations) == ["b=software was x"]


def test_the_side_that_we_made_had_nothing_in_its_fields() -> None:
    assert made_side([wrote("r1", UNSET, "x", Side.A), wrote("r1", "x", "y", Side.B)]) is Side.A
    assert made_side([wrote("r1", None, "x")]) is None
