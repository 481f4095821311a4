"""The account as a whole: who is let in, what a limit looks like, and the endpoints together."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from syncline_sandbox.boxes import Box
from syncline_sandbox.calls import Answer, Call, Operation, Refused
from syncline_sandbox.clock import Now, real_now
from syncline_sandbox.limits import Used
from syncline_sandbox.store import Stored
from syncline_sandbox.vendor import Vendor
from syncline_sandbox.zendesk.desk import TICKETS, Desk
from syncline_sandbox.zendesk.directory import ANYBODY, Directory
from syncline_sandbox.zendesk.discussion import Discussion
from syncline_sandbox.zendesk.exports import Exports
from syncline_sandbox.zendesk.fields import PRIORITIES, STATUSES, TYPES
from syncline_sandbox.zendesk.hooks import EVENTS, Hooks
from syncline_sandbox.zendesk.people import API_TOKEN, OAUTH_TOKENS, STAFF, Caller, OAuthToken, basic_of
from syncline_sandbox.zendesk.refusals import closed, failure, forbidden, no_scope
from syncline_sandbox.zendesk.searching import Searching
from syncline_sandbox.zendesk.tickets import Tickets
from syncline_sandbox.zendesk.tokens import SCOPES, Tokens
from syncline_sandbox.zendesk.writing import Writing

NOBODY = {"error": "Couldn't authenticate you"}
BAD_TOKEN = "The access token provided is expired, revoked, malformed or invalid for other reasons."


class Helpdesk(Vendor):
    kind = "zendesk"
    address = "https://sandbox.zendesk.com"
    granularity = timedelta(seconds=1)
    window = timedelta(minutes=1)
    first_number = 1

    def __init__(
        self,
        seed: int = 1,
        now: Now = real_now,
        oauth_tokens: Sequence[OAuthToken] = OAUTH_TOKENS,
        api_token: str = API_TOKEN,
    ) -> None:
        super().__init__(seed, now)
        self._api_token = api_token
        self.desk = Desk(self.store, self.guid, self._announce)
        self.writing, self.tokens = Writing(self.desk), Tokens(self.clock, self.guid, oauth_tokens)
        self.tickets, self.discussion = Tickets(self.desk, self.writing), Discussion(self.desk)
        self.hooks = Hooks(self.desk, self.deliveries)
        others = (Exports(self.desk), Searching(self.desk), Directory(self.desk))
        parts = (self.tickets, self.discussion, *others, self.hooks, self.tokens)
        self._operations = [operation for part in parts for operation in part.operations()]

    @property
    def operations(self) -> Sequence[Operation]:
        return self._operations

    def admit(self, operation: Operation, call: Call) -> str:
        caller = self._caller(call)
        if caller is None and operation.scope == "public" and "authorization" not in call.headers:
            return ANYBODY
        if operation.name in ("oauth.token", "attachment.content"):
            return ANYBODY
        if caller is None or caller.user.email in self.revoked or caller.user.suspended:
            raise Refused(self.reject(call))
        wanted = operation.scope.split()
        scope = "write" if "write" in wanted else "read"
        if scope not in caller.scopes:
            raise no_scope(scope)
        if caller.user.role not in STAFF and operation.scope != "public":
            raise forbidden()
        if "admin" in wanted and caller.user.role != "admin":
            raise forbidden()
        return caller.user.email

    def reject(self, call: Call) -> Answer:
        if call.headers.get("authorization", "").lower().startswith("bearer"):
            return failure(401, "invalid_token", error_description=BAD_TOKEN)
        return failure(401, NOBODY["error"]).also({"WWW-Authenticate": 'Basic realm="Web Password"'})

    def nothing_here(self, call: Call, methods: set[str]) -> Answer:
        if methods:
            return failure(405, "MethodNotAllowed", f"{call.method} is not supported")
        return failure(404, "InvalidEndpoint", "Not found")

    def unavailable(self) -> Answer:
        return failure(503, "ServiceUnavailable", "The account is under maintenance")

    def limit_headers(self, used: Used) -> Mapping[str, str]:
        told = {
            "X-Rate-Limit": str(used.limit),
            "X-Rate-Limit-Remaining": str(used.remaining),
            "ratelimit-limit": str(used.limit),
            "ratelimit-remaining": str(used.remaining),
            "ratelimit-reset": str(used.seconds),
        }
        return told | ({"Retry-After": str(used.seconds)} if self.is_over(used) else {})

    def limited(self, used: Used) -> Answer:
        said = "Number of allowed API requests per minute exceeded"
        return failure(429, "APIRateLimitExceeded", said)

    def serve(self, operation: Operation, call: Call, caller: str) -> Answer:
        return super().serve(operation, call, caller).also({"x-zendesk-api-version": "v2"})

    def edit(self, id: str, values: Mapping[str, Any], by: str) -> None:
        """As an agent does it in the ticket's page, by the same rules."""
        stored = self.desk.ticket(id)
        if stored.values["status"] == "closed":
            raise closed()
        given = {name: it for name, it in values.items() if name != "comment"}
        said = {"body": str(values["comment"]), "public": False} if values.get("comment") else None
        self.writing.change(stored, given, said, None, self.desk.user(by))

    def create(self, stream: str, values: Mapping[str, Any], by: str) -> Stored:
        given = {"description": values.get("subject"), **values}
        stored, _ = self.writing.add(given, None, None, self.desk.user(by))
        return stored

    @property
    def people(self) -> Sequence[str]:
        staff = [it for it in self.desk.users if it.role in STAFF and not it.suspended]
        return [it.email for it in sorted(staff, key=lambda it: it.role == "admin")]

    def boxes(self, stored: Stored) -> Sequence[Box]:
        def of(known: Sequence[str]) -> tuple[tuple[str, str], ...]:
            return tuple((it, it.capitalize()) for it in known)

        if stored.stream != TICKETS:
            return ()
        return (
            Box("subject", "Subject"),
            Box("status", "Status", of(STATUSES[1:-1])),
            Box("priority", "Priority", of(PRIORITIES)),
            Box("type", "Type", of(TYPES)),
            Box("comment", "Internal note", long=True, adds=True),
        )

    def headline(self, stored: Stored) -> str:
        return str(stored.values.get("subject") or "")

    def push(self, stream: str, url: str, secret: str) -> None:
        """By events, with a secret that is known: as an administrator does it in Admin Centre."""
        given = {
            "name": url,
            "endpoint": url,
            "http_method": "POST",
            "request_format": "json",
            "status": "active",
        }
        made = self.hooks.add({**given, "subscriptions": list(EVENTS.values())})
        made.secret = secret

    def _announce(self, event: str, stored: Stored) -> None:
        self.hooks.announce(event, stored)

    def _caller(self, call: Call) -> Caller | None:
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            found = self.tokens.bearer(token)
            return Caller(self.desk.user(found.email), found.scopes, found) if found else None
        given = basic_of(call)
        users = {it.email: it for it in self.desk.users}
        if given and given[0] in users and given[1] == self._api_token:
            return Caller(users[given[0]], SCOPES)
        return None
