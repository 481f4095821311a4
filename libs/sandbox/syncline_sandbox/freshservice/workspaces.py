"""Tickets of an account with workspaces: who names none is told of the primary one alone."""

from collections.abc import Sequence
from typing import Any

from syncline_sandbox.calls import Call
from syncline_sandbox.freshservice.form import IT
from syncline_sandbox.freshworks.refusals import invalid, not_one_of
from syncline_sandbox.freshworks.tickets import Tickets
from syncline_sandbox.store import Stored, Version

ALL = "0"
GLOBAL = "with fields of all workspaces alone"


class TicketsOfWorkspaces(Tickets):
    def sees(self, call: Call, version: Version) -> bool:
        wanted = call.get("workspace_id") or str(IT)
        return wanted in (ALL, str(version.values["workspace_id"]))

    def included(self, call: Call) -> list[str]:
        wanted = call.get("workspace_id")
        if wanted and wanted not in (ALL, *map(str, self.shape.workspaces)):
            raise invalid(not_one_of("workspace_id", list(self.shape.workspaces)))
        return [*super().included(call), *([GLOBAL] if wanted == ALL else [])]

    def row(self, stored: Stored, version: Version, included: Sequence[str]) -> dict[str, Any]:
        found = super().row(stored, version, included)
        own = None if GLOBAL in included else found["workspace_id"]
        names = {it.name for it in self.shape.fields if it.custom and it.workspace in (None, own)}
        return {
            **found,
            "custom_fields": {name: it for name, it in found["custom_fields"].items() if name in names},
        }

    def document(self, stored: Stored) -> dict[str, Any]:
        found = super().document(stored)
        names = {it.name for it in self.shape.fields if it.workspace in (None, found["workspace_id"])}
        return {
            **found,
            "custom_fields": {name: it for name, it in found["custom_fields"].items() if name in names},
        }
