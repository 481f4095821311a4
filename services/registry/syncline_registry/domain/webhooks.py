"""Webhooks of a Node: whether its system posts to us, where to, and what there is to say of it to a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self


class State(StrEnum):
    NONE = "none"  # nothing posts to us, and it says why
    ASKED = "asked"  # it may post to us or not: looked after again
    SUBSCRIBED = "subscribed"
    UNDONE = "undone"  # nobody needed them any more


@dataclass(frozen=True, slots=True)
class Webhooks:
    state: State = State.NONE
    said: str = ""
    base: str | None = None  # our address, as the system was told it: what may have to be undone

    def as_json(self) -> dict[str, Any]:
        return {"state": self.state.value, "said": self.said, "base": self.base}

    @classmethod
    def from_json(cls, told: Mapping[str, Any] | None) -> Self:
        return cls() if told is None else cls(State(told["state"]), told["said"], told["base"])
