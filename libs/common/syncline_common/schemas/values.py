"""What a field can hold, and the words that configuration, planner and ledger share."""

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Any, Final

Value = Any  # JSON: a scalar, list or mapping, as the system gives it, normalised by its type
Values = Mapping[str, Value]  # by the system's own name of the field


class Unset(Enum):
    """Not None: a field that is empty says something, one that was never read does not."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET


class Side(StrEnum):
    A = "a"
    B = "b"

    @property
    def other(self) -> "Side":
        return Side.B if self is Side.A else Side.A


class Direction(StrEnum):
    BOTH = "both"
    A_TO_B = "a_to_b"
    B_TO_A = "b_to_a"

    def into(self, side: Side) -> bool:
        """Whether anything is written to `side`."""
        return self is Direction.BOTH or (self is Direction.A_TO_B) == (side is Side.B)


class FieldType(StrEnum):
    TEXT = "text"
    RICH_TEXT = "rich_text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"  # "2026-01-31"
    INSTANT = "instant"  # "2026-01-31T12:00:00Z"
    CHOICE = "choice"
    PERSON = "person"  # the system's own key of a person
    LIST = "list"
