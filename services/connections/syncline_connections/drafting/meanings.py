"""What names mean: the words by which vendors call the same thing."""

import re
from collections.abc import Mapping
from functools import cache

FIELDS: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "short description", "subject", "summary", "headline"),
    "description": ("description", "body", "details", "content", "comment body"),
    "state": ("state", "status"),
    "priority": ("priority",),
    "severity": ("severity",),
    "urgency": ("urgency",),
    "impact": ("impact",),
    "assignee": ("assigned to", "assignee", "responder", "agent", "owner"),
    "requester": ("caller", "requester", "reporter", "opened by", "caller id", "requested for"),
    "group": ("assignment group", "group", "team"),
    "due date": ("due date", "due by", "due", "target date", "due on"),
    "tags": ("tags", "labels", "tag list", "keywords"),
    "category": ("category",),
    "type": ("type", "ticket type", "issue type"),
    "email": ("email", "e mail", "mail", "email address"),
    "login": ("user name", "username", "login", "target name", "user id"),
    "first name": ("first name", "given name"),
    "last name": ("last name", "family name", "surname"),
    "phone": ("phone", "business phone", "telephone", "phone number", "work phone"),
    "mobile": ("mobile", "mobile phone", "cell phone"),
    "active": ("active", "enabled"),
    "serial number": ("serial number", "serial", "asset serial"),
    "address": ("mac address", "mac", "mac addresses"),
    "host": ("host name", "hostname", "computer name"),
}
STREAMS: Mapping[str, tuple[tuple[str, ...], ...]] = {  # by template: groups, those that pair best first
    "work_items": (
        ("bug", "incident", "ticket", "issue", "case", "support ticket"),
        ("task", "sc task", "catalog task", "change task", "sub task", "subtask"),
        ("user story", "story", "product backlog item", "request", "sc req item", "requested item"),
        ("epic", "feature", "initiative"),
        ("problem",),
        ("change request", "change"),
    ),
    "people": (
        ("sys user", "user", "person", "people", "agent", "contact"),
        ("sys user group", "group", "team"),
    ),
    "assets": (
        ("organization", "company", "customer", "account"),
        ("asset", "configuration", "device", "computer", "customer asset"),
        ("contact", "person"),
    ),
}
PREFIXES = ("system.", "microsoft.vsts.", "custom.", "fields.", "u_", "cf_", "custom_")
SAME_CHOICES = (
    ("new", "open", "to do", "proposed", "logged"),
    ("active", "in progress", "doing", "work in progress", "committed", "started"),
    ("pending", "on hold", "waiting", "waiting on customer"),
    ("resolved", "solved", "fixed"),
    ("closed", "done", "completed", "complete"),
    ("canceled", "cancelled", "removed", "rejected"),
    ("low", "minor"),
    ("medium", "normal", "moderate"),
    ("high", "major"),
    ("urgent", "critical", "blocker"),
)


@cache
def plain(name: str) -> str:
    """`Microsoft.VSTS.Common.ShortDescription`, `u_short_description` and `Short description` are alike."""
    text = name
    if any(text.lower().startswith(it) for it in PREFIXES[:4]):
        text = text.rpartition(".")[2]
    for prefix in PREFIXES[4:]:
        text = text.removeprefix(prefix)
    text = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", text)
    return " ".join(re.findall(r"[^\W_]+", text.lower()))


@cache
def meaning(name: str) -> str | None:
    words = plain(name)
    return next((it for it, names in FIELDS.items() if words in names), None)


def stream_group(template: str, name: str, label: str) -> int | None:
    """The number of its group; the lower, the sooner it is paired."""
    words = {plain(name), plain(label)} | {it.removesuffix("s") for it in (plain(name), plain(label))}
    groups = STREAMS.get(template, ())
    return next((number for number, group in enumerate(groups) if words & set(group)), None)


def same_choice(one: str, other: str) -> bool:
    a, b = plain(one) or one, plain(other) or other
    return a == b or any(a in group and b in group for group in SAME_CHOICES)
