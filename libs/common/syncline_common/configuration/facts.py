"""What is known of the two systems that a configuration is about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from syncline_common.schemas.values import FieldType, Side, Value


@dataclass(frozen=True)
class FieldFacts:
    name: str
    label: str = ""
    type: FieldType = FieldType.TEXT
    writable: bool = True
    required_on_create: bool = False
    choices: tuple[Value, ...] | None = None  # None: anything goes, or nobody knows
    nullable: bool = True
    choice_labels: Mapping[str, str] = field(
        default_factory=dict, hash=False
    )  # where they are not the choices themselves

    def choice_name(self, value: Value) -> str:
        """As a person knows it."""
        return self.choice_labels.get(str(value), str(value))

    def has_choice(self, value: Value) -> bool:
        """However it is written: a document says "1" where the system says 1."""
        return self.choices is None or str(value) in self._choice_names

    @cached_property
    def _choice_names(self) -> frozenset[str]:
        return frozenset(str(it) for it in self.choices or ())


@dataclass(frozen=True)
class StreamFacts:
    name: str
    label: str = ""
    fields: tuple[FieldFacts, ...] = ()
    projects: tuple[str, ...] = ()  # none: this system has no projects

    @cached_property
    def by_name(self) -> Mapping[str, FieldFacts]:
        return {it.name: it for it in self.fields}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The streams of both systems; None for a side that could not be asked."""

    a: tuple[StreamFacts, ...] | None = None
    b: tuple[StreamFacts, ...] | None = None

    def streams(self, side: Side) -> Mapping[str, StreamFacts] | None:
        known = self.a if side is Side.A else self.b
        return None if known is None else {it.name: it for it in known}

    def stream(self, side: Side, name: str) -> StreamFacts | None:
        return (self.streams(side) or {}).get(name)
