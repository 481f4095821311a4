"""Candidates in every state, and kinds, made by hand."""

from datetime import UTC, datetime

from syncline_console.client.views import Capabilities, Check, Kind, Lookup
from syncline_console.wizard.candidate import Candidate
from syncline_console.wizard.wizard import Wizard

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
KINDS = {
    "azure_devops": Kind(
        kind="azure_devops", label="Azure DevOps", capabilities=Capabilities(projects="Project")
    ),
    "servicenow": Kind(kind="servicenow", label="ServiceNow"),
}
BOARDS, DESK = "https://dev.azure.com/sandbox", "https://sandbox.service-now.com"
ID = "01900000-0000-7000-8000-00000000000c"


def named(url: str, status: str = "new", *, proven: bool = False) -> Candidate:
    it = Candidate()
    it.look(url, None)
    kind = "azure_devops" if "azure" in url else "servicenow"
    facts = {"status": status, "kind": kind, "url": url, "message": "found"}
    it.found(Lookup.model_validate({**facts, "system_id": ID if status.startswith("in_") else None}))
    if proven:
        it.checked(Check(ok=True, ticket="slt_1", identity="Ada", can_write=True), NOON)
    return it


def filled() -> Wizard:
    return Wizard(a=named(BOARDS, proven=True), b=named(DESK, proven=True), name="Bugs")
