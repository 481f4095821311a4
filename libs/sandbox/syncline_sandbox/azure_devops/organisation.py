"""The organisation as a whole: who is let in, what a limit looks like, and the endpoints together."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from syncline_sandbox.azure_devops.accounts import ACCOUNTS, Account, account_of, check_version, sign_in
from syncline_sandbox.azure_devops.boards import ADDRESS, Boards, Project, unknown_field
from syncline_sandbox.azure_devops.catalogue import FIELDS, TYPES, Field, ItemType
from syncline_sandbox.azure_devops.deleting import Deleting
from syncline_sandbox.azure_devops.discussion import Discussion
from syncline_sandbox.azure_devops.feeds import Feeds
from syncline_sandbox.azure_devops.files import Files
from syncline_sandbox.azure_devops.hooks import EVENTS, Hooks
from syncline_sandbox.azure_devops.people import People
from syncline_sandbox.azure_devops.reading import Reading
from syncline_sandbox.azure_devops.refusals import nowhere, problem, unauthorized
from syncline_sandbox.azure_devops.structure import Structure
from syncline_sandbox.azure_devops.values import accepted, check_rules
from syncline_sandbox.azure_devops.writing import Writing, inner_call
from syncline_sandbox.boxes import Box
from syncline_sandbox.calls import Answer, Call, Operation, Refused
from syncline_sandbox.clock import Now, real_now
from syncline_sandbox.deliveries import Delivery
from syncline_sandbox.limits import Used
from syncline_sandbox.store import Stored, Version
from syncline_sandbox.vendor import Vendor

PREVIEW = ("comments.", "reporting.links", "graph.", "entitlements", "connectiondata")


class Organisation(Vendor):
    kind = "azure_devops"
    address = ADDRESS
    granularity = timedelta(milliseconds=1)
    window = timedelta(minutes=5)
    first_number = 1

    def __init__(
        self,
        seed: int = 1,
        now: Now = real_now,
        projects: Sequence[Project] = (),
        accounts: Sequence[Account] = ACCOUNTS,
    ) -> None:
        super().__init__(seed, now)
        self.boards = Boards(self.store, self.guid, self._announce, projects, accounts)
        self.hooks = Hooks(self.boards, self.deliveries, self.guid)
        self.writing = Writing(self.boards, self.again)
        parts = (
            Reading(self.boards),
            self.writing,
            Deleting(self.boards),
            Feeds(self.boards),
            Discussion(self.boards, self.writing),
            Files(self.boards),
            Structure(self.boards),
            People(self.boards),
            self.hooks,
        )
        self._operations = [operation for part in parts for operation in part.operations()]

    def within(self, call: Call) -> Sequence[Call]:
        if self.operation_of(call) != "workitems.batch":
            return ()
        try:
            parts = json.loads(call.body)
        except ValueError:
            return ()
        there = parts if isinstance(parts, list) else []
        return [inner_call(call, it) for it in there if isinstance(it, dict)]

    @property
    def operations(self) -> Sequence[Operation]:
        return self._operations

    def admit(self, operation: Operation, call: Call) -> str:
        account = account_of(call, self.boards.accounts)
        if account is None or account.name in self.revoked:
            raise Refused(self.reject(call))
        if operation.scope and operation.scope not in account.scopes:
            raise Refused(unauthorized())
        check_version(call, preview=operation.name.startswith(PREVIEW))
        return account.name

    def reject(self, call: Call) -> Answer:
        return sign_in(call)

    def nothing_here(self, call: Call, methods: set[str]) -> Answer:
        if not methods:
            return nowhere()
        message = f"The requested resource does not support http method '{call.method}'."
        return problem(405, "VssServiceException", message).also({"Allow": ", ".join(sorted(methods))})

    def unavailable(self) -> Answer:
        message = "TF10216: Azure DevOps services are currently unavailable. Try again later."
        return problem(503, "ServiceUnavailableException", message)

    def is_over(self, used: Used) -> bool:
        """First the vendor only takes its time; half as much again, and it refuses."""
        return used.count > used.limit * 1.5

    def delay(self, used: Used) -> float:
        return min(30.0, 0.05 * max(0, used.count - used.limit))

    def limit_headers(self, used: Used) -> Mapping[str, str]:
        """None while all is well; Retry-After comes on an answer that was merely held back, too."""
        if used.count <= used.limit:
            return {}
        return {
            "Retry-After": str(used.seconds),
            "X-RateLimit-Resource": "core",
            "X-RateLimit-Delay": f"{self.delay(used):.3f}",
            "X-RateLimit-Limit": str(used.limit),
            "X-RateLimit-Remaining": str(used.remaining),
            "X-RateLimit-Reset": str(int(used.resets_at.timestamp())),
        }

    def limited(self, used: Used) -> Answer:
        message = "TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource 'core' in namespace 'User'."
        return problem(429, "RequestBlockedException", message)

    def edit(self, id: str, values: Mapping[str, Any], by: str) -> None:
        """By whoever is named, by the rules that hold for everybody."""
        boards, stored = self.boards, self.boards.item(id)
        given = self._accepted(TYPES[stored.stream], values)
        check_rules(boards, stored.values, {**stored.values, **given})
        self.writing.change(
            stored, given, boards.who(by)[0].name if boards.who(by) else by, boards.now_text()
        )

    def create(self, stream: str, values: Mapping[str, Any], by: str) -> Stored:
        """In the project that the area is of."""
        boards, type = self.boards, TYPES[stream]
        project = boards.project(str(values["System.AreaPath"]).partition("\\")[0])
        after = self.writing.begun(type, project, self._accepted(type, values), by)
        stored = self.writing.add(type, after, by)
        boards.announce("workitem.created", stored, stored.latest)
        return stored

    def _accepted(self, type: ItemType, values: Mapping[str, Any]) -> dict[str, Any]:
        unknown = [ref for ref in values if ref not in FIELDS]
        if unknown:
            raise unknown_field(unknown[0])
        return {ref: accepted(self.boards, ref, value, type, bypasses=False) for ref, value in values.items()}

    @property
    def people(self) -> Sequence[str]:
        return [it.name for it in sorted(self.boards.accounts, key=lambda it: bool(it.token))]

    def boxes(self, stored: Stored) -> Sequence[Box]:
        """Comments are among them: System.History."""
        return [
            _box(TYPES[stored.stream], FIELDS[ref], self.people)
            for ref in TYPES[stored.stream].fields
            if _editable(ref)
        ]

    def headline(self, stored: Stored) -> str:
        return str(stored.values.get("System.Title", ""))

    def push(self, stream: str, url: str, secret: str) -> None:
        inputs = {"url": url, "httpHeaders": f"X-Syncline-Token:{secret}"}
        for event in EVENTS:
            self.hooks.add(event, {"workItemType": stream}, inputs)

    def delivered(self, delivery: Delivery, status: int | None) -> None:
        super().delivered(delivery, status)
        self.hooks.answered(delivery.subscription, status)

    def _announce(self, event: str, stored: Stored, version: Version | None) -> None:
        self.hooks.announce(event, stored, version)
        if version and version.changed.get("System.History"):
            self.hooks.announce("workitem.commented", stored, version)


def _editable(ref: str) -> bool:
    return not FIELDS[ref].read_only and ref not in ("System.TeamProject", "System.WorkItemType")


def _box(type: ItemType, field: Field, people: Sequence[str]) -> Box:
    choices = type.choices.get(field.ref, ())
    if field.ref == "System.State":
        choices = tuple(it.name for it in type.states)
    if field.is_identity:
        choices = tuple(people)
    adds = field.type == "history"
    named = tuple((it, it) for it in choices)
    return Box(field.ref, "Comment" if adds else field.name, named, adds or field.type == "html", adds)
