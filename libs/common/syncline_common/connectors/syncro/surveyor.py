"""What a company at Syncro offers, and what the token may do there."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from syncline_common.configuration.conditions import Condition
from syncline_common.configuration.facts import FieldFacts, StreamFacts
from syncline_common.connectors.syncro.client import Company, Page, Wire
from syncline_common.connectors.syncro.records import MARKER_PROPERTY
from syncline_common.connectors.syncro.sections import (
    ASSET_TYPE,
    ASSETS,
    CONTACTS,
    CUSTOMERS,
    PROPERTIES,
    SECTIONS,
    TICKETS,
    Section,
    section_of,
)
from syncline_common.connectors.understanding import rows_of, understood
from syncline_common.errors import NotSuchSystem, PermissionMissing, RecordGone
from syncline_common.schemas.values import FieldType, Value
from syncline_common.sdk.answers import SentElsewhere
from syncline_common.sdk.learnt import Learnt
from syncline_common.sdk.ports import Counted, Found, Out, Person, Project, Survey, WebhookWay

NOTHING: Final[Mapping[str, Wire]] = {  # what Syncro's own documents show it to refuse
    TICKETS.stream: {},
    CUSTOMERS.stream: {"email": "it is not an email"},
    ASSETS.stream: {"name": ""},
}
LOOKED_AT = 10  # pages, for what can only be learnt from records
NO_SYNCRO = "There is no Syncro at this address; is the company's name right?"
CAN_NOT_READ = "The token may list neither tickets nor customers nor assets; edit its permissions"
CAN_NOT_WRITE = "The token may create neither tickets nor customers nor assets; edit its permissions"
NOT_LISTED = "The token may not list {}"
NOT_CREATED = "The token may not create {}"
ONE_CUSTOMER = "The token sees a single customer; is its user a single-customer user?"
NO_MARKER = (
    f"Customers have no custom field {MARKER_PROPERTY}, or none is filled in yet: a customer whose creation was "
    "interrupted waits for a person"
)
MORE = "Pages are of one size but the last, so it is reckoned from it"


@understood
class SyncroSurveyor:
    def __init__(self, out: Out, learnt: Learnt | None = None) -> None:
        self.company, self._learnt = Company(out), learnt or Learnt()

    async def survey(self) -> Survey:
        """Writing is proven by what Syncro must refuse: who may not write is told so before it looks at it."""
        me = await self._me()
        pages = {it.stream: await self._first(it) for it in SECTIONS.values()}
        if not any(pages[it] for it in NOTHING):
            raise PermissionMissing(CAN_NOT_READ)
        may = {it: await self.company.may_create(SECTIONS[it], nothing) for it, nothing in NOTHING.items()}
        if not any(may.values()):
            raise PermissionMissing(CAN_NOT_WRITE)
        customers = pages[CUSTOMERS.stream]
        marked = [CUSTOMERS.stream] if customers and await self._has_marker(customers) else []
        findings = [
            *(NOT_LISTED.format(it) for it, page in pages.items() if page is None),
            *(NOT_CREATED.format(it) for it, granted in may.items() if not granted),
            *([ONE_CUSTOMER] if customers and customers.total == 1 else []),
            *([] if marked else [NO_MARKER]),
        ]
        found = Found(
            marker_field=MARKER_PROPERTY if marked else None,
            marker_streams=tuple(marked),
            webhooks=WebhookWay.BY_HAND,
        )
        return Survey(me.get("user_email") or me.get("user_name") or "", True, tuple(findings), found)

    async def projects(self) -> Sequence[Project]:
        return []

    async def streams(self, project: str | None = None) -> Sequence[StreamFacts]:
        return [StreamFacts(it.stream, it.label) for it in (TICKETS, CUSTOMERS, CONTACTS, ASSETS)]

    async def fields(self, stream: str, project: str | None = None) -> Sequence[FieldFacts]:
        """Of a ticket by the company's settings; of others what some of them show."""
        section = section_of(stream)
        if section is TICKETS:
            settings = await self.settings()
            return [*(_with_choices(it, settings) for it in section.fields), *_ticket_fields(settings)]
        rows, all_seen = await self._some(section)
        types = tuple(sorted({it[ASSET_TYPE] for it in rows if it.get(ASSET_TYPE)})) if all_seen else None
        known = [replace(it, choices=types) if it.name == ASSET_TYPE else it for it in section.fields]
        names = sorted({name for it in rows for name, value in _properties(it).items() if _is_plain(value)})
        own = (FieldFacts(f"{PROPERTIES}{it}", it, writable=section.own_fields) for it in names)
        return [*known, *(it for it in own if it.label != MARKER_PROPERTY)]

    async def _some(self, section: Section) -> tuple[list[Wire], bool]:
        """The first pages, and whether they are all: types that nothing was seen of may exist none the less."""
        rows = list[Wire]()
        for number in range(1, LOOKED_AT + 1):
            page = await self.company.page(section, number)
            rows += page.rows
            if not page.more:
                return rows, True
        return rows, False

    async def people(self, text: str, project: str | None = None) -> Sequence[Person]:
        """They have no address here, only a name."""
        wanted = text.strip().casefold()
        users = rows_of(await self.settings(), "users") if wanted else []
        return [Person(str(it["id"]), it["name"]) for it in users if wanted in it["name"].casefold()]

    async def count(self, stream: str, projects: Sequence[str], conditions: Sequence[Condition]) -> Counted:
        section = section_of(stream)
        told = {it.source: _said(it, section) for it in conditions}
        params = {name: value for it in told.values() if it for name, value in [it]}
        left_out = tuple(source for source, it in told.items() if it is None)
        page = await self.company.page(section, 1, params)
        if page.total is not None:
            return Counted(page.total, left_out=left_out)
        if not page.more:
            return Counted(len(page.rows), left_out=left_out)
        last = page.pages or 1
        rest = (await self.company.page(section, last, params)).rows
        return Counted((last - 1) * len(page.rows) + len(rest), left_out=(*left_out, MORE))

    async def settings(self) -> Wire:
        return await self._learnt.once(("settings",), self.company.settings)

    async def _me(self) -> Wire:
        """Another company's name leads to no API, or away."""
        try:
            me = await self.company.me()
        except (RecordGone, SentElsewhere) as error:
            raise NotSuchSystem(NO_SYNCRO, detail=error.detail) from None
        me["user_id"]
        return me

    async def _has_marker(self, first: Page) -> bool:
        """Shown by records alone; most often by the first ones."""
        if not any(MARKER_PROPERTY in _properties(it) for it in first.rows) and first.more:
            return any(MARKER_PROPERTY in _properties(it) for it in (await self._some(CUSTOMERS))[0])
        return any(MARKER_PROPERTY in _properties(it) for it in first.rows)

    async def _first(self, section: Section) -> Page | None:
        """None if it may not be listed."""
        try:
            return await self.company.page(section, 1)
        except PermissionMissing:
            return None


def _properties(row: Wire) -> Mapping[str, Value]:
    return row.get("properties") or {}


def _is_plain(value: Any) -> bool:
    return not isinstance(value, list | Mapping)


def _with_choices(field: FieldFacts, settings: Wire) -> FieldFacts:
    if field.name == "status":
        return replace(field, choices=tuple(settings["ticket_status_list"]))
    if field.name == "ticket_type_id":
        types = {
            str(it["id"]): it["name"] for it in settings.get("ticket_types") or [] if not it.get("disabled")
        }
        required = bool(settings.get("require_ticket_type"))
        return replace(field, choices=tuple(types) or None, choice_labels=types, required_on_create=required)
    return field


def _ticket_fields(settings: Wire) -> list[FieldFacts]:
    """Of all types of tickets; the same name may stand in several."""
    choices = dict[Any, list[str]]()
    for it in settings.get("ticket_type_field_answers") or []:
        choices.setdefault(it["ticket_field_id"], []).append(it["content"])
    found = dict[str, FieldFacts]()
    for it in settings.get("ticket_type_fields") or []:
        mine = tuple(choices.get(it["id"], [it["content"] for it in it.get("answers") or []]))
        kind = FieldType.CHOICE if mine else FieldType.TEXT
        name = f"{PROPERTIES}{it['name']}"
        found.setdefault(name, FieldFacts(name, it["name"], kind, choices=mine or None))
    return list(found.values())


def _said(condition: Condition, section: Section) -> tuple[str, str] | None:
    """None if a list can't be asked for it."""
    exact = condition.operator == "==" and condition.field in section.searched
    return (condition.field, str(condition.values[0])) if exact and section is TICKETS else None
