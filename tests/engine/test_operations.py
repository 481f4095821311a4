"""Operations as data: there and back through JSON, and one line for people."""

import json

import pytest

from syncline_common.schemas.values import UNSET, Side
from syncline_sync_worker.engine.operations import (
    Adopt,
    Conflict,
    Freeze,
    Operation,
    Write,
    from_json,
    line,
    to_json,
)

EXAMPLES: list[tuple[Operation, str, str]] = [
    (
        Write("r1", Side.B, "state", "2", "1", "Active"),
        '{"expected": true, "field": "state", "kind": "write", "old": "1", "rule_id": "r1", "side": "b", '
        '"source": "Active", "value": "2"}',
        'b.state: "1" -> "2"',
    ),
    (
        Adopt("r1", None, "x"),
        '{"a": null, "b": "x", "kind": "adopt", "rule_id": "r1"}',
        'r1: agreed on null | "x"',
    ),
    (
        Conflict("r1", ["ä"], 1, None),
        '{"a": ["\\u00e4"], "b": 1, "kind": "conflict", "rule_id": "r1", "winner": null}',
        'r1: conflict ["ä"] | 1, nobody wins',
    ),
    (
        Conflict("r1", "y", "z", Side.A, "x", None),
        '{"a": "y", "b": "z", "base_a": "x", "base_b": null, "kind": "conflict", "rule_id": "r1", "winner": "a"}',
        'r1: conflict "y" | "z", a wins',
    ),
    (
        Freeze("r1", Side.A, "title", "x", "y"),
        '{"field": "title", "kind": "freeze", "old": "y", "rule_id": "r1", "side": "a", "value": "x"}',
        'a.title: frozen, "x" does not round-trip',
    ),
]


@pytest.mark.parametrize(("operation", "text", "words"), EXAMPLES)
def test_there_and_back(operation: Operation, text: str, words: str) -> None:
    assert json.dumps(to_json(operation), sort_keys=True) == text
    back = from_json(json.loads(text))
    assert back == operation
    assert type(back) is type(operation)
    assert line(operation) == words


def test_no_base_is_not_an_empty_base() -> None:
    back = from_json(to_json(Conflict("r1", "y", "z", None)))
    assert isinstance(back, Conflict)
    assert back.base_a is UNSET


def test_a_side_is_a_side_again_and_not_its_letter() -> None:
    back = from_json(
        {"kind": "write", "rule_id": "r", "side": "a", "field": "f", "value": 1, "old": 2, "source": 3}
    )
    assert isinstance(back, Write)
    assert back.side.other is Side.B


def test_a_long_value_is_shortened_in_a_line() -> None:
    assert len(line(Write("r1", Side.A, "f", "x" * 1000, "y" * 1000, None))) < 140
