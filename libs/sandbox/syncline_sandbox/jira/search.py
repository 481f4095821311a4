"""Searching by JQL, page by page: a page's token says after which record the next one goes on."""

import base64
import json
from datetime import datetime
from functools import cmp_to_key, partial
from re import compile as pattern
from typing import Any

from syncline_sandbox.calls import Answer, Call, Operation, as_json
from syncline_sandbox.jira import jql
from syncline_sandbox.jira.adf import words
from syncline_sandbox.jira.board import API, Board
from syncline_sandbox.jira.catalogue import FIELDS
from syncline_sandbox.jira.documents import Documents
from syncline_sandbox.jira.jql import Known, Query
from syncline_sandbox.jira.refusals import only, posted, refuse
from syncline_sandbox.store import Stored, Version

LARGEST, LARGEST_OF_IDS, USUAL = 100, 5000, 50
BODY = (
    "jql",
    "nextPageToken",
    "maxResults",
    "fields",
    "expand",
    "properties",
    "fieldsByKeys",
    "reconcileIssues",
)
STREAMS = (
    "issuetype",
    "project",
    "status",
    "labels",
    "priority",
    "assignee",
    "reporter",
    "resolution",
    "parent",
)
Found = tuple[Stored, Version]


class Search:
    def __init__(self, board: Board, documents: Documents) -> None:
        self._board, self._documents = board, documents
        self.forgets = False  # tokens, as after seven days

    def operations(self) -> list[Operation]:
        where = pattern(rf"{API}/search/jql")
        return [
            Operation("search", "POST", where, self.posted, "anonymous"),
            Operation("search", "GET", where, self.asked, "anonymous"),
            Operation("search.old", "POST", pattern(rf"{API}/search"), self.removed),
            Operation("search.old", "GET", pattern(rf"{API}/search"), self.removed),
            Operation("search.count", "POST", pattern(rf"{API}/search/approximate-count"), self.count),
        ]

    def removed(self, call: Call, caller: str) -> Answer:
        said = "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API."
        raise refuse(410, said)

    def posted(self, call: Call, caller: str) -> Answer:
        given = posted(call)
        only(given, *BODY)
        return self._page(given, caller)

    def asked(self, call: Call, caller: str) -> Answer:
        size = call.get("maxResults")
        fields = [it for it in call.get("fields").split(",") if it]
        given = {"jql": call.get("jql"), "fields": fields, "nextPageToken": call.get("nextPageToken") or None}
        return self._page(given | ({"maxResults": int(size)} if size.isdigit() else {}), caller)

    def count(self, call: Call, caller: str) -> Answer:
        return as_json({"count": len(self._found(self._query(posted(call), caller), caller))})

    def _page(self, given: dict[str, Any], caller: str) -> Answer:
        """Without `fields`, ids alone: then also more of them than fit a page with everything."""
        query = self._query(given, caller)
        wanted, size = given.get("fields") or ["id"], given.get("maxResults", USUAL)
        if not isinstance(size, int) or size < 0:
            raise refuse(400, "maxResults must not be negative")
        most = min(size, LARGEST_OF_IDS if set(wanted) <= {"id", "key"} else LARGEST)
        found = self._found(query, caller)
        left = found[self._reached(found, query, given.get("nextPageToken"), str(given["jql"])) :]
        page = left[:most]
        told: dict[str, Any] = {
            "issues": [
                self._documents.issue(it, caller, wanted, given.get("expand") or ()) for it, _ in page
            ],
            "isLast": len(left) <= most,
        }
        if len(left) > most:
            told["nextPageToken"] = self._token(page[-1], query, str(given["jql"]))
        return as_json(told)

    def _query(self, given: dict[str, Any], caller: str) -> Query:
        text = given.get("jql")
        if not isinstance(text, str):
            raise refuse(400, jql.UNBOUNDED)
        zone = self._board.account(caller).zone
        return jql.Reader(text, lambda name: self.known(name, caller), zone).query()

    def _found(self, query: Query, caller: str) -> list[Found]:
        visible = {it.key for it in self._board.visible(caller)}
        there = (it for it in self._board.store.searched() if it[0].values["project"] in visible)
        found = [it for it in there if jql.holds(query, partial(self.value, it))]
        order = query.order or (("created", True),)
        if not any(falls for _, falls in order):
            return sorted(found, key=lambda it: self._place(it, order))

        def compared(one: list[Any], other: list[Any]) -> int:
            return _compared(one, other, order)

        by_place = cmp_to_key(compared)
        return sorted(found, key=lambda it: by_place(self._place(it, order)))

    def _place(self, found: Found, order: tuple[tuple[str, bool], ...]) -> list[Any]:
        """Where it stands: by what is ordered by, and then by its number."""
        return [*(_sortable(self.value(found, name)) for name, _ in order), int(found[0].id)]

    def _token(self, last: Found, query: Query, text: str) -> str:
        place = self._place(last, query.order or (("created", True),))
        return base64.b64encode(json.dumps([place, text]).encode()).decode()

    def _reached(self, found: list[Found], query: Query, token: object, text: str) -> int:
        if token is None:
            return 0
        try:
            place, asked = json.loads(base64.b64decode(str(token), validate=True))
        except ValueError:
            raise refuse(400, "The provided next page token is invalid or expired.") from None
        if asked != text or self.forgets:
            raise refuse(400, "The provided next page token is not of this query.")
        order = query.order or (("created", True),)
        before = (at for at, it in enumerate(found) if _compared(self._place(it, order), place, order) > 0)
        return next(before, len(found))

    def known(self, name: str, caller: str) -> Known | None:
        board = self._board
        if name.startswith("cf["):
            name = f"customfield_{name[3:-1]}"
        if name == "issuetype":
            kinds = {type.name.casefold() for it in board.visible(caller) for type in it.types}
            return Known("thing", lambda value: value.casefold() in kinds)
        if name == "project":
            keys = {key.casefold() for it in board.visible(caller) for key in (it.key, it.name, it.id)}
            return Known("thing", lambda value: value.casefold() in keys)
        if name in ("key", *STREAMS):
            return Known("thing")
        known = FIELDS.get(name)
        if known is None or (known.set_by == "site" and name not in ("created", "updated")):
            return None
        sorts = {"string": "text", "doc": "text", "datetime": "time", "date": "time", "number": "number"}
        return Known(sorts.get(known.type, "thing"))

    def value(self, found: Found, name: str) -> Any:
        stored, version = found
        if name == "updated":
            return version.at
        if name == "created":
            return stored.first.at
        if name == "key":
            return (stored.values["key"], stored.id)
        if name.startswith("cf["):
            name = f"customfield_{name[3:-1]}"
        value = version.values.get(name)
        known = FIELDS[name]
        if known.type == "doc":
            return words(value)
        return datetime.fromisoformat(value) if known.type in ("datetime",) and value else value


def _sortable(value: Any) -> Any:
    """A key by its project and number; nothing last."""
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, tuple):
        project, _, number = value[0].rpartition("-")
        return [project, int(number)]
    return "" if value is None else value if isinstance(value, float) else str(value)


def _compared(one: list[Any], other: list[Any], order: tuple[tuple[str, bool], ...]) -> int:
    falls = [*(it for _, it in order), False]
    for a, b, down in zip(one, other, falls, strict=True):
        if a != b:
            return (-1 if a < b else 1) * (-1 if down else 1)
    return 0
