"""A help desk as a whole: who is let in, what a limit looks like, and its endpoints together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from syncline_sandbox.boxes import Box
from syncline_sandbox.calls import Answer, Call, Operation, Refused
from syncline_sandbox.clock import Now, real_now
from syncline_sandbox.freshworks.accounts import AGENTS, CONTACTS, Agent, key_of
from syncline_sandbox.freshworks.conversations import Conversations
from syncline_sandbox.freshworks.drafts_of_tickets import Drafts
from syncline_sandbox.freshworks.files import Files
from syncline_sandbox.freshworks.people import Me
from syncline_sandbox.freshworks.refusals import denied, failure, no_such, not_logged_in, refuse
from syncline_sandbox.freshworks.shapes import Shape
from syncline_sandbox.freshworks.tickets import STREAM, Tickets
from syncline_sandbox.limits import Used
from syncline_sandbox.store import Stored
from syncline_sandbox.vendor import Vendor


@dataclass(frozen=True, slots=True)
class Rule:
    """An automation that an administrator sets up: what happens to tickets is posted."""

    url: str
    header: str  # the custom header with the secret; nothing is signed
    secret: str


class HelpDesk(Vendor):
    granularity = timedelta(seconds=1)
    window = timedelta(minutes=1)
    first_number = 1
    shape: Shape
    made_of: type[Tickets] = Tickets

    def __init__(self, seed: int = 1, now: Now = real_now, agents: Sequence[Agent] = AGENTS) -> None:
        super().__init__(seed, now)
        self.agents, self.rules = agents, list[Rule]()
        drafts = Drafts(self.store, self.shape, [*(it.id for it in agents), *(it.id for it in CONTACTS)])
        drafts.numbers = {it.email: it.id for it in agents}
        self.files = Files(self.store, self.address, self.shape.largest)
        self.tickets = self.made_of(self.store, self.shape, self.files, drafts)
        self.tickets.told = self._tell
        self.conversations = Conversations(self.tickets)
        parts = (
            Me(agents, self.shape, drafts.closing, self.agent_document),
            self.conversations,
            self.files,
            self.tickets,
        )
        self._operations = [it for part in parts for it in part.operations()] + self.more_operations()

    def agent_document(self, agent: Agent) -> dict[str, Any]:
        raise NotImplementedError

    def more_operations(self) -> list[Operation]:
        raise NotImplementedError

    @property
    def operations(self) -> Sequence[Operation]:
        return self._operations

    def operation_of(self, call: Call) -> str:
        """A form with a file is an update, too; for whoever tells apart what may be repeated, it is not."""
        name = super().operation_of(call)
        is_form = call.content_type == "multipart/form-data"
        return "ticket.attach" if name == "ticket.update" and is_form else name

    def admit(self, operation: Operation, call: Call) -> str:
        if operation.scope == "public":
            return "anybody"
        agent = next((it for it in self.agents if it.key and it.key == key_of(call)), None)
        if agent is None or agent.email in self.revoked:
            raise Refused(self.reject(call))
        if not any(it in call.headers.get("accept", "*/*") for it in ("application/json", "*/*")):
            raise refuse(406, "not_acceptable", "Only application/json and */* are supported")
        if (operation.scope == "reads" and not agent.may_read) or (
            operation.scope == "writes" and not agent.may_write
        ):
            raise denied()
        return agent.email

    def serve(self, operation: Operation, call: Call, caller: str) -> Answer:
        """An `include` on a list costs more than one request."""
        if operation.name == "ticket.list":
            for _ in range(sum(self.shape.includes.get(it, 0) for it in call.get("include").split(","))):
                self.budget.use(caller, self.clock.now())
        version = {f"X-{self.shape.product}-Api-Version": "latest=v2; requested=v2"}
        return super().serve(operation, call, caller).also(version)

    def reject(self, call: Call) -> Answer:
        return not_logged_in()

    def nothing_here(self, call: Call, methods: set[str]) -> Answer:
        if methods:
            allowed = ", ".join(sorted(methods))
            said = f"{call.method} method is not allowed. It should be one of these method(s): {allowed}"
            return failure(405, "method_not_allowed", said).also({"Allow": allowed})
        return Answer(404)

    def unavailable(self) -> Answer:
        return failure(503, "service_unavailable", "The service is not available for the moment")

    def limit_headers(self, used: Used) -> Mapping[str, str]:
        headers = {
            "X-RateLimit-Total": str(used.limit),
            "X-RateLimit-Remaining": str(used.remaining),
            "X-RateLimit-Used-CurrentRequest": "1",
        }
        return headers | ({"Retry-After": str(used.seconds)} if self.is_over(used) else {})

    def limited(self, used: Used) -> Answer:
        return failure(429, "rate_limit", "You have exceeded the limit of requests per minute")

    def edit(self, id: str, values: Mapping[str, Any], by: str) -> None:
        """As in a form; what is written into the box for a note becomes one."""
        stored = self.store.find(id)
        if stored is None or stored.stream != STREAM:
            raise no_such()
        given = {name: self._typed(name, it) for name, it in values.items() if name != "note"}
        self.tickets.change(stored, self.tickets.drafts.changed(stored, given), by)
        if note := values.get("note"):
            self.conversations.note(stored, str(note), by)

    def create(self, stream: str, values: Mapping[str, Any], by: str) -> Stored:
        given = {name: self._typed(name, it) for name, it in values.items()}
        begun = {"requester_id": CONTACTS[0].id, "description": "<div>As said on the phone</div>", **given}
        return self.tickets.insert(self.tickets.drafts.begun(begun, by), by)

    @property
    def people(self) -> Sequence[str]:
        return [it.email for it in sorted(self.agents, key=lambda it: bool(it.key))]

    def boxes(self, stored: Stored) -> Sequence[Box]:
        numbers = [it for it in self.shape.fields if self.shape.writable.get(it.attribute) == "choice"]
        chosen = [
            Box(it.attribute, it.label, tuple((str(at), str(at)) for at in self.shape.choices(it.attribute)))
            for it in numbers
        ]
        texts = (Box("subject", "Subject"), Box("description", "Description", long=True))
        return [*texts, *chosen, Box("note", "Private note", adds=True)]

    def headline(self, stored: Stored) -> str:
        return str(stored.values.get("subject") or "")

    def push(self, stream: str, url: str, secret: str) -> None:
        self.rules.append(Rule(url, "X-Syncline-Token", secret))

    def _typed(self, name: str, value: Any) -> Any:
        """A page's boxes hold texts."""
        numbers = self.shape.writable.get(name) in ("integer", "choice")
        return int(value) if numbers and isinstance(value, str) and value.isdigit() else value

    def _tell(self, what: str, stored: Stored) -> None:
        for rule in self.rules:
            body = self.posted(stored)
            self.deliveries.announce(self.clock.now(), what, rule.url, {rule.header: rule.secret}, body)

    def posted(self, stored: Stored) -> dict[str, Any]:
        """By the template that the administrator pasted."""
        return {"ticket_id": stored.id}
