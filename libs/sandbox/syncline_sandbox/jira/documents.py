"""Issues as they are told: the fields that were asked for, times in the caller's zone, and what has changed."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from syncline_sandbox.jira.board import ADDRESS, Board, Bond, Note, Paper
from syncline_sandbox.jira.catalogue import FIELDS, LINK_TYPES, SLA, IssueType
from syncline_sandbox.jira.values import project_of, shown, status, who
from syncline_sandbox.store import Stored, Version

NOT_NAVIGABLE = ("comment", "attachment", "issuelinks", "subtasks")
MOST_HISTORIES = 40


class Documents:
    def __init__(self, board: Board) -> None:
        self.board = board
        self._looks = 0

    def issue(
        self, stored: Stored, caller: str, wanted: Sequence[str] = ("*all",), expand: Iterable[str] = ()
    ) -> dict[str, Any]:
        told: dict[str, Any] = {
            "expand": "operations,versionedRepresentations,editmeta,changelog,renderedFields",
            "id": stored.id,
            "self": f"{ADDRESS}/rest/api/3/issue/{stored.id}",
            "key": stored.values["key"],
        }
        names = chosen(wanted)
        if names:
            told["fields"] = {it: self._field(stored, it, caller) for it in names}
        if "changelog" in expand:
            told["changelog"] = self.changelog(stored, caller)
        return told

    def _field(self, stored: Stored, id: str, caller: str) -> Any:
        board = self.board
        if id in ("created", "updated"):
            return board.told((stored.first if id == "created" else stored.latest).at, caller)
        hanging: dict[str, Callable[[], Any]] = {
            "project": lambda: project_of(board.project_of(stored)),
            "issuetype": lambda: self.type_of(stored),
            "parent": lambda: self._parent(stored),
            "issuelinks": lambda: [self.bond(it, stored) for it in self._bonds(stored)],
            "subtasks": lambda: [self._brief(it) for it in board.children(stored)],
            "attachment": lambda: [
                self.paper(it, caller) for it in board.papers.values() if it.issue == stored.id
            ],
            "comment": lambda: self._discussion(stored, caller),
            SLA: self._clock,
            "watches": lambda: {"watchCount": 1, "isWatching": stored.first.by == caller},
            "lastViewed": lambda: board.told(board.store.clock.stamp(), caller),
        }
        if id in hanging:
            return hanging[id]()
        return shown(board, id, stored.values.get(id), caller)

    def _clock(self) -> dict[str, Any]:
        """Of a service level: it runs, and so it is another one each time it is looked at."""
        self._looks += 1
        return {"ongoingCycle": {"breached": False, "elapsedTime": {"millis": self._looks}}}

    def _parent(self, stored: Stored) -> dict[str, Any] | None:
        parent = self.board.store.find(str(stored.values.get("parent") or ""))
        return self._brief(parent) if parent else None

    def _bonds(self, stored: Stored) -> list[Bond]:
        return [it for it in self.board.bonds.values() if stored.id in (it.inward, it.outward)]

    def _discussion(self, stored: Stored, caller: str) -> dict[str, Any]:
        notes = [self.note(it, caller) for it in self.board.notes.values() if it.issue == stored.id]
        return {"comments": notes, "maxResults": len(notes), "total": len(notes), "startAt": 0}

    def type_of(self, stored: Stored) -> dict[str, Any]:
        found = self.board.project_of(stored).type_named(stored.stream)
        assert found is not None
        return kind_of(found)

    def _brief(self, stored: Stored) -> dict[str, Any]:
        fields = {
            "summary": stored.values["summary"],
            "status": status(stored.values["status"]),
            "issuetype": self.type_of(stored),
        }
        return {"id": stored.id, "key": stored.values["key"], "fields": fields}

    def bond(self, bond: Bond, seen_from: Stored) -> dict[str, Any]:
        """Of the two ends, the other one."""
        type = next(it for it in LINK_TYPES if it.name == bond.type)
        way, other = (
            ("inwardIssue", bond.inward) if bond.outward == seen_from.id else ("outwardIssue", bond.outward)
        )
        end = self.board.store.records[other]
        kind = {"id": type.id, "name": type.name, "inward": type.inward, "outward": type.outward}
        return {"id": bond.id, "type": kind, way: self._brief(end)}

    def paper(self, paper: Paper, caller: str) -> dict[str, Any]:
        return {
            "id": paper.id,
            "self": f"{ADDRESS}/rest/api/3/attachment/{paper.id}",
            "filename": paper.name,
            "author": who(self.board, paper.by),
            "created": self.board.told(paper.at, caller),
            "size": len(paper.content),
            "mimeType": paper.kind,
            "content": f"{ADDRESS}/rest/api/3/attachment/content/{paper.id}",
        }

    def note(self, note: Note, caller: str) -> dict[str, Any]:
        desk = self.board.project_of(self.board.store.records[note.issue]).kind == "service_desk"
        told: dict[str, Any] = {
            "id": note.id,
            "self": f"{ADDRESS}/rest/api/3/issue/{note.issue}/comment/{note.id}",
            "author": who(self.board, note.by),
            "updateAuthor": who(self.board, note.by),
            "body": note.body,
            "created": self.board.told(note.at, caller),
            "updated": self.board.told(note.changed, caller),
            "jsdPublic": not (desk and note.internal),
        }
        return told | ({"visibility": note.visibility} if note.visibility else {})

    def changelog(self, stored: Stored, caller: str) -> dict[str, Any]:
        """The newest first, and no more than fit a page."""
        happened = [self.history(it, caller) for it in stored.history[1:] if it.changed][::-1]
        page = happened[:MOST_HISTORIES]
        return {"startAt": 0, "maxResults": len(page), "total": len(happened), "histories": page}

    def history(self, version: Version, caller: str) -> dict[str, Any]:
        items = [
            {
                "field": FIELDS[id].name.lower() if id in FIELDS else id,
                "fieldtype": "jira",
                "fieldId": id,
                "from": None if before is None else str(before),
                "fromString": None if before is None else str(before),
                "to": None if after is None else str(after),
                "toString": None if after is None else str(after),
            }
            for id, (before, after) in version.changed.items()
        ]
        id = str(20_000 + version.sequence)
        return {
            "id": id,
            "author": who(self.board, version.by),
            "created": self.board.told(version.at, caller),
            "items": items,
        }


def kind_of(type: IssueType) -> dict[str, Any]:
    return {
        "id": type.id,
        "self": f"{ADDRESS}/rest/api/3/issuetype/{type.id}",
        "name": type.name,
        "subtask": type.level < 0,
        "hierarchyLevel": type.level,
    }


def chosen(wanted: Sequence[str]) -> list[str]:
    """By name, `*all`, `*navigable`, and with a minus what is not to be among them."""
    names, without = list[str](), {it[1:] for it in wanted if it.startswith("-")}
    asked = [it for it in wanted if not it.startswith("-")] or (["*all"] if without else [])
    for it in asked:
        if it == "*all":
            names += FIELDS
        elif it == "*navigable":
            names += [name for name in FIELDS if name not in NOT_NAVIGABLE]
        elif it in FIELDS:
            names.append(it)
    return [it for it in dict.fromkeys(names) if it not in without]
