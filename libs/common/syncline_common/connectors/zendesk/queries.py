"""Where a feed goes on, and what search is asked for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syncline_common.configuration.conditions import Condition
from syncline_common.connectors.times import EPOCH
from syncline_common.connectors.zendesk.records import CUSTOM, Known, Wire, generated_at
from syncline_common.errors import ContractBroken, RecordRejected
from syncline_common.schemas.values import FieldType, Values

SAFE_ID = re.compile(r"[1-9]\d{0,18}")
ALL = "type:ticket"
LONGEST = 200  # characters of a phrase
BEFORE = 61  # seconds: an export does not begin later than a minute ago
REPEATED = "Zendesk repeated a page"
WORDS = {  # our names, and those of search
    "subject": "subject",
    "description": "description",
    "status": "status",
    "priority": "priority",
    "type": "ticket_type",
    "group_id": "group",
    "brand_id": "brand",
    "requester_id": "requester",
    "assignee_id": "assignee",
    "organization_id": "organization",
}
EXACT = (
    "status",
    "priority",
    "type",
    "group_id",
    "brand_id",
    "requester_id",
    "assignee_id",
    "organization_id",
)
ORDERED = ("status", "priority")
NOT_ASKED = "None of these values can be asked for"


@dataclass(frozen=True, slots=True)
class Place:
    """After what was generated at a time, as the vendor's own cursor says it."""

    generated: int
    cursor: str = ""

    @classmethod
    def at(cls, since: datetime | None, token: str | None) -> "Place":
        if token is None:
            return cls(max(1, int((since or EPOCH).timestamp()) - BEFORE))
        generated, _, cursor = token.partition("|")
        return cls(int(generated), cursor)

    @property
    def token(self) -> str:
        return f"{self.generated}|{self.cursor}"

    @property
    def params(self) -> dict[str, Any]:
        return {"cursor": self.cursor} if self.cursor else {"start_time": self.generated}

    def next(self, rows: Sequence[Wire], cursor: str | None) -> "Place":
        """Further on, or this page came before."""
        times = [int(generated_at(it).timestamp()) for it in rows]
        told = all(it.get("generated_timestamp") for it in rows)
        if not cursor or cursor == self.cursor or (told and times and min(times) < self.generated):
            raise ContractBroken(REPEATED, detail="export")
        return Place(max([*times, self.generated]), cursor)

    def must_hold(self, rows: Sequence[Wire]) -> None:
        if any(int(it.get("generated_timestamp") or self.generated) < self.generated for it in rows):
            raise ContractBroken("Zendesk did not keep to the time asked for", detail="export")


def after_all(token: str | None, rows: Sequence[Wire], cursor: str | None) -> str:
    """Tickets come in the order of their ids; the last one stands beside the vendor's cursor."""
    last, _, before = (token or "0|").partition("|")
    ids = [int(it["id"]) for it in rows]
    if ids != sorted(ids) or (ids and ids[0] <= int(last)) or not cursor or cursor == before:
        raise ContractBroken(REPEATED, detail="tickets")
    return f"{ids[-1] if ids else last}|{cursor}"


def must_follow(token: str | None, rows: Sequence[Wire]) -> None:
    last = int((token or "0|").partition("|")[0])
    if any(int(it["id"]) <= last for it in rows):
        raise ContractBroken(REPEATED, detail="tickets")


def cursor_in(token: str | None) -> str:
    return (token or "|").partition("|")[2]


def alike(values: Values, known: Known) -> str:
    """Words in their order: more than meant is found, never less. What search has no word for is left to the caller."""
    told = [it for name, value in sorted(values.items()) if (it := _asked(name, value, known))]
    if not told:
        raise RecordRejected(NOT_ASKED, detail=", ".join(sorted(values)))
    return " ".join([ALL, *told])


def said(condition: Condition, known: Known) -> str | None:
    """None if search has no words for it."""
    name, sign = condition.field, condition.operator
    plain = name in EXACT or known.fields.get(name) in (FieldType.CHOICE, FieldType.BOOLEAN)
    if sign in ("==", "in"):
        words = [_asked(name, it, known) for it in condition.values] if plain else [None]
        return " ".join(str(it) for it in words) if len(words) == 1 and words[0] else None
    return f"{name}{sign}{condition.values[0]}" if name in ORDERED else None


def _asked(name: str, value: Any, known: Known) -> str | None:
    """A quote would end the phrase, and is no part of a word."""
    if isinstance(value, list | dict) or value is None:
        return None
    word = WORDS.get(name) or (name if name.startswith(CUSTOM) and name in known.fields else None)
    text = str(value).lower() if isinstance(value, bool) else _phrase(str(value))
    return f'{word}:"{text}"' if word and re.search(r"\w", text) else None


def _phrase(text: str) -> str:
    """As many whole words from its beginning as an address has room for."""
    words, length = list[str](), 0
    for word in text.replace('"', " ").split():
        length += len(word) + 1
        if length > LONGEST and words:
            break
        words.append(word)
    return " ".join(words)


def checked(id: str) -> str:
    if not SAFE_ID.fullmatch(id):
        raise RecordRejected("This id can't be asked for", detail=id[:40])
    return id
