"""What is remembered after operations: what came back, and only that."""

from engine.words import said, seen
from syncline_common.schemas.values import Side
from syncline_sync_worker.engine.bases import catch_up, forget, remember
from syncline_sync_worker.engine.operations import Adopt, Conflict, Freeze, Write
from syncline_sync_worker.engine.plan import plan
from syncline_sync_worker.engine.rules import Rule

RULES = [Rule("r1", "f", "g"), Rule("r2", "h", "i")]
BASES = ({"f": "x", "h": "x"}, {"g": "x", "i": "x"})
INTO_B = Write("r1", Side.B, "g", "y", old="x", source="y")


def test_the_written_side_is_remembered_as_it_came_back_the_other_as_it_was_seen() -> None:
    assert remember(BASES, [INTO_B], {Side.B: {"g": "Y"}}, RULES) == (
        {"f": "y", "h": "x"},
        {"g": "Y", "i": "x"},
    )
    into_a = Write("r2", Side.A, "h", "z", old="x", source="z")
    after = remember(BASES, [into_a], {Side.A: {"h": "Z"}}, RULES)
    assert after == ({"f": "x", "h": "Z"}, {"g": "x", "i": "z"})


def test_what_was_not_read_back_is_not_remembered() -> None:
    assert remember(BASES, [INTO_B], {}, RULES) == BASES
    assert remember(BASES, [INTO_B], {Side.B: {"i": "y"}, Side.A: {"g": "y"}}, RULES) == BASES
    again = plan(*BASES, seen(f="y", h="x"), seen(g="y", i="x"), RULES)
    assert said(again.operations) == ["adopt"]


def test_what_was_emptied_is_remembered_as_empty() -> None:
    emptied = Write("r1", Side.B, "g", None, old="x", source=None)
    assert remember(BASES, [emptied], {Side.B: {"g": None}}, RULES)[1] == {"g": None, "i": "x"}


def test_adopting_remembers_both() -> None:
    assert remember(({}, {}), [Adopt("r1", "New", "1")], {}, RULES) == ({"f": "New"}, {"g": "1"})


def test_conflicts_and_frozen_fields_leave_the_bases_alone() -> None:
    conflict, frozen = Conflict("r1", "y", "z", None), Freeze("r2", Side.B, "i", "y", "x")
    assert remember(BASES, [conflict, frozen], {Side.B: {"g": "q", "i": "q"}}, RULES) == BASES


def test_the_bases_that_were_given_are_not_changed() -> None:
    given = ({"f": "x"}, {"g": "x"})
    remember(given, [INTO_B], {Side.B: {"g": "y"}}, RULES)
    assert given == ({"f": "x"}, {"g": "x"})


def test_a_write_without_an_answer_that_took_effect_is_remembered_as_if_it_had_been_answered() -> None:
    now = {Side.A: {"f": "z", "h": "x"}, Side.B: {"g": "y ", "i": "x"}}
    bases, ours = catch_up(BASES, [INTO_B], now, RULES)
    assert (bases, ours) == (({"f": "y", "h": "x"}, {"g": "y ", "i": "x"}), [INTO_B])
    after = plan(*bases, seen(f="z", h="x"), seen(g="y ", i="x"), RULES)
    assert [(it.field, it.value) for it in after.writes] == [("g", "z")]


def test_a_write_without_an_answer_that_took_no_effect_is_none() -> None:
    for there in ({"g": "x"}, {"g": "edited"}, {}):
        assert catch_up(BASES, [INTO_B], {Side.A: {"f": "z"}, Side.B: there}, RULES) == (BASES, [])
    now = {Side.A: {"f": "y"}, Side.B: {"g": "y"}}
    assert catch_up(BASES, [INTO_B], now, [RULES[1]]) == (BASES, [])


def test_what_no_rule_refers_to_is_forgotten() -> None:
    rules = [Rule("r1", "f", "g", shared=frozenset([Side.A])), Rule("r3", None, "k", constant=1)]
    bases = ({"f": "x", "f#r1": "x", "#r3": 1, "h": "x"}, {"g": "x", "k": 1, "i": "x"})
    assert forget(bases, rules) == ({"f#r1": "x", "#r3": 1}, {"g": "x", "k": 1})
