"""The states of a Connection, and the only moves between them."""

from collections.abc import Mapping
from enum import StrEnum

from syncline_common.errors import FieldFault, InvalidTransition


class State(StrEnum):
    BUILDING = "building"
    BUILD_FAILED = "build_failed"
    READY_TO_CONFIGURE = "ready_to_configure"
    CONFIGURED = "configured"  # its draft is valid
    TESTED = "tested"  # and a test run of this very draft went through
    ACTIVE = "active"
    PAUSED = "paused"
    ERROR = "error"  # nothing works until somebody acts; the cause says what is wrong
    DELETING = "deleting"


MOVES: Mapping[State, tuple[State, ...]] = {
    State.BUILDING: (State.READY_TO_CONFIGURE, State.BUILD_FAILED, State.DELETING),
    State.BUILD_FAILED: (State.BUILDING, State.DELETING),
    State.READY_TO_CONFIGURE: (State.CONFIGURED, State.DELETING),
    State.CONFIGURED: (State.TESTED, State.READY_TO_CONFIGURE, State.ACTIVE, State.DELETING),
    State.TESTED: (State.CONFIGURED, State.READY_TO_CONFIGURE, State.ACTIVE, State.DELETING),
    State.ACTIVE: (State.PAUSED, State.ERROR, State.DELETING),
    State.PAUSED: (State.ACTIVE, State.ERROR, State.DELETING),
    State.ERROR: (State.ACTIVE, State.PAUSED, State.DELETING),
    State.DELETING: (),
}
BUILT = frozenset(State) - {State.BUILDING, State.BUILD_FAILED, State.DELETING}
PUBLISHED = frozenset({State.ACTIVE, State.PAUSED, State.ERROR})
BEFORE_PUBLISH = BUILT - PUBLISHED


def require_move(state: State, to: State, *faults: FieldFault) -> None:
    """Refuse what is no move, and name those that are."""
    if to not in MOVES[state]:
        raise illegal(state, f"A connection that is {say(state)} can't become {say(to)}", *faults)


def illegal(state: State, message: str, *faults: FieldFault) -> InvalidTransition:
    return InvalidTransition(message, *faults, allowed=[it.value for it in MOVES[state]])


def say(state: State) -> str:
    return state.value.replace("_", " ")
