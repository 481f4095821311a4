"""The Table API: queries with their pages, single rows, inserts, updates and deletes."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from re import compile as pattern
from urllib.parse import quote, urlencode

from syncline_sandbox.calls import Answer, Call, Operation, as_json
from syncline_sandbox.servicenow import conditions
from syncline_sandbox.servicenow.accounts import Account
from syncline_sandbox.servicenow.dictionary import TABLES, columns_of, family, is_task
from syncline_sandbox.servicenow.policies import defaults, settled
from syncline_sandbox.servicenow.refusals import (
    no_record,
    no_such,
    not_allowed,
    posted_object,
    refuse,
    stopped,
)
from syncline_sandbox.servicenow.rows import (
    Rows,
    Seen,
    Shape,
    given_as_label,
    shifted,
    text_of,
    time_or_nothing,
)
from syncline_sandbox.store import Store, Stored

ROOT = r"/api/now(?:/v[12])?"
TABLE = rf"{ROOT}/table/(?P<table>[A-Za-z0-9_]+)"
ROW = rf"{TABLE}/(?P<id>[^/]+)"
LIMIT = 10_000
JOURNALS = ("comments", "work_notes")
SCRIPT = re.compile(r"javascript:gs\.(?:(getUserName|getUserID)\(\)|dateGenerate\('([\d-]+)','([\d:]+)'\))")


class Tables:
    def __init__(
        self, store: Store, rows: Rows, guid: Callable[[], str], accounts: Sequence[Account]
    ) -> None:
        self.store, self.rows, self.accounts = store, rows, accounts
        self._guid, self._made = guid, Counter[str]()
        self.refuses_without_role = True  # else rows are left out without a word, as rules of rows do
        self.invalid_query_returns_nothing = False  # the property glide.invalid_query.returns_no_rows
        self.announce: Callable[[str, Stored], None] = lambda operation, stored: None

    def operations(self) -> list[Operation]:
        return [
            Operation("table.list", "GET", pattern(TABLE), self.listed),
            Operation("table.create", "POST", pattern(TABLE), self.create, writes=True),
            Operation("table.get", "GET", pattern(ROW), self.one),
            Operation("table.update", "PATCH", pattern(ROW), self.update, writes=True),
            Operation("table.update", "PUT", pattern(ROW), self.update, writes=True),
            Operation("table.delete", "DELETE", pattern(ROW), self.delete, writes=True),
            Operation("stats", "GET", pattern(rf"{ROOT}/stats/(?P<table>[A-Za-z0-9_]+)"), self.stats),
        ]

    def listed(self, call: Call, caller: str) -> Answer:
        """Rights are applied after the page is cut, so pages may be short; the total counts everything."""
        account, table = self.account(caller), self._readable(call, caller)
        found = self.found(call, account, table)
        limit, offset = _number(call, "sysparm_limit", LIMIT), _number(call, "sysparm_offset", 0)
        seen = may_read(table, account.roles)
        page = [it for it in found[offset : offset + limit] if seen and not self.rows.hidden(it, account)]
        headers = {} if call.flag("sysparm_no_count") else {"X-Total-Count": str(len(found))}
        if not call.flag("sysparm_suppress_pagination_header"):
            headers["Link"] = _links(call, limit, offset, len(found))
        shape = _shape(call)
        return as_json({"result": [self.rows.document(it, account, shape) for it in page]}, 200, headers)

    def one(self, call: Call, caller: str) -> Answer:
        stored = self._row(call, caller, self._readable(call, caller))
        return as_json({"result": self.rows.document(stored, self.account(caller), _shape(call))})

    def stats(self, call: Call, caller: str) -> Answer:
        account = self.account(caller)
        found = self.found(call, account, self._readable(call, caller))
        return as_json(
            {"result": {"stats": {"count": str(len(found))} if call.flag("sysparm_count") else {}}}
        )

    def create(self, call: Call, caller: str) -> Answer:
        table = self._writable(call, caller)
        given, notes = self._given(call, caller, table)
        stored = self.insert(table, given, caller, notes)
        location = f"{call.base}/api/now/table/{table}/{stored.id}"
        return self._written(call, stored, caller, 201).also({"Location": location})

    def insert(
        self, table: str, given: dict[str, str], by: str, notes: dict[str, str] | None = None
    ) -> Stored:
        now = text_of(self.store.clock.stamp())
        self._made[table] += 1
        after = {**defaults(table, self._made[table], now), **given}
        stored = self.store.add(table, self.new_id(), settled(table, {}, after, now), by)
        self._write_notes(stored, notes or {}, by)
        self.announce("insert", stored)
        return stored

    def update(self, call: Call, caller: str) -> Answer:
        table = self._writable(call, caller)
        stored = self._row(call, caller, table)
        given, notes = self._given(call, caller, stored.stream)
        self.change(stored, given, notes, caller)
        return self._written(call, stored, caller, 200)

    def change(self, stored: Stored, given: dict[str, str], notes: dict[str, str], by: str) -> None:
        """A note is an update as well; what changes nothing is none."""
        now = text_of(self.store.clock.stamp())
        before = {name: str(value) for name, value in stored.values.items()}
        after = settled(stored.stream, before, {**before, **given}, now)
        changed = {name: value for name, value in after.items() if before.get(name, "") != value}
        if changed or notes:
            self.store.change(stored, changed, by)
            self._write_notes(stored, notes, by)
            self.announce("update", stored)

    def delete(self, call: Call, caller: str) -> Answer:
        stored = self._row(call, caller, self._writable(call, caller))
        self.store.destroy(stored, caller)
        if is_task(stored.stream):
            trace = {
                "tablename": stored.stream,
                "documentkey": stored.id,
                "display_value": stored.values["number"],
            }
            self.store.add("sys_audit_delete", self.new_id(), trace, caller)
        self.announce("delete", stored)
        return Answer(204)

    def found(self, call: Call, account: Account, table: str) -> list[Stored]:
        """In the order asked for; without one, in the order in which the rows were made."""
        text = self._without_scripts(call.get("sysparm_query"), account)
        plain = "^".join(f"{name}={value}" for name, value in call.query if not name.startswith("sysparm_"))
        query = conditions.parse(text or plain, lambda name: self.rows.knows(table, name))
        if query.dropped and self.invalid_query_returns_nothing:
            return []
        seen = [
            it
            for it in self.store.searched(family(table), query.ids)
            if conditions.holds(query, partial(self._value, it))
        ]
        for name, falls in reversed(query.order):
            seen.sort(key=partial(self._value, name=name), reverse=falls)
        return [stored for stored, _ in seen]

    def _value(self, seen: Seen, name: str) -> str:
        return self.rows.walk(seen, name)[1]

    def account(self, user_name: str) -> Account:
        return next(it for it in self.accounts if it.user_name == user_name)

    def new_id(self) -> str:
        return self._guid().replace("-", "")

    def _readable(self, call: Call, caller: str) -> str:
        table, roles = call.params["table"], self.account(caller).roles
        if table not in TABLES:
            raise no_such(table)
        if self.refuses_without_role and not may_read(table, roles):
            raise not_allowed()
        return table

    def _writable(self, call: Call, caller: str) -> str:
        table, roles = self._readable(call, caller), self.account(caller).roles
        if TABLES[table].writes == "nobody" or not {TABLES[table].writes, "admin"} & roles:
            raise stopped("ACL Exception: the operation failed due to security constraints")
        return table

    def _row(self, call: Call, caller: str, table: str) -> Stored:
        stored = self.store.find(call.params["id"])
        if (
            stored is None
            or not may_read(table, self.account(caller).roles)
            or stored.stream not in family(table)
            or self.rows.hidden(stored, self.account(caller))
        ):
            raise no_record()
        return stored

    def _given(self, call: Call, caller: str, table: str) -> tuple[dict[str, str], dict[str, str]]:
        """What is stored of what was sent, and the notes; a column that there is not is passed over."""
        if call.content_type != "application/json":
            raise refuse(415, "Unsupported media type", f"Unsupported media type: {call.content_type}")
        columns, account = columns_of(table), self.account(caller)
        given: dict[str, str] = {}
        notes: dict[str, str] = {}
        for name, value in posted_object(call.body).items():
            column = columns.get(name)
            if column is None or column.read_only:
                continue
            text = _as_text(value)
            if call.flag("sysparm_input_display_value"):
                text = given_as_label(column, text, account, self.store.records)
            if name in JOURNALS:
                notes |= {name: text} if text else {}
            else:
                given[name] = (
                    text[: column.longest] if column.type != "glide_date_time" else time_or_nothing(text)
                )
        return given, notes

    def _write_notes(self, stored: Stored, notes: dict[str, str], by: str) -> None:
        for element, value in notes.items():
            entry = {"name": stored.stream, "element": element, "element_id": stored.id, "value": value}
            self.store.add("sys_journal_field", self.new_id(), entry, by)

    def _written(self, call: Call, stored: Stored, caller: str, status: int) -> Answer:
        if call.headers.get("x-no-response-body", "").lower() == "true":
            return Answer(status)
        return as_json({"result": self.rows.document(stored, self.account(caller), _shape(call))}, status)

    def _without_scripts(self, text: str, account: Account) -> str:
        """Scripts in a query are read in the caller's zone; plain times are UTC."""

        def value(found: "re.Match[str]") -> str:
            if found[1] == "getUserName":
                return account.user_name
            if found[1] == "getUserID":
                ids = (
                    it.id
                    for it in self.store.records.values()
                    if it.values.get("user_name") == account.user_name
                )
                return next(ids, "")
            return shifted(f"{found[2]} {found[3]}", -account.zone)

        replaced = SCRIPT.sub(value, text)
        if "javascript:" in replaced:
            raise refuse(400, "Invalid query", "The sandbox does not know this script.")
        return replaced


def may_read(table: str, roles: frozenset[str]) -> bool:
    return not TABLES[table].reads or bool({TABLES[table].reads, "admin"} & roles)


def _as_text(value: object) -> str:
    """Every value is text; a reference may come as it was read."""
    if isinstance(value, dict):
        value = value.get("value", value.get("display_value"))
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _shape(call: Call) -> Shape:
    fields = tuple(it.strip() for it in call.get("sysparm_fields").split(",") if it.strip())
    display = call.get("sysparm_display_value", "false").lower()
    return Shape(fields, display, not call.flag("sysparm_exclude_reference_link"), call.base)


def _number(call: Call, name: str, default: int) -> int:
    text = call.get(name)
    return int(text) if text.isdigit() else default


def _links(call: Call, limit: int, offset: int, total: int) -> str:
    last = max(0, (total - 1) // limit * limit) if limit else 0
    offsets = {"first": 0, "last": last}
    if offset > 0:
        offsets["prev"] = max(0, offset - limit)
    if limit and offset + limit < total:
        offsets["next"] = offset + limit
    others = [(name, value) for name, value in call.query if name not in ("sysparm_limit", "sysparm_offset")]

    def link(rel: str, at: int) -> str:
        query = urlencode([*others, ("sysparm_limit", limit), ("sysparm_offset", at)], quote_via=quote)
        return f'<{call.base}{call.path}?{query}>;rel="{rel}"'

    return ",".join(link(rel, at) for rel, at in offsets.items())
