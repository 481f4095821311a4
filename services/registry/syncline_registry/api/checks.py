"""/registry/v1/lookup and /registry/v1/check-auth: what somebody names as a system, before it is one here"""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from syncline_common.api.auth import ByCaller
from syncline_common.api.drafts import Draft
from syncline_common.api.problems import problems
from syncline_common.api.transactions import routes
from syncline_common.errors import NotFound
from syncline_registry.actions.addresses import Named
from syncline_registry.actions.checks import Checked, check_auth
from syncline_registry.actions.lookup import LookedUp, look_up
from syncline_registry.api.kinds import SchemeView
from syncline_registry.own import ByDatabase, ByOwn

router = routes("/registry/v1", "systems")

Url = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Kind = Annotated[str, StringConstraints(max_length=40, pattern=r"^[a-z_]+$")]
Value = Annotated[SecretStr, Field(max_length=4000)]
Auth = Annotated[
    dict[Annotated[str, StringConstraints(max_length=60, pattern=r"^[a-z_]+$")], Value],
    Field(max_length=10, description="`scheme`, and the fields that its kind asks for. Never shown again."),
]
EXAMPLE: dict[str, Any] = {
    "network_id": "01890000-0000-7000-8000-000000000002",
    "url": "https://dev.azure.com/fabrikam/Web",
}
EXAMPLE_AUTH: dict[str, Any] = {"scheme": "pat", "token": "the token, as Azure DevOps has shown it"}
ANY_KIND = "For hosts of their owners' own: which of the `kinds` it is."


class LookupDraft(Draft):
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    network_id: UUID
    url: Url
    kind: Kind | None = Field(default=None, description=ANY_KIND)


class LookupView(BaseModel):
    """`new`: `auth` is what to ask for. `unknown`: `kinds`, if there are any, is a choice."""

    status: Literal["in_network", "in_other_network", "new", "unknown", "not_installed"]
    message: str
    url: str | None = Field(description="The one spelling under which it is kept.")
    kind: str | None
    kinds: list[str]
    system_id: UUID | None
    auth: list[SchemeView]
    routed: bool = Field(description="Its traffic is sent elsewhere, by a setting of the operator's.")

    @classmethod
    def of(cls, found: LookedUp) -> "LookupView":
        return cls(
            status=found.status.value,
            message=found.message,
            url=found.url,
            kind=found.kind,
            kinds=list(found.kinds),
            system_id=found.system_id,
            auth=[SchemeView.model_validate(it) for it in found.auth],
            routed=found.routed,
        )


class CheckDraft(Draft):
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE | {"auth": EXAMPLE_AUTH}]})

    network_id: UUID
    url: Url
    kind: Kind | None = Field(default=None, description=ANY_KIND)
    auth: Auth


class ProblemView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    code: str
    message: str
    fix: str


class CheckView(BaseModel):
    """`ticket` stands for the credential, for half an hour and for you alone."""

    ok: bool
    kind: str
    url: str
    ticket: str | None
    expires_at: datetime | None
    identity: str | None = Field(description="As whom the system knows us, if it says.")
    can_write: bool | None = Field(description="null: it does not tell before the first write.")
    findings: list[str]
    problems: list[ProblemView]

    @classmethod
    def of(cls, checked: Checked) -> "CheckView":
        survey = checked.proof.survey
        return cls(
            ok=checked.ok,
            kind=checked.proof.kind,
            url=checked.proof.url,
            ticket=checked.ticket,
            expires_at=checked.expires_at,
            identity=survey.identity or None,
            can_write=survey.can_write,
            findings=list(survey.findings),
            problems=[ProblemView.model_validate(it) for it in checked.problems],
        )


@router.post("/lookup", responses=problems(NotFound))
async def look_an_address_up(draft: LookupDraft, caller: ByCaller, own: ByOwn, db: ByDatabase) -> LookupView:
    """What kind of system an address belongs to, and whether it is registered where you may see it."""
    return LookupView.of(await look_up(db, own, caller, Named(draft.network_id, draft.url, draft.kind)))


@router.post("/check-auth", responses=problems(NotFound))
async def check_a_credential(draft: CheckDraft, caller: ByCaller, own: ByOwn, db: ByDatabase) -> CheckView:
    """Prove that a credential is accepted and may write. Nothing visible is written. How often is limited."""
    named = Named(draft.network_id, draft.url, draft.kind)
    checked = await check_auth(db, own, caller, named, draft.auth)
    return CheckView.of(checked)
