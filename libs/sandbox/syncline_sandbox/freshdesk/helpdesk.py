"""Freshdesk's own endpoints, beside what it shares with its sister product."""

from collections.abc import Sequence
from re import compile as pattern
from typing import Any, TypeVar

from syncline_sandbox.calls import Answer, Call, Operation, as_json
from syncline_sandbox.freshdesk.form import SHAPE
from syncline_sandbox.freshworks.accounts import CONTACTS, Agent, Contact
from syncline_sandbox.freshworks.desk import HelpDesk
from syncline_sandbox.freshworks.refusals import invalid, missing
from syncline_sandbox.freshworks.tickets import ROOT

Person = TypeVar("Person", Agent, Contact)


class Freshdesk(HelpDesk):
    kind = "freshdesk"
    address = "https://sandbox.freshdesk.com"
    shape = SHAPE

    def more_operations(self) -> list[Operation]:
        agents, contacts = (pattern(rf"{ROOT}/{it}/autocomplete") for it in ("agents", "contacts"))
        return [
            Operation("agent.search", "GET", agents, self.agents_found),
            Operation("contact.search", "GET", contacts, self.contacts_found),
        ]

    def agents_found(self, call: Call, caller: str) -> Answer:
        return as_json([self.agent_document(it) for it in _begun(call, self.agents)])

    def contacts_found(self, call: Call, caller: str) -> Answer:
        return as_json([{"id": it.id, "name": it.name} for it in _begun(call, CONTACTS)])

    def agent_document(self, agent: Agent) -> dict[str, Any]:
        """What is said of a person lies in the contact."""
        return {
            "id": agent.id,
            "available": True,
            "occasional": False,
            "type": "support_agent",
            "ticket_scope": agent.scope,
            "contact": {"name": agent.name, "email": agent.email, "active": True, "time_zone": "London"},
        }


def _begun(call: Call, people: Sequence[Person]) -> list[Person]:
    """By how any word of a name begins, or the address."""
    term = call.get("term").casefold()
    if not term:
        raise invalid(missing("term"))
    return [it for it in people if any(word.startswith(term) for word in _words(it))]


def _words(person: Agent | Contact) -> list[str]:
    name = person.name.casefold()
    return [*name.split(), name, person.email]
