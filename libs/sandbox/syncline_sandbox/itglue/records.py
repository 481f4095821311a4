"""Organizations, configurations and contacts: read, made, changed; deleted several at a time."""

import json
from base64 import b64decode
from binascii import Error
from collections.abc import Callable, Mapping
from re import compile as pattern
from typing import Any

from syncline_sandbox.calls import Answer, Call, Operation
from syncline_sandbox.itglue.lists import Seen, asked_for, ordered, paged, text_of
from syncline_sandbox.itglue.refusals import bad_request, document, invalid, not_found, posted, resource
from syncline_sandbox.itglue.shelves import CONTACTS, LISTS, OF_LISTS, SHELVES, Shelf, check, taken
from syncline_sandbox.store import Store, Stored

ONE = r"/(?P<id>\d+)"
SHORT = 250  # characters of quick notes in a list
Serve = Callable[[Call, str, Shelf], Answer]


class Records:
    def __init__(self, store: Store, web: str, api: str) -> None:
        self.store, self._web, self._api = store, web, api
        self._last = 1000
        self.files: dict[str, dict[str, tuple[str, bytes]]] = {}  # by record, then by number

    def operations(self) -> list[Operation]:
        file = pattern(r"/attachments/(?P<id>\d+)/(?P<number>\d+)")
        return [it for shelf in SHELVES.values() for it in self._operations(shelf)] + [
            Operation("attachment.file", "GET", file, self._file)
        ]

    def _operations(self, shelf: Shelf) -> list[Operation]:
        many, one = pattern(f"/{shelf.stream}"), pattern(f"/{shelf.stream}{ONE}")
        files = pattern(f"/{shelf.stream}{ONE}/relationships/attachments")

        def of(serve: Serve) -> Callable[[Call, str], Answer]:
            return lambda call, caller: serve(call, caller, shelf)

        made = [
            Operation(f"{shelf.stream}.list", "GET", many, of(self._listed)),
            Operation(f"{shelf.thing}.create", "POST", many, of(self._create), writes=True),
            Operation(f"{shelf.stream}.delete", "DELETE", many, of(self._delete), writes=True),
            Operation(f"{shelf.thing}.get", "GET", one, of(self._one)),
            Operation(f"{shelf.thing}.update", "PATCH", one, of(self._update), writes=True),
        ]
        if shelf.stream != "organizations":
            nested = pattern(f"/organizations{ONE}/relationships/{shelf.stream}")
            made.append(Operation(f"organization.{shelf.stream}", "GET", nested, of(self._within)))
            made.append(Operation("attachment.create", "POST", files, of(self._attach), writes=True))
        return made

    def _listed(self, call: Call, _caller: str, shelf: Shelf) -> Answer:
        return self._page(call, shelf, lambda _seen: True)

    def _within(self, call: Call, _caller: str, shelf: Shelf) -> Answer:
        return self._page(
            call, shelf, lambda seen: str(seen[1].values["organization_id"]) == call.params["id"]
        )

    def _page(self, call: Call, shelf: Shelf, inside: Callable[[Seen], bool]) -> Answer:
        seen = self.store.searched(frozenset([shelf.stream]))
        found = [it for it in seen if inside(it) and asked_for(it, call, shelf)]
        return paged(call, ordered(found, call, shelf), lambda it: self.row(it, short=True))

    def _one(self, call: Call, _caller: str, shelf: Shelf) -> Answer:
        stored = self._found(call, shelf)
        told: dict[str, Any] = {"data": self.row((stored, stored.latest))}
        if "attachments" in call.get("include").split(","):
            files = self.files.get(stored.id, {})
            rows = [self._file_row(stored.id, number) for number in files]
            told["included"] = rows
            linked = [{"id": it["id"], "type": it["type"]} for it in rows]
            told["data"]["relationships"] = {"attachments": {"data": linked}}
        return document(told)

    def _create(self, call: Call, caller: str, shelf: Shelf) -> Answer:
        data = resource(call, shelf.stream)
        stored = self.insert(shelf.stream, data.get("attributes") or {}, caller)
        return document({"data": self.row((stored, stored.latest))}, 201)

    def insert(self, stream: str, attributes: Mapping[str, Any], by: str) -> Stored:
        shelf = SHELVES[stream]
        blank: dict[str, Any] = {
            **dict.fromkeys(shelf.taken),
            **dict.fromkeys(shelf.flags, False),
            "psa": None,
        }
        if shelf is CONTACTS:
            blank |= {"contact_emails": [], "contact_phones": []}
        values = {**blank, **taken(attributes, shelf)}
        self._check(values, shelf)
        self._last += 1
        return self.store.add(stream, str(self._last), values, by)

    def _update(self, call: Call, caller: str, shelf: Shelf) -> Answer:
        stored = self._found(call, shelf)
        data = resource(call, shelf.stream)
        if data.get("relationships"):
            raise invalid("relationships", "can't be updated")
        given = taken(data.get("attributes") or {}, shelf)
        if stored.values["psa"] and (fixed := sorted(set(given) - set(shelf.synced))):
            raise invalid(fixed[0], "can't be changed: the record is synced")
        self.change(stored, given, caller)
        return document({"data": self.row((stored, stored.latest))})

    def change(self, stored: Stored, given: Mapping[str, Any], by: str) -> None:
        """As a row of a database that is saved: without a difference it is not touched."""
        shelf = SHELVES[stored.stream]
        self._check({**stored.values, **given}, shelf)
        if any(stored.values.get(name) != it for name, it in given.items()):
            self.store.change(stored, given, by)

    def _delete(self, call: Call, caller: str, shelf: Shelf) -> Answer:
        """Of one alone there is no way; nothing is deleted if one of them is not there."""
        data = posted(call)
        if not isinstance(data, list) or not data:
            raise bad_request("data is not an array")
        ids = [str((it.get("attributes") or {}).get("id")) for it in data if isinstance(it, dict)]
        gone = [self._get(it, shelf) for it in ids]
        rows = [self.row((it, it.latest)) for it in gone]
        for it in gone:
            self.store.destroy(it, caller)
        return document({"data": rows})

    def keep(self, stored: Stored, name: str, content: bytes, by: str) -> str:
        self._last += 1
        number = str(self._last)
        self.files.setdefault(stored.id, {})[number] = (name, content)
        self.store.noted(stored, "attached", by, {"name": name, "size": len(content)})
        return number

    def _attach(self, call: Call, caller: str, shelf: Shelf) -> Answer:
        stored = self._found(call, shelf)
        file = (resource(call, "attachments").get("attributes") or {}).get("attachment")
        if not isinstance(file, dict) or not file.get("file_name"):
            raise invalid("attachment", "can't be blank")
        try:
            content = b64decode(str(file.get("content", "")), validate=True)
        except Error:
            raise invalid("attachment", "is not strictly encoded") from None
        number = self.keep(stored, str(file["file_name"]), content, caller)
        return document({"data": self._file_row(stored.id, number)}, 201)

    def _file(self, call: Call, _caller: str) -> Answer:
        files = self.files.get(call.params["id"], {})
        if call.params["number"] not in files:
            raise not_found()
        return Answer(200, files[call.params["number"]][1], {"Content-Type": "application/octet-stream"})

    def _file_row(self, id: str, number: str) -> dict[str, Any]:
        name, content = self.files[id][number]
        told = {
            "attachable-id": int(id),
            "attachment-file-name": name,
            "attachment-file-size": len(content),
            "attachment-content-type": "application/octet-stream",
            "download-url": f"{self._api}/attachments/{id}/{number}",
        }
        return {"id": number, "type": "attachments", "attributes": told}

    def row(self, seen: Seen, *, short: bool = False) -> dict[str, Any]:
        stored, version = seen
        values = {name.replace("_", "-"): it for name, it in version.values.items() if name != "psa"}
        for name, listed in OF_LISTS.items():
            if name in version.values:
                named = LISTS[listed].get(version.values[name])
                values[f"{name.removesuffix('_id').replace('_', '-')}-name"] = named
        if "organization_id" in version.values:
            owner = self.store.find(str(version.values["organization_id"]))
            values["organization-name"] = owner.values["name"] if owner else None
            values["resource-url"] = (
                f"{self._web}/{version.values['organization_id']}/{stored.stream}/{stored.id}"
            )
        else:
            values["resource-url"] = f"{self._web}/{stored.id}"
        if short and values.get("quick-notes"):
            values["quick-notes"] = values["quick-notes"][:SHORT]
        values |= {"psa-integration": "enabled" if version.values["psa"] else "disabled"}
        values |= {"created-at": text_of(stored.first.at), "updated-at": text_of(version.at)}
        plain: dict[str, Any] = json.loads(json.dumps(values))
        return {"id": stored.id, "type": stored.stream, "attributes": plain, "relationships": {}}

    def _check(self, values: Mapping[str, Any], shelf: Shelf) -> None:
        check(values, shelf)
        owner = values.get("organization_id")
        if owner is not None:
            found = self.store.find(str(owner))
            if found is None or found.stream != "organizations":
                raise invalid("organization_id", "does not exist")

    def _found(self, call: Call, shelf: Shelf) -> Stored:
        return self._get(call.params["id"], shelf)

    def _get(self, id: str, shelf: Shelf) -> Stored:
        stored = self.store.find(id)
        if stored is None or stored.stream != shelf.stream:
            raise not_found()
        return stored
