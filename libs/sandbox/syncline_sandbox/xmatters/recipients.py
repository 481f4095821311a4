"""People, groups and devices: listed, shown, made and changed by one POST, and taken away."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from syncline_sandbox.calls import Answer, Call, as_json
from syncline_sandbox.store import Store, Stored, Version
from syncline_sandbox.xmatters import lists
from syncline_sandbox.xmatters.accounts import Account
from syncline_sandbox.xmatters.documents import KINDS, Documents
from syncline_sandbox.xmatters.foundation import DEFAULT_SITE, LICENCES, SITES
from syncline_sandbox.xmatters.refusals import conflict, forbidden, invalid, not_known, posted_object
from syncline_sandbox.xmatters.rules import (
    Kind,
    must_be_unique,
    must_be_whole,
    taken,
    taken_properties,
    taken_roles,
    taken_supervisors,
)

Seen = tuple[Stored, Version]
OWNED = "externallyOwned"
SORTS: Mapping[str, Mapping[str, str]] = {  # of what may be asked for, to the field
    "people": {
        "FIRST_LAST_NAME": "firstName",
        "TARGET_NAME": "targetName",
        "STATUS": "status",
        "WEB_LOGIN": "webLogin",
    },
    "groups": {"NAME": "targetName", "GROUPTYPE": "groupType", "STATUS": "status"},
    "devices": {},
}
FILTERS: Mapping[str, Mapping[str, str]] = {  # one value, whatever its case
    "people": {
        it: it for it in ("targetName", "firstName", "lastName", "webLogin", "status", "licenseType", "site")
    },
    "groups": {"status": "status", "groupType": "groupType"},
    "devices": {"deviceStatus": "status", "deviceType": "deviceType"},
}
SEARCHED = {
    "people": ("firstName", "lastName", "targetName", "webLogin"),
    "groups": ("targetName", "description"),
}


class Recipients:
    def __init__(self, store: Store, guid: Callable[[], str], accounts: Sequence[Account]) -> None:
        self.store, self.documents, self._guid = store, Documents(store), guid
        self._accounts = {it.name: it for it in accounts}

    def listed(self, call: Call, caller: str) -> Answer:
        """Whom the caller may see, without a word about the others."""
        kind = KINDS[call.params["stream"]]
        by, falls = lists.order(call, SORTS[kind.stream], "firstName" if kind.stream == "people" else "")
        found = [it for it in self.store.searched(frozenset({kind.stream})) if self._has(call, kind, it)]
        seen = [it for it in found if self.sees(self._accounts[caller], it[0])]
        if by:
            seen.sort(key=lambda it: (str(it[1].values.get(by, "")).casefold(), it[0].id), reverse=falls)
        embed = call.get("embed").split(",")
        return lists.page(call, seen, lambda it: self.documents.of(*it, embed))

    def one(self, call: Call, caller: str) -> Answer:
        stored = self.named(call.params["stream"], call.params["id"], caller)
        return as_json(self.documents.of(stored, embed=call.get("embed").split(",")))

    def save(self, call: Call, caller: str) -> Answer:
        """With an id in the body it changes, without one it makes."""
        kind = KINDS[call.params["stream"]]
        if not self._accounts[caller].writes:
            raise forbidden()
        posted = posted_object(call)
        if posted.get("id") is None:
            return as_json(self.documents.of(self.make(kind, posted, caller)), 201)
        stored = self.store.find(str(posted["id"]))
        if stored is None or stored.stream != kind.stream:
            raise not_known(kind.label)
        self.change(stored, posted, caller)
        return as_json(self.documents.of(stored))

    def make(self, kind: Kind, posted: Mapping[str, Any], by: str) -> Stored:
        values = self._with_defaults(kind, {**self._taken(kind, posted, {})}, by)
        must_be_whole(kind, values)
        must_be_unique(kind, values, self.store, None)
        if kind.stream == "people" and values["status"] == "ACTIVE":
            self._must_have_licence(values["licenseType"])
        return self.store.add(kind.stream, self._guid(), values, by)

    def change(self, stored: Stored, posted: Mapping[str, Any], by: str) -> None:
        """What changes nothing is no change."""
        kind, before = KINDS[stored.stream], stored.values
        given = self._taken(kind, posted, before)
        after = {**before, **given}
        must_be_whole(kind, after)
        must_be_unique(kind, after, self.store, stored)
        if any(before.get(name) != value for name, value in given.items()):
            self.store.change(stored, given, by)

    def delete(self, call: Call, caller: str) -> Answer:
        """What is not there is no error: there is nothing to say of it."""
        if not self._accounts[caller].writes:
            raise forbidden()
        stored = self._find(call.params["stream"], call.params["id"])
        if stored is None:
            return Answer(204)
        others = self.store.records.values()
        if any(stored.id in it.values.get("supervisors", ()) for it in others):
            raise conflict("The user supervises others")
        shown = self.documents.of(stored)
        for device in self.documents.devices(stored.id):
            self.store.destroy(device, caller)
        self.store.destroy(stored, caller)
        return as_json(shown)

    def supervisors(self, call: Call, caller: str) -> Answer:
        stored = self.named(call.params["stream"], call.params["id"], caller)
        return lists.page(call, self.documents.supervisors(stored.values), lambda it: it)

    def devices(self, call: Call, caller: str) -> Answer:
        stored = self.named("people", call.params["id"], caller)
        return lists.page(call, self.documents.devices(stored.id), self.documents.of)

    def quotas(self, call: Call, caller: str) -> Answer:
        if not self._accounts[caller].counts_licences:
            raise forbidden()
        full, stakeholders = (
            {"total": total, "active": self._active(name), "unused": total - self._active(name)}
            for name, total in LICENCES.items()
        )
        return as_json({"stakeholderUsersEnabled": True, "stakeholderUsers": stakeholders, "fullUsers": full})

    def sees(self, account: Account, stored: Stored) -> bool:
        if account.sees_all or stored.stream != "people":
            return True
        own = self._find("people", account.name)
        return own is not None and own.id in stored.values.get("supervisors", ())

    def named(self, stream: str, name: str, caller: str) -> Stored:
        """By id or by name; what may not be seen is not there."""
        stored = self._find(stream, name)
        if stored is None or not self.sees(self._accounts[caller], stored):
            raise not_known(KINDS[stream].label)
        return stored

    def _find(self, stream: str, name: str) -> Stored | None:
        stored = self.store.find(name)
        if stored is not None and stored.stream == stream:
            return stored
        low = name.casefold()
        others = (it for it in self.store.records.values() if it.stream == stream != "devices")
        return next((it for it in others if it.values["targetName"].casefold() == low), None)

    def _taken(self, kind: Kind, posted: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
        """Of several shapes of a reference, an id; the owner of a device has to be there."""
        given = taken(kind, posted)
        if kind.stream == "people":
            given |= taken_roles(posted) | taken_properties(posted, before)
        if kind.stream != "devices":
            return {**given, **taken_supervisors(posted, self.store)}
        owner = posted.get("owner")
        id = owner.get("id") if isinstance(owner, dict) else owner
        if id is not None:
            person = self._find("people", str(id))
            if person is None:
                raise invalid("The owner does not exist")
            given["owner"] = person.id
        return given

    def _with_defaults(self, kind: Kind, given: dict[str, Any], by: str) -> dict[str, Any]:
        """Of nobody named, the caller is the supervisor."""
        own = self._find("people", by)
        always = {"status": "ACTIVE", OWNED: False}
        if kind.stream == "devices":
            return {"sequence": 1, "delay": 0, "testStatus": "UNTESTED", **always, OWNED: True, **given}
        led = {"supervisors": [own.id] if own else []}
        if kind.stream == "groups":
            return {"groupType": "ON_CALL", "allowDuplicates": True, **always, **led, **given}
        site = SITES[given.get("site", DEFAULT_SITE)]
        web = {"webLogin": given.get("targetName"), "language": "en", "licenseType": "FULL_USER"}
        return {**always, **led, "site": site.id, "timezone": site.timezone, **web, **given}

    def _must_have_licence(self, name: str) -> None:
        if self._active(name) >= LICENCES[name]:
            raise conflict("There are no licenses left")

    def _active(self, licence: str) -> int:
        people = (it.values for it in self.store.records.values() if it.stream == "people")
        return sum(it["licenseType"] == licence and it["status"] == "ACTIVE" for it in people)

    def _has(self, call: Call, kind: Kind, seen: Seen) -> bool:
        values = seen[1].values
        for asked, name in FILTERS[kind.stream].items():
            wanted = call.get(asked)
            if wanted and str(values.get(name, "")).casefold() != wanted.casefold():
                return False
        terms = call.get("search").casefold().split()
        told = " ".join(str(values.get(it, "")) for it in SEARCHED.get(kind.stream, ())).casefold()
        every = call.get("operand") == "AND"
        return not terms or (all if every else any)(it in told for it in terms)
