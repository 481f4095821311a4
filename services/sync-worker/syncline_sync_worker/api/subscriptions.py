"""/sync/v1/subscriptions: outgoing webhooks"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from syncline_common.api.auth import ByAdministrator
from syncline_common.api.drafts import Draft
from syncline_common.api.lists import ByWindow, ListView
from syncline_common.api.problems import problems
from syncline_common.api.transactions import InRead, InTx, routes, withhold_answer
from syncline_common.errors import AlreadyDone, Conflict, FieldFault, Invalid, NotFound
from syncline_common.events.catalogue import BY_KEY
from syncline_common.sdk.posting import Poster
from syncline_sync_worker.actions import subscriptions as actions
from syncline_sync_worker.domain.subscription import SubscriptionState, secret_of
from syncline_sync_worker.store.subscription_store import SubscriptionReads

router = routes("/sync/v1/subscriptions", "subscriptions")


class SubscriptionDraft(Draft):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"url": "https://hooks.example.com/syncline", "types": ["sync.run.completed.v1"]}]
        }
    )

    url: Annotated[str, Field(min_length=1, max_length=500)]
    types: list[str] = Field(default=[], max_length=50, description="Event types; none: all of them.")

    def require_known_types(self) -> None:
        faults = [
            FieldFault(f"/types/{at}", "unknown event type", f"one of {', '.join(sorted(BY_KEY))}")
            for at, it in enumerate(self.types)
            if it not in BY_KEY
        ]
        if faults:
            raise Invalid("There is no such event type", *faults)


class SubscriptionView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    url: str
    types: list[str]
    state: SubscriptionState
    created_at: datetime
    attempts: int
    next_try: datetime | None
    last_answer: str | None


class NewSubscriptionView(SubscriptionView):
    secret: str = Field(description="Standard Webhooks: what signatures are checked with. Shown only here.")


async def _checked(request: Request, draft: SubscriptionDraft, caller: ByAdministrator) -> SubscriptionDraft:
    """Before a transaction begins: the address is looked up."""
    draft.require_known_types()
    await Poster(request.app.state.home.platform.outbound).check(draft.url)
    return draft


@router.get("", responses=problems())
async def list_subscriptions(
    window: ByWindow, caller: ByAdministrator, tx: InRead
) -> ListView[SubscriptionView]:
    """Where your account's events are posted to."""
    found = await SubscriptionReads(tx, caller).listed(after=window.cursor, limit=window.limit + 1)
    return ListView[SubscriptionView].of(found, window)


@router.post("", status_code=201, responses=problems(AlreadyDone, Conflict))
async def create_subscription(
    request: Request,
    caller: ByAdministrator,
    draft: Annotated[SubscriptionDraft, Depends(_checked)],
    tx: InTx,
) -> NewSubscriptionView:
    """Have events posted from now on, signed as Standard Webhooks, in order, again until you answer 2xx. After three days of
    failing it is given up."""
    made = await actions.subscribe(tx, caller, draft.url, draft.types)
    withhold_answer(request, made.id)
    secret = secret_of(request.app.state.home.platform.hook_key, made.id)
    return NewSubscriptionView(secret=secret, **SubscriptionView.model_validate(made).model_dump())


@router.delete("/{subscription_id}", status_code=204, responses=problems(NotFound))
async def remove_subscription(subscription_id: UUID, caller: ByAdministrator, tx: InTx) -> None:
    """Nothing more is posted there."""
    await actions.unsubscribe(tx, caller, subscription_id)
