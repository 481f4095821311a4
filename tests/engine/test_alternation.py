"""A field that goes back and forth is frozen; one that people edit is not."""

from datetime import timedelta
from typing import Any

from engine.words import EARLY, said, seen
from syncline_common.schemas.values import Direction, Side
from syncline_sync_worker.engine.alternation import PastWrite, recent
from syncline_sync_worker.engine.plan import plan
from syncline_sync_worker.engine.rules import Policy, Rule

MINUTE = timedelta(minutes=1)
ONE_WAY = Rule("r", "f", "f", direction=Direction.A_TO_B)


def wrote(minute: int, value: Any, side: Side = Side.B, **facts: Any) -> PastWrite:
    return PastWrite(facts.pop("rule_id", "r"), side, value, EARLY + minute * MINUTE, **facts)


def restored(past: list[PastWrite], now: int = 10) -> list[str]:
    """The target was changed again; the source still says x."""
    counting = recent(past, EARLY + now * MINUTE)
    return said(plan({"f": "x"}, {"f": "x"}, seen(f="x"), seen(f="y"), [ONE_WAY], recent=counting).operations)


def test_the_third_return_is_one_too_many() -> None:
    assert restored([wrote(1, "x"), wrote(2, "x")]) == ["b=x was y"]
    assert restored([wrote(1, "x"), wrote(2, "x"), wrote(3, "x")]) == ["freeze b=x"]


def test_two_sides_that_answer_each_other_are_stopped() -> None:
    past = [wrote(1, "x"), wrote(2, "y", Side.A), wrote(3, "x"), wrote(4, "y", Side.A)]
    assert restored(past[:3]) == ["b=x was y"]
    assert restored(past) == ["freeze b=x"]


def test_half_an_hour_later_it_is_tried_again() -> None:
    past = [wrote(1, "x"), wrote(2, "x"), wrote(3, "x")]
    assert restored(past, now=30) == ["freeze b=x"]
    assert restored(past, now=31) == ["b=x was y"]


def test_a_person_may_change_their_mind_as_often_as_they_like() -> None:
    past = [wrote(1, "x"), wrote(2, "x"), wrote(3, "x"), wrote(4, "x", person=True)]
    assert restored(past) == ["b=x was y"]
    assert restored([*past[-1:], *past[:3]]) == ["b=x was y"]  # in whatever order they come


def test_values_that_are_new_or_another_rules_do_not_count() -> None:
    assert restored([wrote(1, "p"), wrote(2, "q"), wrote(3, "s"), wrote(4, "t")]) == ["b=x was y"]
    others = [wrote(minute, "x", rule_id="other") for minute in (1, 2, 3)]
    assert restored(others) == ["b=x was y"]
    assert restored([wrote(minute, "x", person=True, rule_id="other") for minute in (4, 5)]) == ["b=x was y"]


def test_a_value_that_is_new_flows_even_after_returns() -> None:
    counting = [wrote(1, "x"), wrote(2, "x"), wrote(3, "x"), wrote(4, "x")]
    planned = plan({"f": "x"}, {"f": "x"}, seen(f="new"), seen(f="x"), [ONE_WAY], recent=counting)
    assert said(planned.operations) == ["b=new was x"]


def test_a_frozen_field_has_no_winner_and_its_neighbours_flow() -> None:
    rules = [Rule("r", "f", "f", policy=Policy.A), Rule("r2", "g", "g")]
    past = [wrote(minute, "y") for minute in (1, 2, 3)]
    base = {"f": "x", "g": "x"}
    planned = plan(base, base, seen(f="y", g="y"), seen(f="z", g="x"), rules, recent=past)
    assert said(planned.operations) == ["freeze b=y", "b=y was x"]
