"""A19, as a table written by hand: every move, and nothing else."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from syncline_common.errors import InvalidTransition
from syncline_connections.domain.connection import Connection, End
from syncline_connections.domain.states import State

LEGAL = {
    ("building", "ready_to_configure"),
    ("building", "build_failed"),
    ("build_failed", "building"),
    ("ready_to_configure", "configured"),
    ("configured", "tested"),
    ("tested", "configured"),
    ("configured", "ready_to_configure"),
    ("tested", "ready_to_configure"),
    ("configured", "active"),
    ("tested", "active"),
    ("active", "paused"),
    ("paused", "active"),
    ("active", "error"),
    ("paused", "error"),
    ("error", "active"),
    ("error", "paused"),
    *((it.value, "deleting") for it in State if it.value != "deleting"),
}
AT = datetime(2026, 1, 1, tzinfo=UTC)


def a_connection(state: str) -> Connection:
    ends = (End("https://a.example", "a", "a"), End("https://b.example", "b", "b"))
    it = Connection(UUID(int=1), UUID(int=2), UUID(int=3), "n", "", "work_items", *ends, AT)
    it.state = State(state)
    return it


@pytest.mark.parametrize("to", [it.value for it in State])
@pytest.mark.parametrize("state", [it.value for it in State])
def test_a19_the_only_moves(state: str, to: str) -> None:
    it = a_connection(state)
    if (state, to) in LEGAL:
        it.move(State(to))
        assert it.state.value == to
        return
    with pytest.raises(InvalidTransition) as refused:
        it.move(State(to))
    assert it.state.value == state
    assert set(refused.value.allowed) == {legal for given, legal in LEGAL if given == state}


@pytest.mark.parametrize(
    ("state", "valid", "after"),
    [
        ("ready_to_configure", True, "configured"),
        ("ready_to_configure", False, "ready_to_configure"),
        ("configured", True, "configured"),
        ("configured", False, "ready_to_configure"),
        ("tested", True, "configured"),
        ("tested", False, "ready_to_configure"),
        ("active", True, "active"),
        ("active", False, "active"),
        ("paused", False, "paused"),
        ("error", False, "error"),
    ],
)
def test_a19_a_draft_moves_its_connection_until_the_first_publish(
    state: str, valid: bool, after: str
) -> None:
    it = a_connection(state)
    it.drafted(valid=valid)
    assert it.state.value == after


@pytest.mark.parametrize("before", ["active", "paused"])
def test_an_error_goes_back_to_where_it_came_from(before: str) -> None:
    it = a_connection(before)
    assert it.fail("credentials") and (it.state.value, it.cause) == ("error", "credentials")
    assert not it.fail("credentials") and not it.recover("something else", AT)
    assert it.recover("credentials", AT) and (it.state.value, it.cause) == (before, None)


def test_the_pair_is_the_same_in_either_order_and_names_are_folded() -> None:
    ends = (End("https://a.example", "a", "a"), End("https://b.example", "b", "b"))
    owner = (UUID(int=1), UUID(int=2), UUID(int=3))
    one = Connection(*owner, " Bugs  and ", "", "work_items", *ends, AT)
    other = Connection(*owner, "BUGS AND", "", "work_items", ends[1], ends[0], AT)
    assert (one.pair_key, one.name_key) == (other.pair_key, other.name_key)
