"""What becomes of a ticket's values when they are sent, by the rules of the form, and how they look in an answer."""

from collections.abc import Collection, Iterator, Mapping
from html import unescape
from re import compile as pattern
from typing import Any

from syncline_sandbox.freshworks.fields import MOMENT, faults_of_custom
from syncline_sandbox.freshworks.refusals import (
    Fault,
    invalid,
    missing,
    not_one_of,
    other_type,
    unexpected,
)
from syncline_sandbox.freshworks.shapes import Shape
from syncline_sandbox.store import Store, Stored, Version

TAG, BLANKS = pattern(r"<[^>]*>"), pattern(r"\s+")
REQUESTERS = ("requester_id", "email", "phone", "unique_external_id", "facebook_id", "twitter_id")
NOT_SHOWN = frozenset({"name", "parent_id", "lookup_parameter", "related_ticket_ids", *REQUESTERS[1:]})
ENDS = (4, 5)
LONGEST_TAG = 32
PARENT, CHILD = 1, 2
KINDS: Mapping[str, tuple[type, str]] = {
    "integer": (int, "Integer"),
    "choice": (int, "Integer"),
    "array": (list, "Array"),
}


class Drafts:
    def __init__(self, store: Store, shape: Shape, people: Collection[int]) -> None:
        self.store, self.shape, self.people = store, shape, people
        self.not_searched: set[str] = set()
        self.closing: set[str] = set()  # fields that have to be filled in before a ticket is closed
        self.numbers: dict[str, int] = {}  # of agents, by their addresses
        self.contacts: dict[str, int] = {}  # that came about because a ticket named their address

    def begun(self, given: Mapping[str, Any], caller: str) -> dict[str, Any]:
        faults = list(self._faults(given))
        if not any(given.get(it) for it in REQUESTERS):
            faults.append(missing("requester_id"))
        wanted = [it.attribute for it in self.shape.fields if it.required and it.attribute != "requester_id"]
        faults += [missing(it) for it in wanted if it not in self.shape.defaults and not given.get(it)]
        if given.get("type") in self.shape.not_begun:
            faults.append(
                Fault("type", "Tickets of this type are requested from the catalogue", "invalid_value")
            )
        if faults:
            raise invalid(*faults)
        custom = {it.name: None for it in self.shape.fields if it.custom}
        empty = {name: None for name in self.shape.writable if name not in NOT_SHOWN}
        values = {**empty, **self.shape.defaults, **self._kept(given)}
        values["custom_fields"] = {**custom, **(given.get("custom_fields") or {})}
        self._check_end(values)
        return values

    def changed(self, stored: Stored, given: Mapping[str, Any]) -> dict[str, Any]:
        """Only what was sent; of custom fields, those that were."""
        if faults := list(self._faults(given, stored.id)):
            raise invalid(*faults)
        after = self._kept(given)
        if "custom_fields" in given:
            after["custom_fields"] = {**stored.values["custom_fields"], **given["custom_fields"]}
        if after.get("status") != stored.values["status"]:
            self._check_end({**stored.values, **after})
        return after

    def shown(self, stored: Stored, version: Version) -> dict[str, Any]:
        values = {name: it for name, it in version.values.items() if it is not None or name != "parent_id"}
        text = unescape(BLANKS.sub(" ", TAG.sub(" ", values.get("description") or ""))).strip()
        return {
            **{name: it for name, it in values.items() if name != "parent_id"},
            "id": int(stored.id),
            "description_text": text,
            "created_at": _moment(stored.first.at),
            "updated_at": _moment(version.at),
        }

    def number_of(self, by: str) -> int:
        return self.numbers.get(by, 0)

    def can_be_searched(self, name: str) -> bool:
        custom = {it.name for it in self.shape.fields if it.custom} - self.not_searched
        return name in custom or name in self.shape.searchable

    def associate(self, stored: Stored, by: str) -> None:
        """A child knows its parent, and the parent its children: that is told of both at once."""
        own = stored.values.get("parent_id")
        if own is None or stored.values.get("associated_tickets_list") == [own]:
            return
        parent = self.store.records[str(own)]
        before = parent.values.get("associated_tickets_list") or []
        with_it = {"association_type": CHILD, "associated_tickets_list": [own]}
        stored.history[-1] = _with(stored.latest, with_it)
        both = {"association_type": PARENT, "associated_tickets_list": [*before, int(stored.id)]}
        parent.history[-1] = _with(parent.latest, both)

    def _faults(self, given: Mapping[str, Any], own: str = "") -> Iterator[Fault]:
        for name, value in given.items():
            kind = self.shape.writable.get(name)
            if kind is None:
                yield unexpected(name)
            elif name == "custom_fields":
                yield from faults_of_custom(value, self.shape.fields)
            elif name == "parent_id":
                yield from self._of_parent(value, own)
            elif value is not None or name in self.shape.defaults:
                yield from self._of_value(name, kind, value)

    def _of_value(self, name: str, kind: str, value: Any) -> Iterator[Fault]:
        wanted, words = KINDS.get(kind, (str, "String"))
        if isinstance(value, bool) or not isinstance(value, wanted):
            yield other_type(name, words)
        elif kind in ("choice", "word") and value not in self.shape.choices(name):
            yield not_one_of(name, self.shape.choices(name))
        elif kind == "moment" and not MOMENT.fullmatch(str(value)):
            yield Fault(
                name, "It should be a/an valid combined date and time in ISO8601 format", "invalid_date"
            )
        elif name in ("requester_id", "responder_id") and value not in (
            *self.people,
            *self.contacts.values(),
        ):
            yield Fault(name, "There is no agent or contact matching the given id", "invalid_value")
        elif name == "workspace_id" and value not in self.shape.workspaces:
            yield not_one_of(name, list(self.shape.workspaces))
        elif name == "tags" and not _are_tags(value):
            said = f"Has too long or special characters; it can have maximum of {LONGEST_TAG}"
            yield Fault(name, said, "invalid_value")

    def _of_parent(self, value: Any, own: str) -> Iterator[Fault]:
        other = self.store.find(str(value))
        kinds = (other.values.get("association_type") if other else None, self._kind(own))
        if other is None or str(value) == own or kinds[0] == CHILD or kinds[1] == PARENT:
            yield Fault(
                "parent_id", "Unable to associate: the given ticket can't be its parent", "invalid_value"
            )
        elif kinds[1] == CHILD and self.store.records[own].values["parent_id"] != value:
            yield Fault("parent_id", "It is the child of another ticket already", "incompatible_field")

    def _kind(self, id: str) -> int | None:
        stored = self.store.records.get(id)
        return stored.values.get("association_type") if stored else None

    def _kept(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """As the vendor stores it: markup in a block of its own; an address is a contact."""
        kept = {name: it for name, it in given.items() if name != "custom_fields"}
        if isinstance(kept.get("description"), str):
            kept["description"] = in_a_block(kept["description"])
        handles = [it for name in REQUESTERS[1:] if (it := kept.pop(name, None))]
        for it in handles[:1]:
            kept["requester_id"] = self.contacts.setdefault(it, 43_900 + len(self.contacts))
        return {name: it for name, it in kept.items() if name not in NOT_SHOWN or name == "parent_id"}

    def _faults_at_the_end(self, values: Mapping[str, Any]) -> Iterator[Fault]:
        for name in sorted(self.closing):
            if values.get(name, values["custom_fields"].get(name)) in (None, ""):
                yield missing(name)

    def _check_end(self, values: Mapping[str, Any]) -> None:
        if values["status"] in ENDS and (faults := list(self._faults_at_the_end(values))):
            raise invalid(*faults)


def _are_tags(given: Any) -> bool:
    return all(isinstance(it, str) and "," not in it and len(it) <= LONGEST_TAG for it in given)


def in_a_block(text: str) -> str:
    return text if text.startswith("<div") else f"<div>{text}</div>"


def _with(version: Version, more: Mapping[str, Any]) -> Version:
    return Version(
        version.sequence,
        version.number,
        version.at,
        version.written_at,
        version.by,
        {**version.values, **more},
        version.changed,
    )


def _moment(at: Any) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
