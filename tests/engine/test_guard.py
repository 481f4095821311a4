"""What destroys something, and when it waits for a person."""

import pytest

from engine.words import said, seen
from syncline_common.schemas.values import Direction
from syncline_sync_worker.engine.guard import Guard, held, is_destructive
from syncline_sync_worker.engine.plan import plan
from syncline_sync_worker.engine.rules import Policy, Rule

ONE_WAY = Rule("r", "f", "f", direction=Direction.A_TO_B)


@pytest.mark.parametrize(
    ("base", "a", "b", "rule", "destroys"),
    [
        ("x", "y", "x", Rule("r", "f", "f"), False),  # a plain update
        ("x", None, "x", Rule("r", "f", "f"), False),  # emptied by a person: plain as well
        ("x", "x", "z", ONE_WAY, True),  # the target's edit is replaced
        ("x", "y", "z", Rule("r", "f", "f", policy=Policy.A), True),
        ("x", "y", None, ONE_WAY, False),  # nothing is there to be destroyed
        (..., "x", "z", ONE_WAY, True),  # on a first run, any value that is there
        (..., "x", None, ONE_WAY, False),
    ],
)
def test_what_destroys(base: object, a: object, b: object, rule: Rule, destroys: bool) -> None:
    bases = {} if base is ... else {"f": base}
    planned = plan(bases, bases, seen(f=a), seen(f=b), [rule])
    assert [is_destructive(it) for it in planned.writes] == [destroys]
    assert not any(is_destructive(it) for it in planned.operations if it not in planned.writes)


@pytest.mark.parametrize(
    ("records", "in_flow", "allowed"),
    [(10, 0, True), (11, 0, False), (10, 100, True), (50, 1000, True), (51, 1000, False), (12, 239, False)],
)
def test_the_larger_of_least_and_share(records: int, in_flow: int, allowed: bool) -> None:
    assert Guard(share=0.05, least=10).allows(records, in_flow) is allowed


def test_what_is_not_destructive_flows_on() -> None:
    rules = [
        Rule("r1", "f", "f", policy=Policy.A),
        Rule("r2", "g", "g"),
        Rule("r3", "h", "h", policy=Policy.ASK),
    ]
    base = {"f": "x", "g": "x", "h": "x"}
    planned = plan(base, base, seen(f="y", g="y", h="y"), seen(f="z", g="x", h="z"), rules)
    waits, flows = held(planned.operations)
    assert said(waits) == ["conflict, a wins", "b=y was z"]
    assert said(flows) == ["b=y was x", "conflict, nobody wins"]
