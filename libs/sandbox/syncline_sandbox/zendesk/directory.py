"""People, groups, brands, and what the account's administrator has made of tickets."""

from re import compile as pattern
from typing import Any

from syncline_sandbox.calls import Answer, Call, Operation, as_json
from syncline_sandbox.zendesk import people
from syncline_sandbox.zendesk.desk import Desk, ids_in, path
from syncline_sandbox.zendesk.fields import (
    BRANDS,
    CUSTOM_STATUSES,
    DEFAULT_BRAND,
    DEFAULT_FORM,
    FIELDS,
    GROUPS,
)
from syncline_sandbox.zendesk.pages import by_number, listed
from syncline_sandbox.zendesk.refusals import bad_attribute

ANYBODY = "anybody"


class Directory:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def operations(self) -> list[Operation]:
        def op(name: str, tail: str, serve: Any, scope: str = "read") -> Operation:
            return Operation(name, "GET", pattern(path(tail)), serve, scope)

        return [
            op("user.me", "users/me", self.me, "public"),
            op("user.list", "users", self.users),
            op("user.search", "users/search", self.search),
            op("user.autocomplete", "users/autocomplete", self.autocomplete),
            op("user.many", "users/show_many", self.many),
            op("group.list", "groups", self.groups),
            op("brand.list", "brands", self.brands),
            op("field.list", "ticket_fields", self.fields),
            op("form.list", "ticket_forms", self.forms),
            op("status.list", "custom_statuses", self.statuses),
        ]

    def me(self, call: Call, caller: str) -> Answer:
        """Of somebody without a credential as well: nobody."""
        user = people.ANONYMOUS if caller == ANYBODY else people.document(self._desk.user(caller))
        return as_json({"user": user})

    def users(self, call: Call, caller: str) -> Answer:
        roles = {value for name, value in call.query if name in ("role", "role[]")}
        found = [people.document(it) for it in self._desk.users if not roles or it.role in roles]
        return listed(call, "users", found, lambda it: it["id"])

    def search(self, call: Call, caller: str) -> Answer:
        """Whole words of a name, or an address."""
        wanted = call.get("query").removeprefix("email:").strip('"').casefold()
        found = [
            people.document(it)
            for it in self._desk.users
            if wanted and (wanted in it.name.casefold().split() or wanted == it.email.casefold())
        ]
        return by_number(call, "users", found)

    def autocomplete(self, call: Call, caller: str) -> Answer:
        """Names that begin so; it takes two letters."""
        wanted = call.get("name").casefold()
        if len(wanted) < 2:
            raise bad_attribute("name", "is too short (minimum is 2 characters)")
        found = [people.document(it) for it in self._desk.users if it.name.casefold().startswith(wanted)]
        return by_number(call, "users", found)

    def many(self, call: Call, caller: str) -> Answer:
        wanted = ids_in(call)
        return by_number(
            call, "users", [people.document(it) for it in self._desk.users if str(it.id) in wanted]
        )

    def groups(self, call: Call, caller: str) -> Answer:
        found = [{"id": id, "name": name, "deleted": False, "default": False} for id, name in GROUPS.items()]
        return listed(call, "groups", found, lambda it: it["id"])

    def brands(self, call: Call, caller: str) -> Answer:
        found = [
            {
                "id": id,
                "name": name,
                "active": True,
                "default": id == DEFAULT_BRAND,
                "subdomain": name.lower(),
            }
            for id, name in BRANDS.items()
        ]
        return listed(call, "brands", found, lambda it: it["id"])

    def fields(self, call: Call, caller: str) -> Answer:
        return listed(call, "ticket_fields", [it.document() for it in FIELDS], lambda it: it["id"])

    def forms(self, call: Call, caller: str) -> Answer:
        form = {"id": DEFAULT_FORM, "name": "Default", "active": True, "default": True}
        return as_json({"ticket_forms": [form], "next_page": None, "previous_page": None, "count": 1})

    def statuses(self, call: Call, caller: str) -> Answer:
        """All of them: they come without pages."""
        found = [
            {
                "id": id,
                "status_category": category,
                "agent_label": label,
                "active": True,
                "default": id < 1006,
            }
            for id, (category, label) in CUSTOM_STATUSES.items()
        ]
        return as_json({"custom_statuses": found})
