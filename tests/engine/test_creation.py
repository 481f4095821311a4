"""What a create on the other side sends."""

from engine.words import STATES
from syncline_common.schemas.values import Direction, Side
from syncline_sync_worker.engine.bases import remember
from syncline_sync_worker.engine.conversion import FieldProblem
from syncline_sync_worker.engine.creation import creation
from syncline_sync_worker.engine.operations import Write
from syncline_sync_worker.engine.rules import Rule, When

TITLE = Rule("r1", "title", "short")
STATE = Rule("r2", "state", "phase", converter=STATES)
CONSTANT = Rule("r3", None, "category", direction=Direction.A_TO_B, constant="software", when=When.CREATE)


def test_it_sends_what_the_rules_say() -> None:
    made = creation(Side.B, {"title": "x", "state": "Doing", "unmapped": 1}, [TITLE, STATE, CONSTANT])
    assert made.values == {"short": "x", "phase": "2", "category": "software"}
    assert made.operations[1] == Write("r2", Side.B, "phase", "2", old=None, source="Doing")
    assert made.may_be_sent


def test_it_leaves_out_what_is_empty_unread_or_not_for_creates() -> None:
    rules = [
        TITLE,
        Rule("r4", "f", "f", direction=Direction.B_TO_A),
        Rule("r5", "g", "g", when=When.UPDATE),
        Rule("r6", "unread", "h"),
    ]
    assert creation(Side.B, {"title": " ", "f": "x", "g": "x"}, rules).values == {}


def test_defaults_serve_for_empty_and_invalid_values() -> None:
    rules = [
        Rule("r1", "title", "short", defaults={Side.B: "none"}),
        Rule("r2", "state", "phase", converter=STATES, defaults={Side.B: "0"}),
    ]
    assert creation(Side.B, {"title": None, "state": "Odd"}, rules).values == {"short": "none", "phase": "0"}


def test_a_constant_belongs_to_one_side() -> None:
    assert creation(Side.A, {}, [CONSTANT]).values == {}


def test_problems_and_missing_fields_hold_it_back() -> None:
    made = creation(
        Side.B, {"title": None, "state": "Odd"}, [TITLE, STATE], required=["short", "phase", "impact"]
    )
    assert made.problems == (FieldProblem("r2", Side.A, "state", "Odd", "'Odd' has no partner"),)
    assert made.missing == ("impact", "short")  # phase is named by its problem already
    assert not made.may_be_sent
    assert not creation(Side.B, {}, [], required=["impact"]).may_be_sent


def test_its_bases_are_what_was_sent_and_what_came_back() -> None:
    made = creation(Side.B, {"title": "x"}, [TITLE, CONSTANT])
    bases = remember(
        ({}, {}), made.operations, {Side.B: {"short": "X", "category": "Software"}}, [TITLE, CONSTANT]
    )
    assert bases == ({"title": "x", "#r3": "software"}, {"short": "X", "category": "Software"})
