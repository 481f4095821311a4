"""GitHub's wire format to ours and back. Pure. Our marker is a comment in the issue's text that nobody sees."""

import json
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from syncline_common.configuration.facts import FieldFacts
from syncline_common.connectors.github.places import Repo
from syncline_common.connectors.times import instant
from syncline_common.errors import ContractBroken, RecordRejected
from syncline_common.schemas.records import Comment, Record, RecordRef
from syncline_common.schemas.values import FieldType, Value, Values
from syncline_common.sdk.ports import Person

Wire = Mapping[str, Any]

STREAM = "issues"
CREATED, UPDATED = "created_at", "updated_at"
MARKER = re.compile(r"(?:\r?\n){0,2}<!-- syncline:([\w-]+) -->")
MOST_ASSIGNEES, MOST_LABELS = 10, 100
OF_THE_TEAM = ("labels", "assignees", "milestone", "type")  # by their names on the wire
STATES = ("open", "closed")
REASONS = ("completed", "not_planned", "duplicate", "reopened")
FIELDS = (
    FieldFacts("title", "Title", required_on_create=True, nullable=False),
    FieldFacts("body", "Description", FieldType.RICH_TEXT),
    FieldFacts("state", "State", FieldType.CHOICE, choices=STATES, nullable=False),
    FieldFacts("state_reason", "Reason of the state", FieldType.CHOICE, choices=REASONS),
    FieldFacts("labels", "Labels", FieldType.LIST),
    FieldFacts("assignee", "First assignee", FieldType.PERSON),
    FieldFacts("assignees", "Assignees", FieldType.LIST),
    FieldFacts("milestone", "Milestone", FieldType.CHOICE),
    FieldFacts("type", "Type", FieldType.CHOICE),
    FieldFacts("author", "Author", FieldType.PERSON, writable=False),
    FieldFacts("number", "Number", FieldType.NUMBER, writable=False),
    FieldFacts("url", "Address", writable=False),
    FieldFacts("locked", "Locked", FieldType.BOOLEAN, writable=False),
    FieldFacts("closed_at", "Closed at", FieldType.INSTANT, writable=False),
)
WRITABLE = frozenset(it.name for it in FIELDS if it.writable)


def is_issue(row: Wire) -> bool:
    """Pull requests come by the same lists."""
    return row.get("pull_request") is None


def to_record(row: Wire, repo: Repo) -> Record:
    text, marker = parted(row["body"])
    labels, people = _labels(row), [it["login"] for it in row["assignees"]]
    milestone, kind = row.get("milestone"), row.get("type")
    return Record(
        ref=RecordRef(STREAM, repo.ref(_number(row))),
        values={
            "title": row["title"],
            "body": text or None,
            "state": row["state"],
            "state_reason": row.get("state_reason"),
            "labels": labels or None,
            "assignee": people[0] if people else None,
            "assignees": people or None,
            "milestone": milestone["number"] if milestone else None,
            "type": kind["name"] if kind else None,
            "author": _login(row.get("user")),
            "number": row["number"],
            "url": row["html_url"],
            "locked": row.get("locked", False),
            "closed_at": row.get("closed_at"),
        },
        version=version_of(row),
        changed_at=instant(row[UPDATED]),
        created_at=instant(row[CREATED]),
        project=repo.name,
        marker=marker,
    )


def version_of(row: Wire) -> str:
    """The time is of whole seconds: what is in it tells two edits in one of them apart. The same from a list and alone."""
    return f"{row[UPDATED]}~{digest(row)}"


def digest(row: Wire, *, but: Sequence[str] = ()) -> str:
    milestone, kind = row.get("milestone"), row.get("type")
    told = {
        "title": row["title"],
        "body": row["body"] or "",
        "state": [row["state"], row.get("state_reason")],
        "labels": _labels(row),
        "assignees": [it["login"] for it in row["assignees"]],
        "milestone": milestone["number"] if milestone else None,
        "type": kind["name"] if kind else None,
        "locked": row.get("locked", False),
        "comments": row.get("comments"),
    }
    kept = {name: it for name, it in told.items() if name not in but}
    return sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:12]


def to_body(values: Values, marker: str | None) -> dict[str, Any]:
    """What is sent. What GitHub has no field for would be passed over without a word, so it is refused here."""
    if unknown := sorted(set(values) - WRITABLE):
        raise RecordRejected(f"GitHub has no field {', '.join(unknown)} that can be written")
    sent = {name: _sent(name, it) for name, it in values.items() if name != "assignee"}
    if "assignee" in values:
        one = values["assignee"]
        if one is not None and one not in sent.setdefault("assignees", [one]):
            raise RecordRejected("The first assignee is none of the assignees; map one of the two")
        if one is None:
            sent.setdefault("assignees", [])
    if sent.get("state_reason", "") is None:  # it goes with the state, and can't be emptied
        del sent["state_reason"]
    if "body" in sent:
        sent["body"] = with_marker(sent["body"] or "", marker)
    for name, most in (("assignees", MOST_ASSIGNEES), ("labels", MOST_LABELS)):
        if len(sent.get(name, ())) > most:
            raise RecordRejected(f"GitHub takes {most} {name} at most")
    return sent


def dropped(sent: Wire, row: Wire) -> list[str]:
    """What was sent and is not there: some of it only who may push, and some of it only together with other things."""
    kind, milestone = row.get("type"), row.get("milestone")
    there = {
        "labels": {it.casefold() for it in _labels(row)},
        "assignees": {it["login"].casefold() for it in row["assignees"]},
        "milestone": milestone["number"] if milestone else None,
        "type": kind["name"] if kind else None,
        "state": row["state"],
        "state_reason": row.get("state_reason"),
    }
    wanted = {
        name: {str(each).casefold() for each in it} if isinstance(it, list) else it
        for name, it in sent.items()
        if name in there
    }
    return sorted(name for name, it in wanted.items() if there[name] != it)


def with_marker(text: str, marker: str | None) -> str:
    if marker is None:
        return text
    return f"{text}\n\n<!-- syncline:{marker} -->" if text else f"<!-- syncline:{marker} -->"


def parted(body: Any) -> tuple[str, str | None]:
    """The text, and the marker in it."""
    if body is None:
        return "", None
    if not isinstance(body, str):
        raise ContractBroken("GitHub answered with no text", detail="body")
    found = MARKER.search(body)
    return (body[: found.start()] + body[found.end() :], found[1]) if found else (body, None)


def to_comment(row: Wire, ref: RecordRef) -> Comment:
    number = ref.id.partition("/")[2]
    if not str(row["issue_url"]).endswith(f"/issues/{number}"):
        raise ContractBroken("GitHub's answer is about another issue", detail=ref.id)
    return Comment(
        id=str(row["id"]),
        record=ref,
        body=row["body"] or "",
        public=True,
        version=f"{row[UPDATED]}~{sha256((row['body'] or '').encode()).hexdigest()[:12]}",
        author=_login(row.get("user")),
        created_at=instant(row[CREATED]),
    )


def to_person(row: Wire) -> Person:
    """A list of people says no more than their logins."""
    return Person(row["login"], row.get("name") or row["login"], row.get("email"), row["login"])


def to_repo(row: Wire) -> Repo:
    may = row.get("permissions") or {}
    return Repo(
        id=int(row["id"]),
        name=row["full_name"],
        may_label=any(may.get(it) for it in ("triage", "push", "maintain", "admin")),
        may_hook=bool(may.get("admin")),
        archived=bool(row.get("archived")),
    )


def repo_name(row: Wire) -> str:
    """Of an issue's repository, as its address ends."""
    owner, name = str(row["repository_url"]).split("/")[-2:]
    return f"{owner}/{name}"


def _sent(name: str, value: Value) -> Value:
    if name in ("labels", "assignees"):
        return list(value or ())
    if name == "milestone" and value is not None:
        if not str(value).isdigit():
            raise RecordRejected("A milestone goes by its number", detail=str(value)[:40])
        return int(value)
    return value


def _number(row: Wire) -> int:
    return int(row["number"])


def _labels(row: Wire) -> list[str]:
    return [it if isinstance(it, str) else it["name"] for it in row["labels"]]


def _login(user: Any) -> str | None:
    """Of who has left, nothing is told."""
    return user["login"] if user else None
