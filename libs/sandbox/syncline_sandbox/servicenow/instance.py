"""The instance as a whole: who is let in, what a limit looks like, and the endpoints together."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from syncline_sandbox.boxes import Box
from syncline_sandbox.calls import Answer, Call, Operation, Refused, call_of
from syncline_sandbox.clock import Now, real_now
from syncline_sandbox.limits import Used
from syncline_sandbox.servicenow.accounts import ACCOUNTS, Account, basic_of
from syncline_sandbox.servicenow.attachments import Attachments
from syncline_sandbox.servicenow.batches import Batches
from syncline_sandbox.servicenow.dictionary import columns_of, family
from syncline_sandbox.servicenow.foundation import lay
from syncline_sandbox.servicenow.refusals import failure, no_record, not_authenticated
from syncline_sandbox.servicenow.rows import Rows
from syncline_sandbox.servicenow.tables import JOURNALS, Tables
from syncline_sandbox.servicenow.tokens import Tokens
from syncline_sandbox.store import Stored
from syncline_sandbox.vendor import Vendor

LONGEST_TARGET = 8192


@dataclass(frozen=True, slots=True)
class BusinessRule:
    """What an administrator installs so that somebody is told of a table's changes."""

    table: str
    url: str
    token: str  # in a header; nothing is signed


class Instance(Vendor):
    kind = "servicenow"
    address = "https://sandbox.service-now.com"
    granularity = timedelta(seconds=1)
    window = timedelta(hours=1)
    first_number = 0

    def __init__(self, seed: int = 1, now: Now = real_now, accounts: Sequence[Account] = ACCOUNTS) -> None:
        super().__init__(seed, now)
        self.rules: list[BusinessRule] = []
        self.tables = Tables(self.store, Rows(self.store), self.guid, accounts)
        self.tables.announce = self._announce
        self.tokens = Tokens(self.clock, self.guid, accounts)
        self.attachments = Attachments(self.tables)
        self.batches = Batches(self.again)
        parts = (self.tables, self.tokens, self.attachments, self.batches)
        self._operations = [operation for part in parts for operation in part.operations()]
        lay(self.store, self.tables.new_id)

    def within(self, call: Call) -> Sequence[Call]:
        if self.operation_of(call) != "batch":
            return ()
        try:
            posted = json.loads(call.body)
        except ValueError:
            return ()
        parts = posted.get("rest_requests") if isinstance(posted, dict) else None
        there = parts if isinstance(parts, list) else []
        return [
            call_of(str(it.get("method")), call.base, str(it.get("url")), {})
            for it in there
            if isinstance(it, dict)
        ]

    @property
    def operations(self) -> Sequence[Operation]:
        return self._operations

    def admit(self, operation: Operation, call: Call) -> str:
        if operation.scope == "public":
            return "anybody"
        name = self._caller(call)
        if name is None or name in self.revoked:
            raise Refused(self.reject(call))
        accepted = call.headers.get("accept", "*/*")
        if (
            not any(it in accepted for it in ("application/json", "*/*"))
            and operation.name != "attachment.file"
        ):
            detail = f"Only application/json is supported, not {accepted}"
            raise Refused(failure(406, "Unacceptable media type", detail))
        if sum(len(name) + len(value) + 2 for name, value in call.query) > LONGEST_TARGET:
            raise Refused(failure(414, "Request-URI Too Long"))
        return name

    def reject(self, call: Call) -> Answer:
        return not_authenticated()

    def nothing_here(self, call: Call, methods: set[str]) -> Answer:
        if methods:
            return failure(405, "Method not supported", f"{call.method} is not supported")
        return failure(400, "Requested URI does not represent any resource", call.path)

    def unavailable(self) -> Answer:
        return failure(503, "Service Unavailable", "The instance is too busy to answer")

    def limit_headers(self, used: Used) -> Mapping[str, str]:
        """With every answer that a rule applies to."""
        headers = {
            "X-RateLimit-Limit": str(used.limit),
            "X-RateLimit-Reset": str(int(used.resets_at.timestamp())),
            "X-RateLimit-Rule": "Sandbox",
        }
        return headers | ({"Retry-After": str(used.seconds)} if self.is_over(used) else {})

    def limited(self, used: Used) -> Answer:
        detail = f"Rate limit of {used.limit} requests per hour for Table API exceeded"
        return failure(429, "Rate limit exceeded", detail)

    def serve(self, operation: Operation, call: Call, caller: str) -> Answer:
        return super().serve(operation, call, caller).also({"X-Is-Logged-In": "true"})

    def edit(self, id: str, values: Mapping[str, Any], by: str) -> None:
        """As in a form: by the same rules and policies."""
        stored = self.store.find(id)
        if stored is None:
            raise no_record()
        notes = {name: str(value) for name, value in values.items() if name in JOURNALS}
        given = {name: str(value) for name, value in values.items() if name not in JOURNALS}
        self.tables.change(stored, given, notes, by)

    def create(self, stream: str, values: Mapping[str, Any], by: str) -> Stored:
        return self.tables.insert(stream, {name: str(value) for name, value in values.items()}, by)

    @property
    def people(self) -> Sequence[str]:
        return [it.user_name for it in sorted(ACCOUNTS, key=lambda it: bool(it.password))]

    def boxes(self, stored: Stored) -> Sequence[Box]:
        return [
            Box(it.name, it.label, it.choices, it.longest >= 1000, it.name in JOURNALS)
            for it in columns_of(stored.stream).values()
            if not it.read_only
        ]

    def headline(self, stored: Stored) -> str:
        told = (stored.values.get(it) for it in ("short_description", "name", "label", "value", "number"))
        return next((str(it) for it in told if it), "")

    def push(self, stream: str, url: str, secret: str) -> None:
        self.rules.append(BusinessRule(stream, url, secret))

    def _caller(self, call: Call) -> str | None:
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self.tokens.bearer(token)
        given = basic_of(call)
        for account in self.tables.accounts:
            if given == (account.user_name, account.password) and account.password and account.active:
                return account.user_name
        return None

    def _announce(self, operation: str, stored: Stored) -> None:
        """A row is said to have changed; whoever hears it reads it."""
        body = {
            "table": stored.stream,
            "sys_id": stored.id,
            "sys_mod_count": str(stored.number),
            "operation": operation,
        }
        for rule in self.rules:
            if stored.stream in family(rule.table):
                headers = {"X-Syncline-Token": rule.token}
                self.deliveries.announce(self.clock.now(), rule.table, rule.url, headers, body)
