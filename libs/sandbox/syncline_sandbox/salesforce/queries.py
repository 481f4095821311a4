"""The query resources: pages of what a query finds, locators to go on with, and what stands in the bin."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from operator import ge, gt, le, lt
from re import DOTALL, escape, findall
from re import compile as pattern
from typing import Any

from syncline_sandbox.calls import Answer, Call, Operation, as_json
from syncline_sandbox.salesforce import soql
from syncline_sandbox.salesforce.accounts import Account
from syncline_sandbox.salesforce.fields import Field, SObject
from syncline_sandbox.salesforce.ids import is_id, whole
from syncline_sandbox.salesforce.objects import Objects, Seen
from syncline_sandbox.salesforce.refusals import malformed, no_column, refuse
from syncline_sandbox.salesforce.soql import Comparison, Condition, Joined, Literal, Query

ROOT = r"/services/data/(?P<api>v\d+\.0)"
BATCH = 2000
FINDABLE_BY = {"ContentDocumentLink": ("LinkedEntityId", "ContentDocumentId", "Id")}
KINDS = {
    **dict.fromkeys(("double", "int", "currency", "percent"), "number"),
    "boolean": "boolean",
    "date": "date",
    "datetime": "time",
}
ORDERED: Mapping[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
moment = lru_cache(2**18)(datetime.fromisoformat)
MEANT: Mapping[str, Callable[[str], Any]] = {
    "null": lambda text: None,
    "number": float,
    "boolean": lambda text: text == "true",
    "time": moment,
    "date": str,
}


@dataclass(slots=True)
class Cursor:
    caller: str
    documents: list[dict[str, Any]]


class Queries:
    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._cursors: dict[str, Cursor] = {}
        self.batch = BATCH  # of wide rows there are fewer in an answer

    def operations(self) -> list[Operation]:
        return [
            Operation("query", "GET", pattern(rf"{ROOT}/query/?"), partial(self.query, deleted=False)),
            Operation("query_all", "GET", pattern(rf"{ROOT}/queryAll/?"), partial(self.query, deleted=True)),
            Operation(
                "query_more", "GET", pattern(rf"{ROOT}/query(?:All)?/(?P<locator>0r8\w+-\d+)"), self.more
            ),
        ]

    def query(self, call: Call, caller: str, *, deleted: bool) -> Answer:
        account = self._objects.account(caller)
        text = call.get("q")
        if not text:
            raise malformed("SOQL query string is empty")
        query = soql.parse(text)
        entity = self._objects.entity(query.entity, account)
        if entity is None:
            message = f"sObject type '{query.entity}' is not supported."
            raise refuse(400, "INVALID_TYPE", message)
        found = self._found(query, entity, account, deleted=deleted)
        if query.counts:
            return as_json({"totalSize": len(found), "done": True, "records": []})
        api = call.params["api"]
        documents = [self._objects.document(it, query.paths, account, api) for it in found]
        return self._page(call, Cursor(caller, documents), f"0r8Kj{len(self._cursors):011d}AAA", 0)

    def more(self, call: Call, caller: str) -> Answer:
        name, _, at = call.params["locator"].rpartition("-")
        cursor = self._cursors.get(name)
        if cursor is None or cursor.caller != caller:
            raise refuse(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._page(call, cursor, name, int(at))

    def _page(self, call: Call, cursor: Cursor, name: str, at: int) -> Answer:
        size = self._size(call)
        page, left = cursor.documents[at : at + size], len(cursor.documents) > at + size
        body: dict[str, Any] = {"totalSize": len(cursor.documents), "done": not left}
        if left:
            self._cursors[name] = cursor
            body["nextRecordsUrl"] = f"/services/data/{call.params['api']}/query/{name}-{at + size}"
        return as_json({**body, "records": page})

    def _size(self, call: Call) -> int:
        """Asked for by a header; a hint."""
        name, _, asked = call.headers.get("sforce-query-options", "").partition("=")
        if name.strip().lower() == "batchsize" and asked.strip().isdigit():
            return max(200, min(int(asked), self.batch))
        return self.batch

    def _found(self, query: Query, entity: SObject, account: Account, *, deleted: bool) -> list[Seen]:
        self._must_know(query, entity, account)
        found = [
            it
            for it in self._objects.all_of(entity.name, deleted=deleted)
            if query.where is None or self._holds(query.where, it, account)
        ]
        for path, falls in reversed(query.order):
            found.sort(key=partial(self._rank, path=path, account=account), reverse=falls)
        end = None if query.limit is None else query.offset + query.limit
        return found[query.offset : end]

    def _must_know(self, query: Query, entity: SObject, account: Account) -> None:
        """Before any row is looked at."""
        for path in (*query.paths, *(path for path, _ in query.order)):
            self._field(entity, path, account)
        if query.where is not None:
            self._check(query.where, entity, account)
        needed = FINDABLE_BY.get(entity.name)
        if needed and not _narrowed(query.where, needed):
            message = f"Implementation restriction: {entity.name} requires a filter by a single Id"
            raise malformed(f"{message} on ContentDocumentId or LinkedEntityId using the equals operator")
        if query.offset > BATCH:
            raise refuse(400, "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000")

    def _field(self, entity: SObject, path: str, account: Account) -> Field | None:
        """None of what lies behind a relationship: that is known by its rows."""
        if "." in path:
            return None
        found = self._objects.field(entity, path, account)
        if found is None:
            raise no_column(path, entity.name)
        return found

    def _check(self, condition: Condition, entity: SObject, account: Account) -> None:
        if isinstance(condition, Joined):
            for part in condition.parts:
                self._check(part, entity, account)
            return
        found = self._field(entity, condition.path, account)
        if found is not None:
            for literal in condition.literals:
                _must_fit(found, literal)

    def _holds(self, condition: Condition, seen: Seen, account: Account) -> bool:
        if isinstance(condition, Comparison):
            found, value = self._objects.walk(seen, condition.path, account)
            return _compares(condition, found, value)
        told = (self._holds(it, seen, account) for it in condition.parts)
        if condition.by == "not":
            return not next(told)
        return all(told) if condition.by == "and" else any(told)

    def _rank(self, seen: Seen, path: str, account: Account) -> tuple[bool, Any]:
        """What is empty comes first."""
        value = self._objects.walk(seen, path, account)[1]
        return value is not None, value if value is not None else ""


def _narrowed(condition: Condition | None, names: tuple[str, ...]) -> bool:
    if isinstance(condition, Comparison):
        return condition.path in names and condition.operator in ("=", "in")
    return (
        condition is not None
        and condition.by == "and"
        and any(_narrowed(it, names) for it in condition.parts)
    )


def _must_fit(found: Field, literal: Literal) -> None:
    if not found.filterable:
        message = f"field '{found.name}' can not be filtered in a query call"
        raise refuse(400, "INVALID_FIELD", message)
    wanted = KINDS.get(found.type, "text")
    if literal.kind not in ("null", wanted):
        message = f"filter criteria must be of type {found.type} and should {'' if wanted == 'text' else 'not '}be enclosed in quotes"
        raise refuse(400, "INVALID_FIELD", message)
    if found.type in ("id", "reference") and literal.kind == "text" and not is_id(literal.text):
        raise refuse(400, "INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {literal.text}")


def _compares(comparison: Comparison, found: Field, value: Any) -> bool:
    operator = comparison.operator
    literals = [_meant(found, it) for it in comparison.literals]
    plain = _plain(found, value)
    if operator in ("in", "="):
        return plain in literals
    if operator in ("not in", "!="):
        return plain not in literals
    if operator in ("includes", "excludes"):
        there = {it.lower() for it in str(value or "").split(";")}
        return (operator == "includes") == any(set(str(it).split(";")) <= there for it in literals)
    if plain is None or literals[0] is None:
        return False
    if operator == "like":
        return bool(_like(str(literals[0])).fullmatch(str(plain)))
    return ORDERED[operator](plain, literals[0])


def _like(text: str) -> Any:
    wild = {"%": ".*", "_": "."}
    letters = findall(r"\\[%_]|.", text, DOTALL)
    return pattern("(?s)" + "".join(wild.get(it) or escape(it[-1]) for it in letters))


def _meant(found: Field, literal: Literal) -> Any:
    if literal.kind == "text":
        return whole(literal.text) if found.type in ("id", "reference") else _folded(found, literal.text)
    return MEANT[literal.kind](literal.text)


def _plain(found: Field, value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if found.type == "datetime":
        return moment(str(value))
    if found.type in ("id", "reference"):
        return str(value)
    return float(value) if KINDS.get(found.type) == "number" else _folded(found, str(value))


def _folded(found: Field, text: str) -> str | None:
    """Texts are compared without regard to case, unless the field is said to keep it."""
    return (text if found.unique or found.type == "date" else text.lower()) or None
