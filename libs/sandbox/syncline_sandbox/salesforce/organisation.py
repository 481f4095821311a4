"""The organisation as a whole: who is let in, what a limit looks like, and the resources together."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from hmac import digest
from re import compile as pattern
from typing import Any

from syncline_sandbox.boxes import Box
from syncline_sandbox.calls import Answer, Call, Operation, Refused, as_json
from syncline_sandbox.clock import Now, real_now
from syncline_sandbox.limits import Used
from syncline_sandbox.salesforce.accounts import ACCOUNTS, Account
from syncline_sandbox.salesforce.collections import Collections, within
from syncline_sandbox.salesforce.files import Files
from syncline_sandbox.salesforce.foundation import lay
from syncline_sandbox.salesforce.objects import VERSIONS, Objects
from syncline_sandbox.salesforce.queries import Queries
from syncline_sandbox.salesforce.refusals import failure, no_session, refuse
from syncline_sandbox.salesforce.rows import ROOT, Rows, refusal_of_path
from syncline_sandbox.salesforce.schema import ENTITIES
from syncline_sandbox.salesforce.tokens import Tokens
from syncline_sandbox.salesforce.writing import Writing
from syncline_sandbox.store import Stored
from syncline_sandbox.vendor import Vendor

ADDRESS = "https://sandbox.my.salesforce.com"
A_DAY = 100_000


@dataclass(frozen=True, slots=True)
class Trigger:
    """What an administrator installs so that somebody is told of an object's changes."""

    entity: str
    url: str
    secret: str


class Organisation(Vendor):
    kind = "salesforce"
    address = ADDRESS
    granularity = timedelta(seconds=1)
    window = timedelta(days=1)
    first_number = 1

    def __init__(self, seed: int = 1, now: Now = real_now, accounts: Sequence[Account] = ACCOUNTS) -> None:
        super().__init__(seed, now)
        self.triggers: list[Trigger] = []
        self.used = 0  # of the day's requests, by whoever
        self.objects = Objects(self.store, accounts)
        self.objects.announce = self._announce
        self.writing = Writing(self.objects)
        self.tokens = Tokens(self.clock, self.guid, accounts, ADDRESS, self.objects.user_id)
        self.rows = Rows(self.objects, self.writing, self.tokens.identity)
        self.queries = Queries(self.objects)
        self.files = Files(self.objects)
        self.rows.upload = self.files.upload
        collections = Collections(self.objects, self.writing, self.again)
        parts = (self.tokens, self.files, self.rows, self.queries, collections)
        limits = Operation("limits", "GET", pattern(rf"{ROOT}/limits/?"), self._limits)
        self._operations = [limits, *(operation for part in parts for operation in part.operations())]
        lay(self.objects)

    @property
    def operations(self) -> Sequence[Operation]:
        return self._operations

    def within(self, call: Call) -> Sequence[Call]:
        return within(call) if self.operation_of(call) == "composite" else ()

    def admit(self, operation: Operation, call: Call) -> str:
        if operation.scope == "public":
            return "anybody"
        name = self.tokens.caller(call)
        if name is None or name in self.revoked:
            raise Refused(self.reject(call))
        if not self.objects.account(name).api_enabled:
            message = "The REST API is not enabled for this Organization."
            raise refuse(403, "API_DISABLED_FOR_ORG", message)
        if call.params["api"] not in VERSIONS:
            raise Refused(refusal_of_path(call, set()))
        return name

    def reject(self, call: Call) -> Answer:
        if self.operation_of(call) == "oauth.token":
            told = {"error": "invalid_client", "error_description": "invalid client credentials"}
            return as_json(told, 400)
        return no_session()

    def nothing_here(self, call: Call, methods: set[str]) -> Answer:
        return refusal_of_path(call, methods)

    def unavailable(self) -> Answer:
        return failure(503, "SERVER_UNAVAILABLE", "The server is temporarily unavailable")

    def limit_headers(self, used: Used) -> Mapping[str, str]:
        return {"Sforce-Limit-Info": f"api-usage={used.count}/{used.limit}"}

    def limited(self, used: Used) -> Answer:
        return failure(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")

    def serve(self, operation: Operation, call: Call, caller: str) -> Answer:
        answer = super().serve(operation, call, caller)
        if operation.scope == "public":
            return answer
        self.used += 1
        return answer.also({"Sforce-Limit-Info": f"api-usage={self.used}/{self.budget.limit or A_DAY}"})

    def edit(self, id: str, values: Mapping[str, Any], by: str) -> None:
        """As in a form: by the same rules."""
        stored = self.writing.found(self.store.records[id].stream, id)
        entity = ENTITIES[stored.stream]
        typed = {name: _typed(entity.fields[name.lower()].type, it) for name, it in values.items()}
        self.writing.change(stored, entity, typed, by)

    def create(self, stream: str, values: Mapping[str, Any], by: str) -> Stored:
        return self.writing.insert(ENTITIES[stream], values, by)

    @property
    def people(self) -> Sequence[str]:
        named = sorted(self.objects.accounts, key=lambda it: bool(it.client_id))
        return [it.username for it in named if it.active]

    def boxes(self, stored: Stored) -> Sequence[Box]:
        return [
            Box(it.name, it.label, it.choices, it.length >= 1000, it.name == "Comments")
            for it in ENTITIES[stored.stream].fields.values()
            if it.writable and it.updateable and it.type != "base64"
        ]

    def headline(self, stored: Stored) -> str:
        told = (stored.values.get(it) for it in ("Subject", "CommentBody", "Title", "Name", "MasterLabel"))
        return next((str(it) for it in told if it), "")

    def push(self, stream: str, url: str, secret: str) -> None:
        self.triggers.append(Trigger(stream, url, secret))

    def _limits(self, call: Call, caller: str) -> Answer:
        most = self.budget.limit or A_DAY
        return as_json({"DailyApiRequests": {"Max": most, "Remaining": max(0, most - self.used)}})

    def _announce(self, operation: str, stored: Stored) -> None:
        """Which records, and nothing of what is in them; signed."""
        body = {"object": stored.stream, "operation": operation, "ids": [stored.id]}
        for it in self.triggers:
            if it.entity == stored.stream:
                signature = digest(it.secret.encode(), json.dumps(body).encode(), sha256).hex()
                headers = {"X-Syncline-Signature": f"sha256={signature}"}
                self.deliveries.announce(self.clock.now(), it.entity, it.url, headers, body)


def _typed(type: str, value: Any) -> Any:
    """Browsers send texts."""
    if type == "boolean" and isinstance(value, str):
        return value.lower() == "true"
    return float(value) if type in ("double", "int") and isinstance(value, str) and value else value
