"""/sync/v1/hooks: what vendors tell us, stored before it is acknowledged"""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Annotated

from fastapi import Depends, Path, Request
from pydantic import BaseModel

from syncline_common.access.hook_tokens import HookOwner, HookTokens
from syncline_common.api.problems import problems
from syncline_common.api.transactions import routes
from syncline_common.connectors.catalogue import hints_of
from syncline_common.errors import NotFound
from syncline_common.sdk.ports import Hint
from syncline_sync_worker.actions.hooks import Arrival
from syncline_sync_worker.own import own_of

router = routes("/sync/v1/hooks", "webhooks")
KEPT = ("content-type", "user-agent")  # nothing that proves who sent it
Verified = tuple[HookOwner, bytes, Sequence[Hint]]
Token = Annotated[str, Path(min_length=20, max_length=200, pattern=r"^[A-Za-z0-9_-]+$")]


class Accepted(BaseModel):
    connections: int


async def _verified(token: Token, request: Request) -> Verified:
    """Before a transaction begins: whoever can't prove themselves costs no look at the database."""
    tokens = HookTokens(request.app.state.home.platform.hook_key)
    owner, body = tokens.owner(token), await request.body()
    hints = hints_of(owner.kind, dict(request.headers), body, [tokens.secret(owner)])
    return owner, body, hints


@router.post("/{token}", status_code=202, responses=problems(NotFound))
async def receive_webhook(
    token: Token,
    request: Request,
    verified: Annotated[Verified, Depends(_verified)],
) -> Accepted:
    """For the systems themselves. The signature is checked over the body as it came; the answer comes once it is stored."""
    owner, body, hints = verified
    hashed = sha256(token.encode()).hexdigest()
    arrival = Arrival(owner.node, hashed, _kept(owner, hints, request.headers), body)
    return Accepted(connections=await own_of(request.app.state.home).arrivals.keep(arrival))


def _kept(owner: HookOwner, hints: Sequence[Hint], headers: Mapping[str, str]) -> dict[str, str]:
    kept = {name: headers[name] for name in KEPT if name in headers}
    said = [{"stream": it.ref.stream, "id": it.ref.id, "deleted": it.deleted} for it in hints]
    return kept | {"kind": owner.kind, "node": str(owner.node.id), "hints": json.dumps(said)}
