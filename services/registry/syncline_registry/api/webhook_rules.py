"""/registry/v1/systems/{id}/webhook-rules: what is entered by hand where a system has no API to subscribe by"""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from syncline_common.api.auth import ByAdministrator
from syncline_common.api.drafts import Draft
from syncline_common.api.problems import problems
from syncline_common.api.transactions import routes
from syncline_common.errors import Conflict, NotFound
from syncline_registry.actions.webhook_rules import webhook_rules
from syncline_registry.own import ByDatabase, ByOwn

router = routes("/registry/v1/systems/{system_id}/webhook-rules", "systems")
Stream = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9_]+$")]
EXAMPLE: dict[str, Any] = {
    "network_id": "01890000-0000-7000-8000-000000000002",
    "streams": ["incident", "problem"],
}


class RulesAsked(Draft):
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    network_id: UUID
    streams: Annotated[list[Stream], Field(min_length=1, max_length=50)]


class RuleView(BaseModel):
    """`text` holds our address and the secret by which its posts are believed."""

    model_config = ConfigDict(from_attributes=True)

    title: str
    where: str = Field(description="The page of the system where it is made.")
    fields: dict[str, str] = Field(description="What to enter there.")
    into: str = Field(description="The field that `text` goes into.")
    text: str


class RulesView(BaseModel):
    items: list[RuleView]


@router.post("", responses=problems(NotFound, Conflict))
async def show_webhook_rules(
    system_id: UUID, asked: RulesAsked, caller: ByAdministrator, own: ByOwn, db: ByDatabase
) -> RulesView:
    """For each record type a rule to enter in the system, with our address and its secret. Administrators only; audited."""
    found = await webhook_rules(db, own, caller, (system_id, asked.network_id), asked.streams)
    return RulesView(items=[RuleView.model_validate(it) for it in found])
