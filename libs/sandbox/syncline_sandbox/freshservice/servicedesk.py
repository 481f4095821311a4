"""Freshservice's own endpoints, beside what it shares with its sister product."""

import re
from collections.abc import Iterator, Mapping, Sequence
from re import compile as pattern
from typing import Any

from syncline_sandbox.calls import Answer, Call, Operation, as_json
from syncline_sandbox.clock import Now, real_now
from syncline_sandbox.freshservice.form import IT, SHAPE, TEXTS
from syncline_sandbox.freshservice.workspaces import TicketsOfWorkspaces
from syncline_sandbox.freshworks.accounts import AGENTS, CONTACTS, Agent
from syncline_sandbox.freshworks.desk import HelpDesk
from syncline_sandbox.freshworks.pages_of_lists import PAGING, checked, page_of
from syncline_sandbox.freshworks.refusals import Fault, invalid
from syncline_sandbox.freshworks.tickets import ROOT
from syncline_sandbox.store import Stored

BEGINS = re.compile(r"\"~\[([a-z_|]+)\]:'([^'\"]+)'\"")
NOT_VALID = Fault("query", "Given query is not valid", "invalid_value")


class Freshservice(HelpDesk):
    kind = "freshservice"
    address = "https://sandbox.freshservice.com"
    shape = SHAPE
    made_of = TicketsOfWorkspaces

    def __init__(self, seed: int = 1, now: Now = real_now, agents: Sequence[Agent] = AGENTS) -> None:
        super().__init__(seed, now, agents)
        self.tickets.drafts.not_searched = {it.name for it in SHAPE.fields if it.type in TEXTS}

    def more_operations(self) -> list[Operation]:
        agents, requesters, spaces = (
            pattern(rf"{ROOT}/{it}") for it in ("agents", "requesters", "workspaces")
        )
        return [
            Operation("agent.list", "GET", agents, self.agents_found),
            Operation("requester.list", "GET", requesters, self.requesters_found),
            Operation("workspace.list", "GET", spaces, self.workspaces),
        ]

    def agents_found(self, call: Call, caller: str) -> Answer:
        rows = list(_begun(call, [self.agent_document(it) for it in self.agents]))
        return page_of(call, rows, "agents", self.shape, dict)

    def requesters_found(self, call: Call, caller: str) -> Answer:
        rows = [
            {"id": it.id, **_names(it.name), "primary_email": it.email, "active": True} for it in CONTACTS
        ]
        return page_of(call, list(_begun(call, rows)), "requesters", self.shape, dict)

    def workspaces(self, call: Call, caller: str) -> Answer:
        checked(call, PAGING)
        rows = [
            {"id": id, "name": name, "primary": id == IT, "state": "active"}
            for id, name in SHAPE.workspaces.items()
        ]
        return as_json({"workspaces": rows})

    def agent_document(self, agent: Agent) -> dict[str, Any]:
        scope = "entire_helpdesk" if agent.scope == 1 else "assigned_items"
        return {
            "id": agent.id,
            **_names(agent.name),
            "email": agent.email,
            "active": True,
            "occasional": False,
            "role_ids": [1],
            "roles": [{"role_id": 1, "assignment_scope": scope, "groups": []}],
            "workspace_ids": [*SHAPE.workspaces],
        }

    def posted(self, stored: Stored) -> dict[str, Any]:
        """As agents read it."""
        return {"ticket_id": f"INC-{stored.id}"}


def _names(name: str) -> dict[str, str]:
    first, _, last = name.partition(" ")
    return {"first_name": first, "last_name": last}


def _begun(call: Call, rows: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    checked(call, PAGING | {"query"})
    asked = call.get("query")
    found = BEGINS.fullmatch(asked)
    if asked and (found is None or not set(found[1].split("|")) <= set(rows[0])):
        raise invalid(NOT_VALID)
    for row in rows:
        if found is None or any(
            str(row[it]).casefold().startswith(found[2].casefold()) for it in found[1].split("|")
        ):
            yield dict(row)
