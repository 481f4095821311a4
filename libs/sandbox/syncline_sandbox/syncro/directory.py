"""Customers, contacts and assets: lists without a filter by time, and what each of them passes over."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from re import compile as pattern
from typing import Any

from syncline_sandbox.calls import Answer, Call, Operation, as_json
from syncline_sandbox.store import Stored
from syncline_sandbox.syncro.holdings import ONE, ROOT, Holdings
from syncline_sandbox.syncro.lists import Seen, has_words, paged, text_of
from syncline_sandbox.syncro.refusals import invalid, not_found, posted, unsaved
from syncline_sandbox.syncro.settings import ASSET_FIELDS, ASSET_TYPES, CUSTOMER_FIELDS

EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
PLACE = ("city", "state", "zip")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Section:
    """`wrapper`: what a single one is wrapped in; "" if it comes bare."""

    stream: str
    many: str
    wrapper: str
    area: str
    look: str
    page: int
    taken: tuple[str, ...]
    flags: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()
    like: tuple[str, ...] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict)
    deletes: bool = True
    rights: tuple[str, str, str, str] = ("List/Search", "View Detail", "Create", "Edit")


CUSTOMERS = Section(
    "customers",
    "customers",
    "customer",
    "Customers",
    "business_name",
    100,
    (
        "business_name",
        "firstname",
        "lastname",
        "email",
        "phone",
        "mobile",
        "address",
        "address_2",
        *PLACE,
        "notes",
        "referred_by",
        "notification_email",
        "invoice_cc_emails",
        "tax_rate_id",
        "ref_customer_id",
    ),
    flags=("get_sms", "opt_out", "no_email"),
    phones=("phone", "mobile"),
    properties=CUSTOMER_FIELDS,
    like=("firstname", "lastname", "business_name", "email"),
    fixed={"disabled": False, "location_id": None, "location_name": None},
)
CONTACTS = Section(
    "contacts",
    "contacts",
    "",
    "Customers",
    "name",
    50,
    ("customer_id", "name", "address1", "address2", *PLACE, "email", "phone", "mobile", "notes"),
    phones=("phone", "mobile"),
    fixed={"vendor_id": None, "opt_out": False, "extension": None},
    rights=("View Detail", "View Detail", "Edit", "Edit"),
)
ASSETS = Section(
    "customer_assets",
    "assets",
    "asset",
    "Assets",
    "name",
    50,
    ("name", "customer_id", "asset_type_name", "asset_serial"),
    properties=ASSET_FIELDS,
    fixed={"contact_id": None, "external_rmm_link": None, "rmm_links": [], "rmm_store": {"general": {}}},
    deletes=False,
    rights=("List/Search", "View Details", "Create", "Edit"),
)
SECTIONS = {it.stream: it for it in (CUSTOMERS, CONTACTS, ASSETS)}


class Directory:
    def __init__(self, holdings: Holdings) -> None:
        self._holdings = holdings

    def operations(self) -> list[Operation]:
        return [it for section in SECTIONS.values() for it in self._operations(section)]

    def _operations(self, section: Section) -> list[Operation]:
        many, one = pattern(f"{ROOT}/{section.stream}"), pattern(f"{ROOT}/{section.stream}{ONE}")
        thing = section.wrapper or "contact"
        listing, looking, making, editing = (f"{section.area} - {it}" for it in section.rights)

        def of(serve: Callable[[Call, str, Section], Answer]) -> Callable[[Call, str], Answer]:
            return lambda call, caller: serve(call, caller, section)

        made = [
            Operation(f"{section.many}.list", "GET", many, of(self.listed), listing),
            Operation(f"{thing}.create", "POST", many, of(self.create), making, writes=True),
            Operation(f"{thing}.get", "GET", one, of(self.one), looking),
            Operation(f"{thing}.update", "PUT", one, of(self.update), editing, writes=True),
        ]
        if section.deletes:
            right = f"{section.area} - {'Delete' if section is CUSTOMERS else 'Edit'}"
            made.append(Operation(f"{thing}.delete", "DELETE", one, of(self.delete), right, writes=True))
        return made

    def listed(self, call: Call, caller: str, section: Section) -> Answer:
        found = [it for it in self._holdings.listed(caller, section.stream) if _is_asked(it, call, section)]
        name, _, way = call.get("sort").partition(" ")
        if section is CUSTOMERS and name in (*section.taken, "id", "created_at", "updated_at"):
            found.sort(
                key=lambda it: str(self.row(it, section).get(name) or ""), reverse=way.upper() == "DESC"
            )
        return paged(call, section.many, found, section.page, lambda it: self.row(it, section), counted=True)

    def one(self, call: Call, caller: str, section: Section) -> Answer:
        return self._alone(self._holdings.found(call, caller, section.stream), section)

    def create(self, call: Call, caller: str, section: Section) -> Answer:
        given = posted(call)
        if section is CONTACTS and self._holdings.get("customers", given.get("customer_id")) is None:
            raise not_found()
        return self._alone(self.insert(section.stream, given, caller), section)

    def insert(self, stream: str, given: Mapping[str, Any], by: str) -> Stored:
        """Of an asset's properties nothing is kept until it is edited."""
        section = SECTIONS[stream]
        taken = _taken(given, section)
        if section is ASSETS:
            taken.pop("properties", None)
        blank: Row = {**dict.fromkeys(section.taken), **dict.fromkeys(section.flags, False), "properties": {}}
        values = {**blank, **section.fixed, **taken}
        _check(values, given, section)
        return self._holdings.add(stream, values, by)

    def update(self, call: Call, caller: str, section: Section) -> Answer:
        stored = self._holdings.found(call, caller, section.stream)
        self.change(stored, posted(call), caller)
        return self._alone(stored, section)

    def change(self, stored: Stored, given: Mapping[str, Any], by: str) -> None:
        section = SECTIONS[stored.stream]
        values = {**stored.values, **_taken(given, section)}
        _check(values, None, section)
        self._holdings.change(stored, values, by)

    def delete(self, call: Call, caller: str, section: Section) -> Answer:
        self._holdings.store.destroy(self._holdings.found(call, caller, section.stream), caller)
        if section is CUSTOMERS:
            return as_json({"message": "Customer was deleted from the system."})
        return as_json({"success": True})

    def row(self, seen: Seen, section: Section) -> Row:
        stored, version = seen
        values = dict(version.values)
        times = {"created_at": text_of(stored.first.at), "updated_at": text_of(version.at)}
        if section is ASSETS:
            values["asset_type"] = values.pop("asset_type_name")
            owner = self._holdings.get("customers", values["customer_id"])
            values["customer"] = {"id": int(owner.id), **owner.values} if owner else None
        if section is CUSTOMERS:
            values |= _names(values, stored.id)
        return {"id": int(stored.id), **values, **times}

    def _alone(self, stored: Stored, section: Section) -> Answer:
        row = self.row((stored, stored.latest), section)
        return as_json({section.wrapper: row} if section.wrapper else row)


def _is_asked(seen: Seen, call: Call, section: Section) -> bool:
    values = seen[1].values
    if section is not CUSTOMERS and call.get("customer_id"):
        return str(values["customer_id"]) == call.get("customer_id")
    if section is CUSTOMERS and values["disabled"] and not call.flag("include_disabled"):
        return False
    if not all(call.get(it).casefold() in str(values[it] or "").casefold() for it in section.like):
        return False
    texts: Sequence[Any] = [values[it] for it in section.taken]
    return section is CONTACTS or not call.get("query") or has_words(call.get("query"), *texts)


def _taken(given: Mapping[str, Any], section: Section) -> Row:
    """The rest is passed over without a word; of a telephone number only the digits are kept."""
    taken: Row = {name: given[name] for name in (*section.taken, *section.flags) if name in given}
    for name in section.phones:
        if taken.get(name):
            taken[name] = re.sub(r"\D", "", str(taken[name]))
    if taken.get("customer_id"):
        taken["customer_id"] = int(taken["customer_id"])
    if isinstance(given.get("properties"), dict) and section.properties:
        there = given["properties"].items()
        taken["properties"] = {name: it for name, it in there if name in section.properties}
    return taken


def _check(values: Row, posted_values: Mapping[str, Any] | None, section: Section) -> None:
    email = values.get("email")
    if email and not EMAIL.fullmatch(str(email)):
        if section is CONTACTS:
            raise unsaved(dict(values), "Email is not an email")
        words = f'Email Only able to parse up to "{email}"'
        raise invalid("Email is not an email", words, params=_params(posted_values))
    if section is ASSETS:
        wrongs = [] if values["asset_type_name"] in ASSET_TYPES else ["Asset type can't be blank"]
        wrongs += [] if values["name"] else ["Name can't be blank"]
        if wrongs:
            raise invalid(*wrongs, params=_params(posted_values))


def _params(given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if given is None else dict(given)


def _names(values: Mapping[str, Any], id: str) -> Row:
    full = " ".join(it for it in (values["firstname"], values["lastname"]) if it)
    return {
        "fullname": full,
        "business_then_name": values["business_name"] or full,
        "online_profile_url": f"https://portal?portal_key={id}",
        "contacts": [],
    }
