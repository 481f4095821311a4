"""What an instance of ServiceNow offers, and what Syncline's user may do there."""

from collections.abc import Mapping, Sequence
from functools import partial

from syncline_common.configuration.conditions import Condition
from syncline_common.configuration.facts import FieldFacts, StreamFacts
from syncline_common.connectors.servicenow.client import Tables, Wire
from syncline_common.connectors.servicenow.manifest import TABLES
from syncline_common.connectors.servicenow.queries import must_name, said, table
from syncline_common.connectors.servicenow.records import (
    KEPT,
    UPDATED,
    Types,
    is_journal,
    to_person,
    to_type,
)
from syncline_common.connectors.understanding import understood
from syncline_common.errors import PermissionMissing, RecordFault
from syncline_common.sdk.learnt import Learnt
from syncline_common.sdk.ports import Counted, Found, Out, Person, Project, Survey, WebhookWay

ME = "javascript:gs.getUserName()"
WRITERS = frozenset(["admin", "itil", "sn_incident_write", "sn_customerservice_agent"])
COLUMNS = (
    "element",
    "column_label",
    "internal_type",
    "mandatory",
    "reference",
    "choice",
    "read_only",
    "name",
)
FLAGS = ("mandatory", "read_only")
OVERRIDES = ("name", "element", *FLAGS, *(f"{it}_override" for it in FLAGS))
LINE = (
    "name",
    "super_class.name",
    "super_class.super_class.name",
    "super_class.super_class.super_class.name",
)
CHOICES = ("element", "value", "name", "label")
PEOPLE = ("sys_id", "name", "user_name", "email", "active")
CAN_NOT_WRITE = "Syncline's user has no role to write with; give it itil"
NO_ROLES = "Roles can't be listed, so whether it may write shows with the first write"
NOTHING_SEEN = "Syncline's user sees none of the incidents that there are; give it itil"
NO_DICTIONARY = "Syncline's user can't read sys_dictionary, so it is not known which columns a table has"
NO_TREE = "Syncline's user can't read sys_db_object, so it is not known which columns a table has"
NO_USER = "Syncline's user can't read its own row of sys_user: people can't be mapped"
NOT_GMT = "Syncline's user has the time zone {zone}; set it to GMT"
HIDDEN = "Rows that access rules hide from Syncline's user are counted, too"
NOT_HONOURED = "A query for one moment was not answered with its row: times are not read as UTC"


@understood
class ServiceNowSurveyor:
    def __init__(self, out: Out, learnt: Learnt | None = None) -> None:
        self.tables, self._learnt = Tables(out), learnt or Learnt()

    async def survey(self) -> Survey:
        """Rights can't be proven without writing; roles are the best there is to ask."""
        await self._must_see()
        me = await self._maybe("sys_user", f"user_name={ME}", ("sys_id", "user_name", "time_zone"))
        roles = await self._maybe("sys_user_has_role", f"user.user_name={ME}", ("role.name",))
        names = {it.get("role.name") for it in roles or []}
        if names and not names & WRITERS:
            raise PermissionMissing(CAN_NOT_WRITE)
        zone = me[0].get("time_zone") if me else None
        findings = [
            *([] if me else [NO_USER]),
            *([] if names else [NO_ROLES]),
            *([NOT_GMT.format(zone=zone)] if zone not in (None, "", "GMT", "UTC", "Etc/UTC") else []),
            *await self._about_times(),
        ]
        identity = me[0].get("user_name", "") if me else ""
        found = Found(webhooks=WebhookWay.BY_HAND)
        return Survey(identity, True if names else None, tuple(findings), found)

    async def _must_see(self) -> None:
        """Who may not read a table is mostly not refused: its rows are counted, and left out."""
        oldest = await self.tables.page("incident", f"ORDERBY{UPDATED}", limit=1, fields=("sys_id",))
        if oldest.hidden:
            newest = f"ORDERBYDESC{UPDATED}"
            if not (await self.tables.page("incident", newest, limit=1000, fields=("sys_id",))).rows:
                raise PermissionMissing(NOTHING_SEEN)

    async def projects(self) -> Sequence[Project]:
        return []

    async def streams(self, project: str | None = None) -> Sequence[StreamFacts]:
        """The usual tables that are there; any other may be named by hand."""
        query = f"nameIN{','.join(TABLES)}"
        found = await self.tables.all("sys_db_object", query, ("name", "label"))
        return [StreamFacts(it["name"], it.get("label") or it["name"]) for it in found]

    async def fields(self, stream: str, project: str | None = None) -> Sequence[FieldFacts]:
        """Of the table and all that it extends; what a table says of a column goes before its parents."""
        columns = await self._columns(stream)
        family = await self.family(stream)
        query = f"nameIN{','.join(family)}^inactive=false^language=en"
        rows = await self.tables.all("sys_choice", query, CHOICES)
        must_name(rows, family)
        choices = dict[str, dict[str, str]]()
        nearest = dict[str, str]()  # a table with choices of its own has none of its parents'
        for it in sorted(rows, key=lambda it: family.index(it["name"])):
            if nearest.setdefault(it["element"], it["name"]) == it["name"]:
                known = choices.setdefault(it["element"], {})
                known.setdefault(it["value"], it.get("label") or it["value"])
        overridden = await self._overridden(family)
        return [_facts({**it, **overridden.get(name, {})}, choices.get(name)) for name, it in columns.items()]

    async def _overridden(self, family: Sequence[str]) -> dict[str, Wire]:
        """What a table says otherwise of a column of its parents', if that may be read."""
        try:
            rows = await self.tables.all("sys_dictionary_override", f"nameIN{','.join(family)}", OVERRIDES)
        except (PermissionMissing, RecordFault):
            return {}
        must_name(rows, family)
        found = dict[str, Wire]()
        for it in sorted(rows, key=lambda it: -family.index(it["name"])):
            said = {flag: it[flag] for flag in FLAGS if it.get(f"{flag}_override") == "true" and flag in it}
            found[it["element"]] = {**found.get(it["element"], {}), **said}
        return found

    async def people(self, text: str, project: str | None = None) -> Sequence[Person]:
        if "^" in text or not text.strip():
            return []
        query = f"nameSTARTSWITH{text}^ORuser_nameSTARTSWITH{text}^ORemailSTARTSWITH{text}^ORDERBYname"
        page = await self.tables.page("sys_user", query, limit=50, fields=PEOPLE)
        return [to_person(it) for it in page.rows]

    async def count(self, stream: str, projects: Sequence[str], conditions: Sequence[Condition]) -> Counted:
        types = await self.types(stream) if conditions else {}
        told = {it.source: said(it, types.get(it.field)) for it in conditions}
        query = "^".join(it for it in told.values() if it is not None)
        left_out = tuple(source for source, it in told.items() if it is None)
        return Counted(await self.tables.total(stream, query), left_out=(*left_out, HIDDEN))

    async def types(self, stream: str) -> Types:
        """Of a table's columns; empty if the dictionary can't be read. Values are then passed on as texts."""
        return await self._learnt.once(("types", stream), partial(self._ask_types, stream))

    async def _ask_types(self, stream: str) -> Types:
        try:
            columns = await self._columns(stream)
        except PermissionMissing:
            columns = {}
        return {name: to_type(it) for name, it in columns.items()}

    async def _columns(self, stream: str) -> dict[str, Wire]:
        family = await self.family(stream)
        query = f"nameIN{','.join(family)}^elementISNOTEMPTY^active=true"
        rows = await self.tables.all("sys_dictionary", query, COLUMNS)
        if not rows:
            raise PermissionMissing(NO_DICTIONARY)
        must_name(rows, family)
        nearest_last = sorted(rows, key=lambda it: -family.index(it["name"]))
        return {it["element"]: it for it in nearest_last if not is_journal(it)}

    async def family(self, stream: str) -> list[str]:
        """The table, what it extends, and so on."""
        return await self._learnt.once(("family", stream), partial(self._ask_family, stream))

    async def _ask_family(self, stream: str) -> list[str]:
        family, at = list[str](), table(stream)
        while at and at not in family:
            rows = await self.tables.all("sys_db_object", f"name={at}", LINE)
            if not rows:
                raise PermissionMissing(NO_TREE)
            must_name(rows, [at])
            above = [rows[0].get(it) or "" for it in LINE[1:]]
            line = [at, *above[: above.index("")]] if "" in above else [at, *above[:-1]]
            family += [it for it in line if it not in family]
            at = "" if "" in above else above[-1]
        return family

    async def _about_times(self) -> list[str]:
        """The newest incident must be found by its own time, written as we write times."""
        newest = await self.tables.page(
            "incident", f"ORDERBYDESC{UPDATED}", limit=1, fields=("sys_id", UPDATED)
        )
        if not newest.rows:
            return []
        row = newest.rows[0]
        again = await self.tables.page(
            "incident", f"{UPDATED}={row[UPDATED]}^sys_id={row['sys_id']}", limit=1, fields=("sys_id",)
        )
        return [] if [it["sys_id"] for it in again.rows] == [row["sys_id"]] else [NOT_HONOURED]

    async def _maybe(self, name: str, query: str, fields: Sequence[str]) -> list[Wire] | None:
        """None if it may not be read."""
        try:
            return (await self.tables.page(name, query, limit=100, fields=fields)).rows
        except (PermissionMissing, RecordFault):
            return None


def _facts(column: Wire, choices: Mapping[str, str] | None) -> FieldFacts:
    return FieldFacts(
        name=column["element"],
        label=column.get("column_label") or column["element"],
        type=to_type(column),
        writable=column.get("read_only") != "true" and column["element"] not in KEPT,
        required_on_create=column.get("mandatory") == "true",
        choices=tuple(choices) if choices else None,
        choice_labels={value: label for value, label in (choices or {}).items() if value != label},
    )
