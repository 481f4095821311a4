"""GitHub as a whole: who is let in, what a limit looks like, and the endpoints together."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from syncline_sandbox.boxes import Box
from syncline_sandbox.calls import Answer, Call, Operation, Refused
from syncline_sandbox.clock import Now, real_now
from syncline_sandbox.github.accounts import ACCOUNTS, NOBODY, Account, account_of
from syncline_sandbox.github.discussion import Discussion
from syncline_sandbox.github.family import Family
from syncline_sandbox.github.hooks import Hooks
from syncline_sandbox.github.reading import Reading
from syncline_sandbox.github.refusals import (
    bad_credentials,
    custom,
    no_user_agent,
    nothing,
    problem,
    refuse,
)
from syncline_sandbox.github.repositories import API, Repo
from syncline_sandbox.github.search import Search
from syncline_sandbox.github.structure import Structure
from syncline_sandbox.github.work import ISSUES, Note, Work
from syncline_sandbox.github.writing import Writing
from syncline_sandbox.limits import Used
from syncline_sandbox.store import Stored
from syncline_sandbox.vendor import Vendor

VERSIONS = ("2022-11-28", "2026-03-10")
UNDERSTOOD = ("application/vnd.github", "application/json", "*/*")
SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


class Hub(Vendor):
    kind = "github"
    address = API
    granularity = timedelta(seconds=1)
    window = timedelta(hours=1)
    first_number = 1

    def __init__(
        self,
        seed: int = 1,
        now: Now = real_now,
        repositories: Sequence[Repo] = (),
        accounts: Sequence[Account] = ACCOUNTS,
    ) -> None:
        super().__init__(seed, now)
        self.work = Work(self.store, self._announce, repositories, accounts)
        self.hooks = Hooks(self.work, self.deliveries, self.guid)
        self.reading, self.writing = Reading(self.work), Writing(self.work)
        self.discussion, self.family, self.search = (
            Discussion(self.work),
            Family(self.work),
            Search(self.work),
        )
        self.secondary = False  # whether a limit that is reached is the one without a number
        parts = (
            self.reading,
            self.writing,
            self.discussion,
            self.family,
            self.search,
            Structure(self.work),
            self.hooks,
        )
        self._operations = [operation for part in parts for operation in part.operations()]

    @property
    def operations(self) -> Sequence[Operation]:
        return self._operations

    def admit(self, operation: Operation, call: Call) -> str:
        if not call.headers.get("user-agent"):
            raise no_user_agent()
        account = account_of(call, self.work.accounts)
        if account is None or account.login in self.revoked:
            raise Refused(self.reject(call))
        version = call.headers.get("x-github-api-version", VERSIONS[0])
        if version not in VERSIONS:
            raise refuse(400, f"{version} is not a supported version")
        if not any(it in call.headers.get("accept", "*/*") for it in UNDERSTOOD):
            raise refuse(415, "Unsupported 'Accept' header. Must accept 'application/json'.")
        return account.login

    def reject(self, call: Call) -> Answer:
        return bad_credentials()

    def nothing_here(self, call: Call, methods: set[str]) -> Answer:
        """A slash at the end leads nowhere, too."""
        return nothing().answer

    def unavailable(self) -> Answer:
        return problem(503, "Service unavailable")

    def limit_headers(self, used: Used) -> Mapping[str, str]:
        if self.secondary and self.is_over(used):
            return {"Retry-After": str(used.seconds)}
        return {
            "X-RateLimit-Limit": str(used.limit),
            "X-RateLimit-Remaining": str(used.remaining),
            "X-RateLimit-Used": str(used.count),
            "X-RateLimit-Reset": str(int(used.resets_at.timestamp())),
            "X-RateLimit-Resource": "core",
        }

    def limited(self, used: Used) -> Answer:
        """A refusal like one of a right, but for its headers."""
        if self.secondary:
            return problem(403, SECONDARY)
        return problem(403, "API rate limit exceeded for user ID 101.")

    def serve(self, operation: Operation, call: Call, caller: str) -> Answer:
        answer = self._moved(call, caller) or super().serve(operation, call, caller)
        account = self.work.account(caller)
        headers = {
            "X-GitHub-Media-Type": "github.v3; format=json",
            "X-GitHub-Api-Version-Selected": call.headers.get("x-github-api-version", VERSIONS[0]),
        }
        if account is not NOBODY and account.scopes is not None:
            headers["X-OAuth-Scopes"] = ", ".join(sorted(account.scopes))
        if account.expires:
            headers["GitHub-Authentication-Token-Expiration"] = account.expires
        return answer.also(headers)

    def _moved(self, call: Call, caller: str) -> Answer | None:
        """A repository's former name leads to its number: reads as 301, writes as 307."""
        found = self.work.moved(call)
        if found is None or not found.lets(self.work.account(caller), "pull"):
            return None
        prefix, _, rest = call.path.partition(f"/repos/{call.params['owner']}/{call.params['repo']}")
        query = f"?{urlencode(call.query)}" if call.query else ""
        location = f"{call.base}{prefix}/repositories/{found.id}{rest}{query}"
        status = 301 if call.method == "GET" else 307
        return problem(status, "Moved Permanently").also({"Location": location})

    def edit(self, id: str, values: Mapping[str, Any], by: str) -> None:
        stored = self.store.find(id)
        if stored is None:
            raise nothing()
        given = {name: it for name, it in values.items() if name != "comment"}
        if given:
            accepted = self.writing.accepted(self.work.of(stored), by, _typed(given))
            self.writing.change(stored, accepted, by)
        if values.get("comment"):
            self.discussion.add(stored, str(values["comment"]), by)

    def create(self, stream: str, values: Mapping[str, Any], by: str) -> Stored:
        if stream != ISSUES:
            raise custom("Issue", "There are issues only")
        repository = self.work.repositories[0]
        accepted = self.writing.accepted(repository, by, _typed(values))
        return self.writing.add(repository, accepted, by)

    @property
    def people(self) -> Sequence[str]:
        return [it.login for it in sorted(self.work.accounts, key=lambda it: bool(it.token))]

    def boxes(self, stored: Stored) -> Sequence[Box]:
        repository = self.work.of(stored)
        numbered = tuple((str(at), it) for at, it in enumerate(repository.milestones, 1))
        return [
            Box("title", "Title"),
            Box("body", "Description", long=True),
            Box("state", "State", (("open", "Open"), ("closed", "Closed"))),
            Box("milestone", "Milestone", numbered),
            Box("type", "Type", tuple((it, it) for it in self.work.types)),
            Box("comment", "Comment", long=True, adds=True),
        ]

    def headline(self, stored: Stored) -> str:
        return str(stored.values.get("title", ""))

    def push(self, stream: str, url: str, secret: str) -> None:
        config = {"url": url, "content_type": "json", "secret": secret, "insecure_ssl": "0"}
        for repository in self.work.repositories:
            self.hooks.add(repository, ("issues", "issue_comment"), config)

    def _announce(self, action: str, stored: Stored, by: str, note: Note | None) -> None:
        self.hooks.announce(action, stored, by, note)


def _typed(values: Mapping[str, Any]) -> dict[str, Any]:
    """A form knows texts only, and no difference between empty and none."""
    empty = {name: None for name, it in values.items() if it == "" and name in ("milestone", "type", "body")}
    return {**values, **empty}
