"""A simulated help desk by hand, whichever of the two products it is."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from connectors.joined import FILE, MARKER, SECRET, Strings
from sandbox.desk import Hands
from syncline_common.testing.contract.subject import Scene
from syncline_sandbox.freshworks.accounts import AGENTS
from syncline_sandbox.freshworks.bodies import Sent
from syncline_sandbox.freshworks.desk import HelpDesk
from syncline_sandbox.store import Stored

PERSON = "service.desk@contoso.example"
H = TypeVar("H", bound=HelpDesk)


class HelpDesked(Strings[H]):
    made_of: type[H]
    content: tuple[str, ...]  # what two versions of one second differ in, written out by hand

    def __init__(self) -> None:
        hands = Hands()
        ours, *others = AGENTS
        made = type(self).made_of(now=hands, agents=(replace(ours, key=SECRET), *others))
        super().__init__(made, "tickets", hands)
        self._count = 0

    def furnish(self) -> Scene:
        plain, marked, discussed = self.fill(3, per_second=1)
        self._change(marked, {"tags": ["customer", MARKER]})
        self.vendor.conversations.note(self._stored(discussed), "<p>Again</p>", PERSON, private=False)
        self._tie(discussed, marked)
        self._attach(discussed, "screen.png", FILE)
        self.move(3)
        return Scene([plain, marked, discussed], marked, MARKER, discussed, FILE)

    def add(self) -> str:
        self._count += 1
        return self.vendor.create("tickets", {"subject": "It is slow", **self.of_new()}, PERSON).id

    def of_new(self) -> dict[str, Any]:
        return {"tags": ["customer"]}

    def edit(self, id: str) -> None:
        words = self._stored(id).values["subject"]
        self.vendor.edit(id, {"subject": f"{words}."}, PERSON)

    def clone(self, id: str) -> str:
        copy = self.add()
        values = self._stored(id).values
        self._change(copy, {name: values[name] for name in ("subject", "tags", "custom_fields")})
        return copy

    def remove(self, id: str) -> None:
        self.vendor.store.bin(self._stored(id), PERSON)

    def bearing(self, marker: str) -> list[str]:
        return [it.id for it in self.vendor.store.records.values() if marker in it.values["tags"]]

    def file(self, name: str, size: int) -> str:
        id = self.add()
        self._attach(id, name, bytes(size))
        return id

    def takes_files_of(self, size: int) -> None:
        self.vendor.files.largest = size

    def versions(self) -> Mapping[str, str]:
        there = (it for it in self.vendor.store.records.values() if it.deleted_at is None)
        return {it.id: self._version(it) for it in there}

    def _version(self, stored: Stored) -> str:
        ticket = self.vendor.tickets.document(stored)
        told = {name: ticket.get(name) for name in self.content}
        told |= {
            f"custom_fields.{name}": it for name, it in ticket["custom_fields"].items() if it is not None
        }
        told["description"] = ticket["description_text"]
        digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
        return f"{ticket['updated_at']}~{digest[:12]}"

    def _stored(self, id: str) -> Stored:
        return self.vendor.store.records[id]

    def _change(self, id: str, values: dict[str, Any]) -> None:
        self.vendor.tickets.change(self._stored(id), values, PERSON)

    def _tie(self, id: str, parent: str) -> None:
        self._change(id, {"parent_id": int(parent)})

    def _attach(self, id: str, name: str, content: bytes) -> None:
        self.vendor.files.keep(id, Sent(name, "image/png", content))
