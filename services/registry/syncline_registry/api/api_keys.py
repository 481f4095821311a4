"""/registry/v1/api-keys"""

from datetime import datetime
from uuid import UUID

from fastapi import Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from syncline_common.api.auth import ByAdministrator
from syncline_common.api.drafts import Draft, Name
from syncline_common.api.lists import ByWindow, ListView
from syncline_common.api.problems import problems
from syncline_common.api.transactions import InRead, InTx, routes, withhold_answer
from syncline_common.errors import AlreadyDone, NotFound
from syncline_common.schemas.caller import Role
from syncline_registry.actions import api_keys as actions
from syncline_registry.api.people import Networks
from syncline_registry.store.api_key_store import ApiKeyStore

router = routes("/registry/v1/api-keys", "API keys")


class ApiKeyDraft(Draft):
    name: Name
    role: Role
    network_ids: Networks | None = Field(
        default=None, description="Granted networks; administrators have all."
    )
    expires_at: AwareDatetime | None = Field(default=None, description="Without: until it is revoked.")


class ApiKeyView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    role: Role
    network_ids: list[UUID] | None
    last4: str
    created_at: datetime
    expires_at: datetime | None


class NewApiKeyView(ApiKeyView):
    key: str


@router.get("", responses=problems())
async def list_api_keys(window: ByWindow, caller: ByAdministrator, tx: InRead) -> ListView[ApiKeyView]:
    """The API keys of your account; of each key only its last four characters."""
    found = await ApiKeyStore(tx, caller.account_id).listed(after=window.cursor, limit=window.limit + 1)
    return ListView[ApiKeyView].of(found, window)


@router.post("", status_code=201, responses=problems(AlreadyDone))
async def create_api_key(
    draft: ApiKeyDraft, request: Request, caller: ByAdministrator, tx: InTx
) -> NewApiKeyView:
    """Make a key for a program. It is shown here and never again: this answer is not kept for a repetition."""
    key, secret = await actions.create_api_key(tx, caller, **draft.model_dump())
    withhold_answer(request, key.id)
    facts = ApiKeyView.model_validate(key).model_dump()
    return NewApiKeyView(key=secret, **facts)


@router.delete("/{key_id}", status_code=204, responses=problems(NotFound))
async def revoke_api_key(key_id: UUID, caller: ByAdministrator, tx: InTx) -> None:
    """The key stops working: here at once, in every service within seconds, 60 at most."""
    await actions.revoke_api_key(tx, caller, key_id)
