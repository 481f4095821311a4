"""The company's instance as a whole: who is let in, what a limit looks like, and the endpoints together."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from re import compile as pattern
from typing import Any

from syncline_sandbox.boxes import Box
from syncline_sandbox.calls import Answer, Call, Operation, Refused
from syncline_sandbox.clock import Now, real_now
from syncline_sandbox.limits import Used
from syncline_sandbox.store import Stored
from syncline_sandbox.vendor import Vendor
from syncline_sandbox.xmatters import lists
from syncline_sandbox.xmatters.accounts import ACCOUNTS, WEB_SERVICE, Account, basic_of
from syncline_sandbox.xmatters.documents import KINDS
from syncline_sandbox.xmatters.foundation import ROOT, SITES, device_names, roles
from syncline_sandbox.xmatters.recipients import Recipients
from syncline_sandbox.xmatters.refusals import failure, not_known, refuse

STREAM = rf"{ROOT}/(?P<stream>people|groups|devices)"
LISTS = ("roles", "supervisors")  # as a person writes them: names, with commas between


class Company(Vendor):
    kind = "xmatters"
    address = "https://sandbox.xmatters.com"
    granularity = timedelta(milliseconds=1)
    window = timedelta(minutes=1)
    first_number = 1

    def __init__(self, seed: int = 1, now: Now = real_now, accounts: Sequence[Account] = ACCOUNTS) -> None:
        super().__init__(seed, now)
        self.accounts = accounts
        self.recipients = Recipients(self.store, self.guid, accounts)
        self._operations = [*self._settings(), *(it for stream in KINDS for it in self._of(stream))]

    def settle(self) -> None:
        """The people whose accounts call."""
        for it in self.accounts:
            given = {
                "targetName": it.name,
                "firstName": it.name,
                "lastName": "Account",
                "roles": [WEB_SERVICE],
            }
            status = "ACTIVE" if it.active else "INACTIVE"
            self.recipients.make(KINDS["people"], {**given, "status": status}, "administrator")
        self.ledger.effects.clear()

    @property
    def operations(self) -> Sequence[Operation]:
        return self._operations

    def operation_of(self, call: Call) -> str:
        """One POST does both: an id in its body tells them apart."""
        name = super().operation_of(call)
        if not name.endswith(".create"):
            return name
        try:
            posted = json.loads(call.body)
        except ValueError:
            return name
        changes = isinstance(posted, dict) and posted.get("id") is not None
        return name.replace(".create", ".update") if changes else name

    def admit(self, operation: Operation, call: Call) -> str:
        given = basic_of(call)
        found = next((it for it in self.accounts if given == (it.login, it.secret) and it.active), None)
        if found is None or found.name in self.revoked:
            raise Refused(self.reject(call))
        accepted = call.headers.get("accept", "*/*")
        if not any(it in accepted for it in ("application/json", "*/*")):
            raise refuse(406, "Only application/json is answered")
        return found.name

    def reject(self, call: Call) -> Answer:
        if call.headers.get("authorization", "").lower().startswith("bearer "):
            return Answer(401, b'{"error":"invalid_token"}', {"Content-Type": "application/json"})
        return failure(401, "Unauthorized")

    def nothing_here(self, call: Call, methods: set[str]) -> Answer:
        if methods:
            return failure(405, "Method not allowed").also({"Allow": ", ".join(sorted(methods))})
        return failure(404, "There is no such resource")

    def unavailable(self) -> Answer:
        return failure(503, "The service is temporarily unavailable")

    def limit_headers(self, used: Used) -> Mapping[str, str]:
        return {
            "x-ratelimit-limit": str(used.limit),
            "x-ratelimit-period_in_sec": str(int(self.window.total_seconds())),
            "x-ratelimit-used": str(used.count),
        }

    def limited(self, used: Used) -> Answer:
        """When to come back is not said."""
        return failure(429, "Too many requests")

    def edit(self, id: str, values: Mapping[str, Any], by: str) -> None:
        stored = self.store.find(id)
        if stored is None:
            raise not_known("user")
        self.recipients.change(stored, _as_posted(values), by)

    def create(self, stream: str, values: Mapping[str, Any], by: str) -> Stored:
        return self.recipients.make(KINDS[stream], _as_posted(values), by)

    @property
    def people(self) -> Sequence[str]:
        return [it.name for it in self.accounts if it.writes]

    def boxes(self, stored: Stored) -> Sequence[Box]:
        kind = KINDS[stored.stream]
        chosen = [
            Box(it, it, tuple((value, _label(value)) for value in values))
            for it, values in kind.choices.items()
        ]
        listed = [Box(it, it) for it in LISTS if it in stored.values]
        return [*(Box(it, it) for it in kind.texts), *chosen, *listed]

    def headline(self, stored: Stored) -> str:
        told = (stored.values.get(it) for it in ("targetName", "emailAddress", "phoneNumber", "name"))
        return next((str(it) for it in told if it), "")

    def push(self, stream: str, url: str, secret: str) -> None:
        """There is no way for it: nothing is ever posted."""

    def _settings(self) -> list[Operation]:
        shown = {
            "roles": roles(),
            "sites": [it.document for it in SITES.values()],
            "device-names": device_names(),
        }
        quotas = Operation("quotas", "GET", pattern(f"{ROOT}/people/license-quotas"), self.recipients.quotas)
        return [
            quotas,
            *(
                Operation(f"{name}.list", "GET", pattern(f"{ROOT}/{name}"), _constant(rows))
                for name, rows in shown.items()
            ),
        ]

    def _of(self, stream: str) -> list[Operation]:
        here = STREAM.replace("people|groups|devices", stream)
        one, recipients = rf"{here}/(?P<id>[^/]+)", self.recipients
        found = [
            Operation(f"{stream}.list", "GET", pattern(here), recipients.listed),
            Operation(f"{stream}.create", "POST", pattern(here), recipients.save, writes=True),
            Operation(f"{stream}.get", "GET", pattern(one), recipients.one),
            Operation(f"{stream}.delete", "DELETE", pattern(one), recipients.delete, writes=True),
        ]
        if stream != "devices":
            found.append(
                Operation(
                    f"{stream}.supervisors", "GET", pattern(f"{one}/supervisors"), recipients.supervisors
                )
            )
        if stream == "people":
            found.append(Operation("people.devices", "GET", pattern(f"{one}/devices"), recipients.devices))
        return found


def _constant(rows: Sequence[dict[str, object]]) -> Any:
    return lambda call, caller: lists.page(call, rows, lambda it: it)


def _as_posted(values: Mapping[str, Any]) -> dict[str, Any]:
    """Lists come from a form as one text."""
    return {
        name: [one.strip() for one in it.split(",") if one.strip()]
        if name in LISTS and isinstance(it, str)
        else it
        for name, it in values.items()
    }


def _label(value: str) -> str:
    return SITES[value].name if value in SITES else value
