"""What a configuration says about the fields of a flow, ready for the planner."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

from syncline_common.schemas.values import UNSET, Direction, FieldType, Side, Value, Values


class Policy(StrEnum):
    A = "a"
    B = "b"
    LATEST = "latest"
    ASK = "ask"
    NONE = "none"  # the last write wins, and nobody is told that there were two


class When(StrEnum):
    BOTH = "both"
    CREATE = "create"
    UPDATE = "update"


class NoPartner(Exception):
    """A value that the other side has no words for; `reason` names the value."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Converter(Protocol):
    def convert(self, value: Value, to: Side) -> Value:
        """`value`, which is never empty, in the words of side `to`; NoPartner if there are none."""


class Same:
    def convert(self, value: Value, to: Side) -> Value:
        return value


SAME: Final = Same()


@dataclass(frozen=True, slots=True)
class Rule:
    id: str  # stable; the ledger and the conflict inbox refer to it
    a: str | None
    b: str | None
    type_a: FieldType = FieldType.TEXT
    type_b: FieldType = FieldType.TEXT
    direction: Direction = Direction.BOTH
    when: When = When.BOTH
    policy: Policy = Policy.LATEST
    converter: Converter = SAME
    defaults: Mapping[Side, Value] = field(default_factory=dict)  # what serves for an empty or invalid value
    constant: Value = UNSET  # with it, the rule has one side only: where it is written
    shared: frozenset[Side] = frozenset()  # sides on which another rule has the same field
    key_a: str = field(init=False)  # its places in the two bases
    key_b: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key_a", self._key(Side.A))
        object.__setattr__(self, "key_b", self._key(Side.B))

    def field(self, side: Side) -> str | None:
        return self.a if side is Side.A else self.b

    def type(self, side: Side) -> FieldType:
        return self.type_a if side is Side.A else self.type_b

    def key(self, side: Side) -> str:
        return self.key_a if side is Side.A else self.key_b

    def _key(self, side: Side) -> str:
        """Its place in a side's base: the field's name, and the rule's where the field alone would not tell.

        Two rules that read one field agree at different times. The absent side of a constant remembers what was sent.
        """
        name = self.field(side)
        return name if name is not None and side not in self.shared else f"{name or ''}#{self.id}"

    def value(self, side: Side, values: Values) -> Value:
        """What the side says; UNSET if the field was not read."""
        name = self.field(side)
        return self.constant if name is None else values.get(name, UNSET)

    @property
    def source(self) -> Side | None:
        """The side that is always right; None if both may speak."""
        return {Direction.A_TO_B: Side.A, Direction.B_TO_A: Side.B}.get(self.direction)
