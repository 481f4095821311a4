"""Recipients as the API shows them. What is empty is left out; lists within are pages of their own."""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from syncline_sandbox.store import Store, Stored, Version
from syncline_sandbox.xmatters.foundation import ROOT, SITES, role
from syncline_sandbox.xmatters.lists import embedded
from syncline_sandbox.xmatters.rules import DEVICE, GROUP, PEOPLE, Kind

KINDS: Mapping[str, Kind] = {it.stream: it for it in (PEOPLE, GROUP, DEVICE)}
LISTS = ("roles", "supervisors", "observers", "owner", "site")  # shown in a way of their own


def text_of(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


class Documents:
    def __init__(self, store: Store) -> None:
        self._store = store

    def of(
        self, stored: Stored, version: Version | None = None, embed: Collection[str] = ()
    ) -> dict[str, Any]:
        version = version or stored.latest
        values, kind = version.values, KINDS[stored.stream]
        plain = {name: it for name, it in values.items() if name not in LISTS and it not in (None, "")}
        shown: dict[str, Any] = {"id": stored.id, **plain, "recipientType": kind.recipient}
        if "site" in values:
            shown["site"] = SITES[values["site"]].reference
        shown["links"] = {"self": self._path(stored)}
        return {**shown, **self._special(stored, version), **self._embedded(stored, values, embed)}

    def reference(self, id: str) -> dict[str, Any] | None:
        stored = self._store.find(id)
        if stored is None:
            return None
        names = {it: stored.values[it] for it in ("targetName", "firstName", "lastName")}
        return {"id": id, **names, "recipientType": "PERSON", "links": {"self": self._path(stored)}}

    def _special(self, stored: Stored, version: Version) -> dict[str, Any]:
        created = text_of(stored.first.at)
        if stored.stream == "people":
            return {"whenCreated": created, "whenUpdated": text_of(version.at)}
        if stored.stream == "groups":
            return {"created": created}
        owner = self.reference(version.values["owner"])
        name = version.values["name"]
        return {"owner": owner, "targetName": f"{owner['targetName'] if owner else ''}|{name}"}

    def _embedded(self, stored: Stored, values: Mapping[str, Any], embed: Collection[str]) -> dict[str, Any]:
        asked: dict[str, Callable[[], Any]] = {
            "roles": lambda: [role(it) for it in values.get("roles", ())],
            "supervisors": lambda: self.supervisors(values),
            "observers": lambda: [role(it) for it in values.get("observers", ())],
            "devices": lambda: [self.of(it) for it in self.devices(stored.id)],
        }
        people = ("roles", "supervisors", "devices")
        offered = people if stored.stream == "people" else ("supervisors", "observers")
        return {
            name: embedded(asked[name](), f"{self._path(stored)}/{name}")
            for name in offered
            if name in embed and stored.stream != "devices"
        }

    def supervisors(self, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        found = (self.reference(it) for it in values.get("supervisors", ()))
        return [it for it in found if it is not None]

    def devices(self, owner: str) -> list[Stored]:
        return [it for it in self._store.records.values() if it.values.get("owner") == owner]

    def _path(self, stored: Stored) -> str:
        return f"{ROOT}/{stored.stream}/{stored.id}"
