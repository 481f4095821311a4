"""Two invented vendors: their fields, what they make of what they are given, and what they refuse."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from syncline_common.errors import RecordRejected
from syncline_common.schemas.connector import RepeatClass, StreamTraits
from syncline_common.schemas.records import Feed
from syncline_common.schemas.values import FieldType, Value, Values

PYTHON_TYPES = {FieldType.NUMBER: int, FieldType.BOOLEAN: bool}


def as_given(value: Value) -> Value:
    return value


@dataclass(frozen=True, slots=True)
class Field:
    type: FieldType
    stored: Callable[[Value], Value] = as_given  # the vendor's own way of putting it
    choices: frozenset[Value] | None = None
    read_only: bool = False
    required: bool = False

    def complaint(self, name: str, value: Value) -> str | None:
        if self.read_only:
            return f"{name} can't be set"
        if value is None:
            return f"{name} can't be empty" if self.required else None
        if type(value) is not PYTHON_TYPES.get(self.type, str):
            return f"{name} is of another type"
        if self.choices is not None and value not in self.choices:
            return f"{name} has no choice {value!r}"
        return None


@dataclass(frozen=True, slots=True)
class Facts:
    """What differs from installation to installation; part of a history. Times are in seconds."""

    granularity: float = 1.0
    offset: float = 0.0  # of the vendor's clock
    lag: float = 0.0  # feeds and searches don't show what was written within the last ones
    creates: RepeatClass = RepeatClass.K2
    conditional: bool = True
    page: int = 3
    lost_hooks: float = 0.2
    budget: int = 600  # requests a minute


@dataclass(frozen=True, slots=True)
class Vendor:
    name: str
    stream: str
    key: str  # the field by which the oracle tells which record this is a copy of; nobody edits it
    fields: Mapping[str, Field]
    dated_versions: bool  # else they are numbers
    comments_touch: bool  # a comment changes its record; else comments have a feed of their own
    drifting_inventory: bool  # pages by position, so that what goes in between is passed over
    whole_pages: bool  # pages of changes bring their records along
    facts: Facts = field(default_factory=Facts)

    def check(self, values: Values, *, new: bool) -> None:
        complaints = [
            self.fields[name].complaint(name, value) if name in self.fields else f"{name} is unknown"
            for name, value in values.items()
        ]
        if new:
            missing = [name for name, it in self.fields.items() if it.required and name not in values]
            complaints += [f"{name} is missing" for name in missing]
        if any(complaints):
            raise RecordRejected("; ".join(filter(None, complaints)))

    def stored(self, values: Values) -> dict[str, Value]:
        return {name: self.stored_one(name, value) for name, value in values.items()}

    def stored_one(self, name: str, value: Value) -> Value:
        return None if value is None else self.fields[name].stored(value)

    def traits(self) -> StreamTraits:
        facts = self.facts
        return StreamTraits(
            granularity=timedelta(seconds=facts.granularity),
            lag=timedelta(seconds=facts.lag),
            settle=timedelta(seconds=facts.lag),
            creates=facts.creates,
            conditional=facts.conditional,
            batch=2,
            clock_offset=timedelta(seconds=facts.offset),
            feeds=(Feed.RECORDS,) if self.comments_touch else (Feed.RECORDS, Feed.COMMENTS),
        )


def _own_line_ends(value: str) -> str:
    """As some editors do: its own line ends, one of them at the end of every text."""
    return value.replace("\r\n", "\n").rstrip("\n").replace("\n", "\r\n") + "\r\n"


def _shouted(value: str) -> str:
    return value.strip().upper()


ALDER_PEOPLE = frozenset(["ada@alder.example", "bob@alder.example", "cleo@alder.example"])
BIRCH_PEOPLE = frozenset(["ada.l", "bob.m"])  # Cleo is not there


def alder(facts: Facts) -> Vendor:
    return Vendor(
        "alder",
        "Bug",
        "Key",
        {
            "Key": Field(FieldType.TEXT),
            "Title": Field(FieldType.TEXT, required=True),
            "Description": Field(FieldType.RICH_TEXT, stored=_own_line_ends),
            "State": Field(
                FieldType.CHOICE, choices=frozenset(["New", "Active", "Resolved", "Closed", "Odd"])
            ),
            "Priority": Field(FieldType.NUMBER, choices=frozenset([1, 2, 3, 4, 5])),
            "AssignedTo": Field(FieldType.PERSON, choices=ALDER_PEOPLE),
            "CreatedBy": Field(FieldType.PERSON, read_only=True),
        },
        dated_versions=False,
        comments_touch=True,
        drifting_inventory=False,
        whole_pages=True,
        facts=facts,
    )


def birch(facts: Facts) -> Vendor:
    return Vendor(
        "birch",
        "incident",
        "correlation",
        {
            "correlation": Field(FieldType.TEXT),
            "short_description": Field(FieldType.TEXT, stored=_shouted, required=True),
            "description": Field(FieldType.RICH_TEXT),
            "state": Field(FieldType.CHOICE, choices=frozenset("1267")),
            "priority": Field(FieldType.NUMBER, choices=frozenset([1, 2, 3, 4])),
            "assigned_to": Field(FieldType.PERSON, choices=BIRCH_PEOPLE),
            "category": Field(FieldType.TEXT),
            "u_team": Field(FieldType.TEXT),
            "opened_by": Field(FieldType.PERSON, read_only=True),
        },
        dated_versions=True,
        comments_touch=False,
        drifting_inventory=True,
        whole_pages=False,
        facts=facts,
    )
