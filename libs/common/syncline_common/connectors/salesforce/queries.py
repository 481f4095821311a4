"""Questions in SOQL, and where a feed goes on. Whatever stands between quotes has been escaped here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syncline_common.configuration.conditions import Condition
from syncline_common.connectors.salesforce.records import ID, STAMP, Shape, Wire, checked, moment_of
from syncline_common.connectors.times import EPOCH, instant, iso
from syncline_common.errors import ContractBroken, RecordRejected
from syncline_common.schemas.values import FieldType, Values

ESCAPES = str.maketrans({"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"})
WILD = str.maketrans({"%": "\\%", "_": "\\_"})
QUOTED = (FieldType.TEXT, FieldType.CHOICE, FieldType.PERSON)
LONGEST_ASKED = 255  # of a text; longer ones can't be compared


@dataclass(frozen=True, slots=True)
class Query:
    entity: str
    fields: Sequence[str]
    where: str = ""
    order: str = ""
    limit: int | None = None
    deleted: bool = False  # what is in the bin, too

    @property
    def text(self) -> str:
        where = f" WHERE {self.where}" if self.where else ""
        order = f" ORDER BY {self.order}" if self.order else ""
        limit = "" if self.limit is None else f" LIMIT {self.limit}"
        return f"SELECT {', '.join(self.fields)} FROM {self.entity}{where}{order}{limit}"


@dataclass(frozen=True, slots=True)
class Place:
    """After the row (time, id)."""

    time: datetime
    id: str = ""

    @classmethod
    def at(cls, since: datetime | None, token: str | None) -> "Place":
        if token is None:
            return cls((since or EPOCH).replace(microsecond=0))
        time, _, id = token.partition("|")
        return cls(instant(time), checked(id))

    @property
    def token(self) -> str:
        return f"{iso(self.time)}|{self.id}"

    @property
    def where(self) -> str:
        time = iso(self.time)
        later = f" AND ({STAMP} > {time} OR {ID} > '{checked(self.id)}')" if self.id else ""
        return f"{STAMP} >= {time}{later}"

    def must_hold(self, rows: Sequence[Wire]) -> None:
        """In order, and not before this place."""
        times = [moment_of(it) for it in rows]
        if times and (times[0] < self.time or times != sorted(times)):
            raise ContractBroken("Salesforce did not keep to the query", detail=STAMP)
        if (self.time, self.id) in {(at, it[ID]) for at, it in zip(times, rows, strict=True)}:
            raise ContractBroken("Salesforce repeated a page", detail=STAMP)

    def after(self, rows: Sequence[Wire]) -> "Place":
        return Place(moment_of(rows[-1]), rows[-1][ID])


def after_id(token: str | None) -> str:
    return f"{ID} > '{checked(token)}'" if token else ""


def quoted(text: str) -> str:
    return f"'{text.translate(ESCAPES)}'"


def containing(text: str) -> str:
    """For `LIKE`, as a literal."""
    return f"'%{text.translate(ESCAPES).translate(WILD)}%'"


def one_of(ids: Sequence[str]) -> str:
    return f"({', '.join(quoted(it) for it in ids)})"


def alike(values: Values, shape: Shape) -> str:
    """By what Salesforce compares at all: long texts are left to the caller."""
    asked = [it for name, value in sorted(values.items()) if (it := _equal(name, value, shape))]
    if not asked:
        raise RecordRejected("Salesforce can't be asked for these values")
    return " AND ".join(asked)


def _equal(name: str, value: Any, shape: Shape) -> str:
    field = shape.fields.get(name)
    if field is None or not field.get("filterable"):
        return ""
    literal = _literal(value, shape.types[name])
    return f"{name} = {literal}" if literal else ""


def _literal(value: Any, kind: FieldType) -> str:
    """Empty if there is none that means the same."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).upper() if kind is FieldType.BOOLEAN else ""
    if kind is FieldType.NUMBER and isinstance(value, int | float):
        return str(value)
    if kind in QUOTED and isinstance(value, str) and len(value) <= LONGEST_ASKED:
        return quoted(value.strip())
    return ""


def said(condition: Condition, shape: Shape) -> str | None:
    """None if SOQL has no words for it that mean the same."""
    field, kind = shape.fields.get(condition.field), shape.types.get(condition.field)
    ordered = condition.operator not in ("==", "in")
    if (
        field is None
        or kind is None
        or not field.get("filterable")
        or (ordered and kind is not FieldType.NUMBER)
    ):
        return None
    literals = [_literal(it, kind) for it in condition.values]
    if not all(literals):
        return None
    if condition.operator == "in":
        return f"{condition.field} IN ({', '.join(literals)})"
    sign = "=" if condition.operator == "==" else condition.operator
    return f"{condition.field} {sign} {literals[0]}"
