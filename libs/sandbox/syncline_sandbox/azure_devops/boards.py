"""What an organisation holds beside its work items' fields, and how an item looks from outside."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from re import Pattern
from typing import Any
from urllib.parse import quote

from syncline_sandbox.azure_devops.accounts import ACCOUNTS, Account
from syncline_sandbox.azure_devops.catalogue import FIELDS, TYPES, ItemType
from syncline_sandbox.azure_devops.refusals import no_item, refuse
from syncline_sandbox.calls import Call, Refused
from syncline_sandbox.store import Store, Stored, Version

ORGANISATION = "sandbox"
ADDRESS = f"https://dev.azure.com/{ORGANISATION}"


@dataclass(frozen=True, slots=True)
class Project:
    id: str
    name: str
    areas: tuple[str, ...] = ()
    iterations: tuple[str, ...] = ("Sprint 1", "Sprint 2")
    state: str = "wellFormed"


@dataclass(frozen=True, slots=True)
class LinkEvent:
    """Links have a feed of their own: they change neither end's revision."""

    sequence: int
    at: str
    rel: str
    source: str
    target: str
    is_active: bool
    by: str
    written_at: datetime


@dataclass(slots=True)
class Comment:
    id: int
    item: str
    text: str
    by: str
    created_at: str
    changed_at: str
    version: int = 1
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    id: str
    name: str
    content: bytes


@dataclass(slots=True)
class Caps:
    """The vendor's own numbers; a test may lower them."""

    hits: int = 20_000
    batch: int = 200
    revisions: int = 10_000
    links: int = 1_000
    attachment_bytes: int = 60 * 2**20
    request_bytes: int = 130 * 10**6  # of a file; a larger one, where it is allowed, comes in chunks
    page: int = 1_000  # of the reporting feeds


@dataclass(slots=True)
class Boards:
    store: Store
    guid: Callable[[], str]
    announce: Callable[[str, Stored, Version | None], None]  # event type, item, the version it is about
    projects: Sequence[Project] = ()
    accounts: Sequence[Account] = ACCOUNTS
    caps: Caps = field(default_factory=Caps)
    relations: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    link_events: list[LinkEvent] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    attachments: dict[str, Attachment] = field(default_factory=dict)
    last_id: int = 0

    def now_text(self) -> str:
        return iso(self.store.clock.stamp())

    def project(self, named: str) -> Project:
        for project in self.projects:
            if named.lower() in (project.id, project.name.lower()):
                return project
        message = f"TF200016: The following project does not exist: {named}. Verify that the name of the project is correct and that the project exists on the specified Azure DevOps Server."
        raise refuse(404, "ProjectDoesNotExistWithNameException", message)

    def project_of(self, call: Call) -> Project | None:
        return self.project(call.params["project"]) if "project" in call.params else None

    def item(self, id: str, project: Project | None = None) -> Stored:
        stored = self.store.find(id)
        if stored is None or (project and stored.values["System.TeamProject"] != project.name):
            raise no_item(id)
        return stored

    def account(self, name: str) -> Account:
        return next(it for it in self.accounts if it.name == name)

    def who(self, given: str) -> list[Account]:
        """By unique name, `Name <mail>`, id or display name."""
        mail = re.fullmatch(r".*<(.+)>", given)
        wanted = (mail[1] if mail else given).strip().lower()
        return [it for it in self.accounts if wanted in (it.name.lower(), it.id, it.display.lower())]

    def add_comment(self, stored: Stored, text: str, by: str) -> Comment:
        at = self.now_text()
        comment = Comment(len(self.comments) + 1, stored.id, text, by, at, at)
        self.comments.append(comment)
        self.store.noted(stored, "commented", by, {"text": text})
        return comment

    def identity(self, name: str, base: str) -> dict[str, Any]:
        account = self.account(name)
        return {
            "displayName": account.display,
            "url": f"{base}/_apis/Identities/{account.id}",
            "id": account.id,
            "uniqueName": account.name,
            "imageUrl": f"{base}/_apis/GraphProfile/MemberAvatars/aad.{account.id}",
            "descriptor": f"aad.{account.id}",
        }

    def fields(self, stored: Stored, version: Version, base: str, *, as_text: bool = False) -> dict[str, Any]:
        """Empty ones are left out, as the vendor does; so is the comment of an older version."""
        values = {"System.Id": int(stored.id), "System.Rev": version.number, **version.values}
        shown = {}
        for ref, value in values.items():
            if value in (None, "") or (ref == "System.History" and ref not in version.changed):
                continue
            if FIELDS[ref].is_identity:
                account = self.account(value)
                shown[ref] = f"{account.display} <{account.name}>" if as_text else self.identity(value, base)
            else:
                shown[ref] = value
        return shown

    def document(
        self, stored: Stored, base: str, *, only: Sequence[str] = (), expand: str = "none"
    ) -> dict[str, Any]:
        fields = self.fields(stored, stored.latest, base)
        fields.pop("System.History", None)
        if only:
            fields = {ref: fields[ref] for ref in only if ref in fields}
        document = {"id": int(stored.id), "rev": stored.number, "fields": fields}
        relations = self.relations.get(stored.id, [])
        if expand in ("relations", "all") and relations:
            document["relations"] = [dict(it) for it in relations]
        if expand in ("links", "all"):
            document["_links"] = {"self": {"href": item_url(base, stored.id)}}
        return {**document, "url": item_url(base, stored.id)}


def item_url(base: str, id: str) -> str:
    return f"{base}/_apis/wit/workItems/{id}"


def iso(at: datetime) -> str:
    """Up to milliseconds, without the zeros at the end."""
    text = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"
    return text.rstrip("0").rstrip(".") + "Z"


def path(tail: str, project: str = "maybe") -> Pattern[str]:
    """`project`: maybe, always or never. The organisation's name may stand in front, and may be routed away."""
    piece = r"/(?P<project>[^/]+)"
    middle = {"maybe": f"(?:{piece})?", "always": piece, "never": ""}[project]
    return re.compile(f"(?:/{ORGANISATION})?{middle}/_apis/{tail}", re.IGNORECASE)


def here(call: Call) -> str:
    """The address that was called, as the vendor writes it."""
    return call.base + quote(call.path.removeprefix(f"/{ORGANISATION}"))


def named_fields(given: str) -> list[str]:
    """The fields that a caller asks for; one that does not exist is refused."""
    by_lower = {ref.lower(): ref for ref in FIELDS}
    names = [it.strip() for it in given.split(",") if it.strip()]
    for name in names:
        if name.lower() not in by_lower:
            raise unknown_field(name)
    return [by_lower[name.lower()] for name in names]


def type_named(name: str, project: Project) -> ItemType:
    for type in TYPES.values():
        if type.name.lower() == name.lower():
            return type
    message = f"VS402323: Work item type {name} does not exist in project {project.name} or you do not have permission to access it."
    raise refuse(404, "WorkItemTypeNotFoundException", message)


def unknown_field(name: str) -> Refused:
    return refuse(
        400, "WorkItemTrackingFieldDefinitionNotFoundException", f"TF51535: Cannot find field {name}."
    )
