"""/connections/v1/connections/{id}/versions, and publishing"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Path, Query, Response

from syncline_common.api.auth import ByCaller
from syncline_common.api.etags import SeenVersion, show_etag
from syncline_common.api.problems import problems
from syncline_common.api.transactions import InRead, InTx, routes
from syncline_common.errors import InvalidTransition, NotFound, Stale
from syncline_common.schemas.versions import etag_of
from syncline_connections.actions import drafts as actions
from syncline_connections.api.looking import Looked, looked_at
from syncline_connections.api.views import (
    ConnectionView,
    DifferenceList,
    DraftView,
    VersionList,
    WholeVersionView,
)
from syncline_connections.domain.connection import Connection
from syncline_connections.domain.differences import differences
from syncline_connections.domain.draft import Version
from syncline_connections.own import ByDatabase, ByRegistry
from syncline_connections.store.connection_store import ConnectionStore
from syncline_connections.store.draft_store import DraftStore
from syncline_connections.work.weighing import Weighed, weigh

router = routes("/connections/v1/connections/{connection_id}", "versions")
Number = Annotated[int, Path(ge=1, le=2_000_000_000)]
Here = Annotated[Looked, Depends(looked_at)]


async def _weighed(here: Here, registry: ByRegistry) -> Weighed:
    here.require_change()
    return await weigh(registry, here.connection, here.draft().document)


async def _restored(here: Here, registry: ByRegistry, number: Number, database: ByDatabase) -> Weighed:
    here.require_change()
    async with database.read() as tx:
        version = await DraftStore(tx, here.connection).version(number)
    return await weigh(registry, here.connection, version.document)


@router.post(
    "/publish", response_model=ConnectionView, responses=problems(NotFound, InvalidTransition, Stale)
)
async def publish_draft(
    connection_id: UUID,
    here: Here,
    weighed: Annotated[Weighed, Depends(_weighed)],
    caller: ByCaller,
    tx: InTx,
    seen: SeenVersion,
) -> Connection:
    """All flows and directions of the draft take effect at once, as the next version. A draft with problems is refused."""
    weighed.require_checked()
    revision = here.draft().revision if seen is None else seen
    return await actions.publish_draft(tx, caller, connection_id, revision, weighed.judged.problems)


@router.get("/versions", response_model=VersionList, responses=problems(NotFound))
async def list_versions(
    connection_id: UUID,
    caller: ByCaller,
    tx: InRead,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: Annotated[int | None, Query(ge=1, le=2_000_000_000)] = None,
) -> Any:
    """What was published, newest first."""
    connection = await ConnectionStore(tx, caller).get(connection_id)
    found = await DraftStore(tx, connection).listed(after=cursor, limit=limit + 1)
    items = [_shown(connection, it) for it in found[:limit]]
    return {"items": items, "next_cursor": items[-1]["number"] if len(found) > limit else None}


@router.get("/versions/{number}", response_model=WholeVersionView, responses=problems(NotFound))
async def get_version(connection_id: UUID, number: Number, caller: ByCaller, tx: InRead) -> Any:
    """One version with its configuration, which never changes."""
    connection = await ConnectionStore(tx, caller).get(connection_id)
    return _shown(connection, await DraftStore(tx, connection).version(number))


@router.get("/versions/{number}/diff/{other}", response_model=DifferenceList, responses=problems(NotFound))
async def compare_versions(
    connection_id: UUID, number: Number, other: Number, caller: ByCaller, tx: InRead
) -> Any:
    """Field by field, from `number` to `other`; flows and rules are recognised by their ids."""
    store = DraftStore(tx, await ConnectionStore(tx, caller).get(connection_id))
    before, after = await store.version(number), await store.version(other)
    return {"items": differences(before.document, after.document)}


@router.post(
    "/versions/{number}/restore", response_model=DraftView, responses=problems(NotFound, InvalidTransition)
)
async def restore_version(
    connection_id: UUID,
    number: Number,
    weighed: Annotated[Weighed, Depends(_restored)],
    response: Response,
    caller: ByCaller,
    tx: InTx,
) -> Any:
    """Copy an earlier version into the draft. Nothing is published by that."""
    draft = await actions.restore_version(tx, caller, connection_id, number, weighed.judged.problems)
    show_etag(response, draft.revision)
    facts = {"valid": draft.valid, "problems": draft.problems, "unchecked": weighed.judged.unchecked}
    return {
        **facts,
        "configuration": draft.document,
        "etag": etag_of(draft.revision),
        "tested_by_run": draft.tested_by_run,
        "saved_at": draft.saved_at,
    }


def _shown(connection: Connection, version: Version) -> dict[str, Any]:
    return {
        "number": version.number,
        "published_at": version.published_at,
        "published_by": version.published_by,
        "current": version.number == connection.published_version,
        "configuration": version.document,
    }
