"""What an account holds beside its tickets' fields, and how a ticket looks from outside."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from syncline_sandbox.calls import Call
from syncline_sandbox.limits import Budget
from syncline_sandbox.store import Store, Stored
from syncline_sandbox.zendesk.fields import CUSTOM
from syncline_sandbox.zendesk.people import ADDRESS, USERS, Person
from syncline_sandbox.zendesk.refusals import not_found

TICKETS = "tickets"
ACTIVE = [id for id, it in CUSTOM.items() if it.active]
ROOT = "/api/v2"
PLAIN = (  # of what is stored, as it is shown
    *("external_id", "type", "subject", "description", "priority", "status", "custom_status_id", "recipient"),
    *("requester_id", "submitter_id", "assignee_id", "organization_id", "group_id", "collaborator_ids"),
    *("follower_ids", "email_cc_ids", "problem_id", "is_public", "due_at", "tags", "ticket_form_id"),
    "brand_id",
)


@dataclass(slots=True)
class Comment:
    id: int
    audit: int
    ticket: str
    body: str
    html: str
    public: bool
    author: int
    created_at: str
    metadata: dict[str, Any]
    files: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Upload:
    token: str
    expires_at: datetime
    files: list[int]


@dataclass(frozen=True, slots=True)
class FileKept:
    id: int
    name: str
    content_type: str
    content: bytes
    key: str  # in its address, which is all that it takes to fetch it


@dataclass(slots=True)
class Caps:
    """The vendor's own numbers; a test may lower them, or lift them."""

    blind: timedelta = timedelta(minutes=1)  # exports never show what is younger
    too_recent: timedelta = timedelta(minutes=1)
    exported: int = 1000
    many: int = 100
    found: int = 1000
    file_bytes: int = 50 * 2**20
    upload_lives: timedelta = timedelta(minutes=60)
    key_lives: timedelta = timedelta(hours=2)
    bin_lives: timedelta = timedelta(days=30)


@dataclass(slots=True)
class Desk:
    store: Store
    guid: Callable[[], str]
    announce: Callable[[str, Stored], None]  # Create, Change or Delete
    users: Sequence[Person] = USERS
    caps: Caps = field(default_factory=Caps)
    exports: Budget = field(default_factory=lambda: Budget(timedelta(minutes=1), 10))
    updates: Budget = field(default_factory=lambda: Budget(timedelta(minutes=10), 30))
    comments: list[Comment] = field(default_factory=list)
    files: dict[int, FileKept] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    incidents: Counter[int] = field(default_factory=Counter)  # of each problem
    last_ticket: int = 0
    last_id: int = 5000000000000  # of comments, audits and files

    def next_id(self) -> int:
        self.last_id += 1
        return self.last_id

    def now_text(self) -> str:
        return iso(self.store.clock.stamp())

    def user(self, email: str) -> Person:
        return next(it for it in self.users if it.email == email)

    def user_of(self, id: object) -> Person | None:
        return next((it for it in self.users if it.id == id), None)

    def ticket(self, id: str) -> Stored:
        """One that is in the bin is not found, as one that never was."""
        stored = self.store.find(id)
        if stored is None or stored.stream != TICKETS:
            raise not_found()
        return stored

    def tickets(self) -> list[Stored]:
        """All that are not in the bin, as they are now."""
        return [it for it in self.store.records.values() if it.stream == TICKETS and it.deleted_at is None]

    def searched(self) -> list[Stored]:
        """Those that the index knows as they are; it lags behind."""
        frozen = self.store.clock.now() - self.store.lag
        return [it for it in self.tickets() if it.latest.written_at <= frozen]

    def document(self, stored: Stored) -> dict[str, Any]:
        changed = stored.deleted_at or stored.latest.at
        values, custom = stored.values, stored.values["custom_fields"]
        fields = [{"id": id, "value": custom.get(id)} for id in ACTIVE]
        told = {name: values.get(name) for name in PLAIN}
        return {
            "url": f"{ADDRESS}{ROOT}/tickets/{stored.id}.json",
            "id": int(stored.id),
            **told,
            "raw_subject": values["subject"],
            "status": "deleted" if stored.deleted_at else values["status"],
            "via": {"channel": values.get("channel", "api"), "source": {"from": {}, "to": {}, "rel": None}},
            "created_at": iso(stored.first.at),
            "updated_at": iso(changed),
            "generated_timestamp": int(changed.timestamp()),
            "has_incidents": bool(self.incidents[int(stored.id)]),
            "satisfaction_rating": None,
            "sharing_agreement_ids": [],
            "custom_fields": fields,
            "fields": fields,
            "followup_ids": [],
            "allow_channelback": False,
            "allow_attachments": True,
            "from_messaging_channel": False,
        }


def iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def path(tail: str) -> str:
    """A pattern; `.json` behind it is old, and still works."""
    return rf"{ROOT}/{tail}(?:\.json)?"


def ids_in(call: Call) -> list[str]:
    return [it.strip() for it in call.get("ids").split(",") if it.strip()]
