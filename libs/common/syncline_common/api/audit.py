"""/<service>/v1/audit: who changed what in this service, and whether that record is whole."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, field_validator

from syncline_common.api.auth import ByAdministrator
from syncline_common.api.drafts import ONE_LINE
from syncline_common.api.lists import ByWindow, ListView
from syncline_common.api.problems import problems
from syncline_common.api.transactions import InRead, routes
from syncline_common.audit.chain import Anchor
from syncline_common.audit.log import AuditRows
from syncline_common.audit.verify import What, verify
from syncline_common.schemas.caller import ActorKind


def _in_utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("not in the years 1 to 9999") from None


Word = Annotated[str | None, Query(max_length=80, pattern=r"^[a-z][a-z0-9_.-]*$")]
Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class AuditView(BaseModel):
    """One change. `before` and `after` hold the fields that changed; of a secret, only that it is set or changed."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    at: datetime
    actor_kind: ActorKind
    actor_id: UUID
    actor_name: str | None
    action: str
    noun: str
    noun_id: str
    network_id: UUID | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    trace_id: str | None
    position: int | None = Field(description="Its place in the account's chain; null until it is sealed.")
    hash: str | None

    @field_validator("before", "after", mode="before")
    @classmethod
    def _fields(cls, text: str | None) -> Any:
        return None if text is None else json.loads(text)


@dataclass(frozen=True, slots=True)
class Sought:
    """What a list is narrowed to; all of it has to be so."""

    order: Annotated[Literal["desc", "asc"], Query(description="desc: newest first")] = "desc"
    actor_id: UUID | None = None
    noun: Word = None
    noun_id: Annotated[str | None, Query(max_length=120, pattern=ONE_LINE)] = None
    action: Word = None
    network_id: UUID | None = None
    since: Annotated[Instant | None, Query(alias="from")] = None
    until: Annotated[Instant | None, Query(alias="to", description="Up to, and without.")] = None

    def columns(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in ("actor_id", "noun", "noun_id", "action", "network_id")}


class FaultView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    position: int | None
    id: str | None = Field(description="Of the row, where there is one.")
    what: What


class VerificationView(BaseModel):
    """`head` is the newest seal: noted elsewhere, it shows later that the log only went on from there."""

    model_config = ConfigDict(from_attributes=True)

    ok: bool
    checked: int
    sealed_up_to: int
    head: str | None
    faults: list[FaultView] = Field(description="The first hundred.")


def audit_routes(service: str) -> APIRouter:
    router = routes(f"/{service}/v1/audit", "audit")

    @router.get("", responses=problems())
    async def list_audit(
        window: ByWindow, sought: Annotated[Sought, Depends()], caller: ByAdministrator, tx: InRead
    ) -> ListView[AuditView]:
        """Every change in your account that this service made, newest first; nothing here can be changed."""
        rows = await AuditRows(tx, caller.account_id).listed(
            after=window.cursor,
            limit=window.limit + 1,
            newest_first=sought.order == "desc",
            same=sought.columns(),
            within=(sought.since, sought.until),
        )
        return ListView[AuditView].of(rows, window)

    @router.get("/verification", response_model=VerificationView, responses=problems())
    async def verify_audit(request: Request, caller: ByAdministrator, tx: InRead) -> Any:
        """Walk your account's whole log: is each row what was sealed, and is none missing?"""
        anchor = Anchor(service, request.app.state.home.platform.audit_key)
        return await verify(tx, anchor, caller.account_id)

    return router
