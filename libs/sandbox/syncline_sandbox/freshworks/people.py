"""Agents and contacts over the API: who calls, and who is found by the beginning of a name."""

from collections.abc import Callable, Sequence, Set
from re import compile as pattern
from typing import Any

from syncline_sandbox.calls import Answer, Call, Operation, as_json
from syncline_sandbox.freshworks.accounts import Agent
from syncline_sandbox.freshworks.fields import FormField
from syncline_sandbox.freshworks.refusals import denied
from syncline_sandbox.freshworks.shapes import Shape
from syncline_sandbox.freshworks.tickets import ROOT


class Me:
    def __init__(
        self, agents: Sequence[Agent], shape: Shape, closing: Set[str], document: Callable[[Agent], Any]
    ) -> None:
        self._agents, self._shape, self._closing, self._document = agents, shape, closing, document

    def operations(self) -> list[Operation]:
        fields = pattern(rf"{ROOT}{self._shape.fields_at}")
        return [
            Operation("agent.me", "GET", pattern(rf"{ROOT}/agents/me"), self.me),
            Operation("field.list", "GET", fields, self.fields),
        ]

    def me(self, call: Call, caller: str) -> Answer:
        return as_json(self._shape.one("agent", self._document(self._named(caller))))

    def fields(self, call: Call, caller: str) -> Answer:
        """For whoever may read tickets, or make them."""
        agent = self._named(caller)
        if not (agent.may_read or agent.may_write):
            raise denied()
        rows = [
            _field(it, number, wrapped=self._shape.wrapped, closing=it.name in self._closing)
            for number, it in enumerate(self._fields_for(call), 1)
        ]
        return as_json(self._shape.many("ticket_fields", rows))

    def _fields_for(self, call: Call) -> list[FormField]:
        """Those of one place, where there are such; all that are everywhere besides."""
        own = call.get("workspace_id") or str(next(iter(self._shape.workspaces), ""))
        return [it for it in self._shape.fields if it.workspace is None or str(it.workspace) == own]

    def _named(self, name: str) -> Agent:
        return next(it for it in self._agents if it.email == name)


def _field(it: FormField, position: int, *, wrapped: bool, closing: bool) -> dict[str, Any]:
    kind_at, default_at = ("field_type", "default_field") if wrapped else ("type", "default")
    told = {
        "id": it.id,
        "name": it.name,
        "label": it.label,
        "description": "",
        "position": position,
        kind_at: it.type,
        default_at: not it.custom,
        "required_for_closure": closing,
        "required_for_agents": it.required,
        "required_for_customers": False,
        "label_for_customers": it.label,
        "customers_can_edit": False,
        "displayed_to_customers": True,
        "created_at": "2026-01-05T09:00:00Z",
        "updated_at": "2026-01-05T09:00:00Z",
    }
    return told if it.choices is None else {**told, "choices": it.choices}
