"""What the services answer, as far as pages show it. Unknown fields are left alone: services grow."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel

Role = Literal["administrator", "manager", "viewer"]


class Account(BaseModel):
    id: UUID
    name: str


class Me(BaseModel):
    id: UUID
    name: str
    email: str | None = None
    role: Role
    network_ids: list[UUID] | None = None
    account: Account


class Tokens(BaseModel):
    access_token: str
    refresh_token: str
    expires_in: int


class Network(BaseModel):
    id: UUID
    name: str
    description: str = ""
    created_at: datetime


class Person(BaseModel):
    id: UUID
    email: str
    name: str
    role: Role
    network_ids: list[UUID] | None = None
    has_password: bool
    created_at: datetime


class ApiKey(BaseModel):
    id: UUID
    name: str
    role: Role
    network_ids: list[UUID] | None = None
    last4: str
    created_at: datetime
    expires_at: datetime | None = None


class Change(BaseModel):
    """A row of a service's audit log."""

    id: UUID
    at: datetime
    actor_kind: str
    actor_name: str | None = None
    action: str
    noun: str
    noun_id: str
    network_id: UUID | None = None
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    trace_id: str | None = None
    service: str = ""

    def differences(self) -> list[tuple[str, Any, Any]]:
        """Field, before, after."""
        before, after = self.before or {}, self.after or {}
        return [(name, before.get(name), after.get(name)) for name in {**before, **after}]


class AuthField(BaseModel):
    name: str
    label: str
    help: str = ""
    secret: bool = False
    required: bool = True
    pattern: str | None = None


class AuthScheme(BaseModel):
    scheme: str
    label: str
    fields: list[AuthField]


class Capabilities(BaseModel):
    projects: str | None = None


class Kind(BaseModel):
    kind: str
    label: str
    docs: str = ""
    installed: bool = True
    url_shapes: list[str] = []
    auth: list[AuthScheme] = []
    prerequisites: list[str] = []
    limitations: list[str] = []
    capabilities: Capabilities = Capabilities()


class Lookup(BaseModel):
    status: Literal["in_network", "in_other_network", "new", "unknown", "not_installed"]
    kind: str | None = None
    kinds: list[str] = []
    url: str | None = None
    system_id: UUID | None = None
    message: str = ""
    routed: bool = False


class Problem(BaseModel):
    code: str
    message: str
    fix: str | None = None


class Check(BaseModel):
    ok: bool
    ticket: str | None = None
    identity: str | None = None
    can_write: bool | None = None
    findings: list[str] = []
    problems: list[Problem] = []


class VendorPage(BaseModel):
    """Where a person signs in at the vendor's."""

    authorize_url: str
    redirect_uri: str


class Credential(BaseModel):
    scheme: str = ""
    state: str = "good"
    rejected: str | None = None


class Webhooks(BaseModel):
    subscribed: bool = False
    said: str = ""
    by_hand: bool = False


class Stream(BaseModel):
    name: str
    label: str = ""


class WebhookRule(BaseModel):
    """What somebody enters in a system by hand; `text` holds a secret."""

    title: str
    where: str
    fields: dict[str, str]
    into: str
    text: str


class Node(BaseModel):
    """A system in one network."""

    network_id: UUID
    credential: Credential = Credential()
    identity: str | None = None
    can_write: bool | None = None
    findings: list[str] = []
    checked_at: datetime | None = None
    webhooks: Webhooks | None = None


class System(BaseModel):
    id: UUID
    kind: str
    label: str = ""
    url: str
    name: str = ""
    routed: bool = False
    nodes: list[Node] = []
    created_at: datetime | None = None

    def node_in(self, network_id: UUID) -> Node:
        return next((it for it in self.nodes if it.network_id == network_id), Node(network_id=network_id))


class End(BaseModel):
    """A side of a connection."""

    system_id: UUID | None = None
    kind: str
    url: str
    name: str = ""


class LastRun(BaseModel):
    id: UUID | None = None
    status: str = ""
    finished_at: datetime | None = None


class Connection(BaseModel):
    id: UUID
    network_id: UUID
    name: str
    description: str = ""
    template: str | None = None
    state: str
    cause: Any = None
    a: End
    b: End
    published_version: int | None = None
    last_run: LastRun | None = None
    created_at: datetime


class Gate(BaseModel):
    """What a system's requests go by."""

    side: Literal["a", "b"]
    away_since: datetime | None = None


class Health(BaseModel):
    """How a published connection is doing."""

    last_checked: datetime | None = None
    waiting: int = 0
    links: int = 0
    open_issues: int = 0
    open_conflicts: int = 0
    gates: list[Gate] | None = None

    @property
    def away(self) -> dict[str, datetime]:
        """Since when each side has not been reached; one that is reached is not in it."""
        found: dict[str, datetime] = {}
        for it in self.gates or ():
            if it.away_since is not None:
                found[it.side] = min(it.away_since, found.get(it.side, it.away_since))
        return found


class Step(BaseModel):
    group: str
    key: str
    label: str
    status: Literal["pending", "running", "done", "skipped", "failed"]
    message: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None


class Build(BaseModel):
    status: Literal["running", "done", "failed"]
    seconds_left: float | None = None
    steps: list[Step] = []

    @property
    def failed(self) -> Step | None:
        return next((it for it in self.steps if it.status == "failed"), None)

    @property
    def done(self) -> int:
        return sum(it.status in ("done", "skipped") for it in self.steps)


class DraftProblem(BaseModel):
    pointer: str = ""
    message: str = ""
    fix: str | None = None


class Draft(BaseModel):
    configuration: Any = None
    etag: str | None = None
    valid: bool = False
    problems: list[DraftProblem] = []
    tested_by_run: UUID | None = None


class Version(BaseModel):
    number: int
    published_at: datetime | None = None
    published_by: str = ""
    current: bool = False
