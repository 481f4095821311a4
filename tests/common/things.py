"""A small noun with every kind of route, for tests of what all routes have in common."""

import asyncio
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import func, insert, select, text

from syncline_common.api.auth import ByCaller
from syncline_common.api.drafts import Draft, Name, Text
from syncline_common.api.problems import problems
from syncline_common.api.transactions import InRead, InTx, routes, withhold_answer
from syncline_common.db.tx import Database
from syncline_common.errors import Conflict, InvalidTransition, NotFound, RateLimited, TooManyRequests
from syncline_common.ids import new_id
from syncline_connections.store.tables import networks

router = routes("/test/v1/things", "things")
THINGS = "/test/v1/things"
DEFERRED = "REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED"
REFUSALS: dict[str, Exception] = {
    "conflict": Conflict("Not now"),
    "move": InvalidTransition("Not from here", allowed=["pause", "delete"]),
    "none": NotFound("There is no such thing"),
    "limit": TooManyRequests("Slow down", retry_after=7.4),
    "vendor": RateLimited("The vendor asks us to wait", retry_after=31.2),
    "bug": RuntimeError("s3cret detail"),
}


class Size(BaseModel):
    width: int


class ThingDraft(Draft):
    name: Name
    note: Text = ""
    sizes: list[Size] = Field(default_factory=list)
    password: str = ""


class ThingView(BaseModel):
    id: UUID
    name: str


@router.post("", status_code=201, responses=problems(Conflict))
async def create_thing(draft: ThingDraft, response: Response, caller: ByCaller, tx: InTx) -> ThingView:
    """Its effect is a row."""
    thing = ThingView(id=new_id(), name=draft.name)
    await tx.session.execute(insert(networks).values(account_id=caller.account_id, id=thing.id))
    await asyncio.sleep(0)  # lets others in
    if draft.name == "refused":
        raise Conflict("Not this one")
    response.headers["Location"], response.headers["ETag"] = f"{THINGS}/{thing.id}", '"1"'
    response.headers["X-Other"] = "not kept"
    return thing


@router.post("/keys", status_code=201)
async def create_key(request: Request, caller: ByCaller, tx: InTx) -> dict[str, str]:
    """Its answer holds a secret."""
    key_id = new_id()
    await tx.session.execute(insert(networks).values(account_id=caller.account_id, id=key_id))
    withhold_answer(request, key_id)
    return {"id": str(key_id), "key": "s3cret-key-of-the-answer"}


@router.post("/orphans", status_code=201)
async def create_orphan(tx: InTx) -> None:
    """Its constraint is checked only at the commit, when the route has long returned."""
    await tx.session.execute(text("INSERT INTO child VALUES (1)"))


@router.get("/refused/{why}")
async def refuse(why: str) -> None:
    """Raises what it is told to."""
    raise REFUSALS[why]


@router.get("/count")
async def count_things(tx: InRead) -> dict[str, Any]:
    """How many effects there were."""
    return {"count": await tx.session.scalar(select(func.count()).select_from(networks))}


@router.put("/{thing_id}")
async def put_thing(thing_id: UUID, draft: ThingDraft, tx: InTx) -> dict[str, str]:
    """An effect on another path."""
    return {"id": str(thing_id)}


async def effects(db: Database) -> int:
    async with db.read() as tx:
        return int(await tx.session.scalar(select(func.count()).select_from(networks)) or 0)
