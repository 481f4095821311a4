"""/connections/v1/connections/{id}/build"""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from syncline_common.api.auth import ByCaller
from syncline_common.api.drafts import Draft
from syncline_common.api.problems import problems
from syncline_common.api.sse import LastEventId, follow
from syncline_common.api.transactions import InRead, InTx, routes
from syncline_common.errors import InvalidTransition, NotFound
from syncline_common.schemas.values import Side
from syncline_connections.actions import connections as actions
from syncline_connections.actions.progress import BELL, shown
from syncline_connections.api.ends import NotAnswered, Proof
from syncline_connections.api.views import BuildView, ConnectionView
from syncline_connections.domain.connection import Connection
from syncline_connections.domain.states import State, require_move
from syncline_connections.domain.wanted import EndWanted
from syncline_connections.own import ByDatabase, ByRegistry
from syncline_connections.store.build_store import BuildStore
from syncline_connections.store.connection_store import ConnectionStore
from syncline_connections.work.renewing import renewed

router = routes("/connections/v1/connections/{connection_id}/build", "builds")


class Retry(Draft):
    """Tickets end after half an hour, so a retry takes fresh ones; what is left out stays as it was."""

    a: Proof | None = None
    b: Proof | None = None


async def _fresh(
    connection_id: UUID,
    caller: ByCaller,
    registry: ByRegistry,
    database: ByDatabase,
    not_answered: NotAnswered,
    retry: Retry | None = None,
) -> dict[str, Any]:
    async with database.read() as tx:
        connection = await ConnectionStore(tx, caller).get(connection_id)
    caller.change(connection.network_id)
    if retry is None or not not_answered:
        return {}
    require_move(connection.state, State.BUILDING)
    proofs = {Side.A: retry.a, Side.B: retry.b}
    given = {
        side: EndWanted(None, None, None, *it.secrets()) for side, it in proofs.items() if it is not None
    }
    return await renewed(registry, caller, connection, given)


@router.get("", response_model=BuildView, responses=problems(NotFound))
async def get_build(connection_id: UUID, caller: ByCaller, tx: InRead) -> Any:
    """How far it is: every step with its status, and an estimate of the seconds left."""
    await ConnectionStore(tx, caller).get(connection_id)
    store = BuildStore(tx, caller.account_id)
    return shown(await store.get(connection_id), await tx.now(), await store.usual())


async def _start(connection_id: UUID, caller: ByCaller, tx: InRead, last_event_id: LastEventId = None) -> int:
    await ConnectionStore(tx, caller).get(connection_id)
    newest = (await BuildStore(tx, caller.account_id).get(connection_id)).position
    return newest - 1 if last_event_id is None else min(int(last_event_id), newest)


@router.get(
    "/stream",
    response_class=EventSourceResponse,
    responses=problems(NotFound),
    summary="Follow a build",
)
async def stream_build(
    connection_id: UUID, request: Request, caller: ByCaller, start: Annotated[int, Depends(_start)]
) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events: `data` is the build as `GET /build` shows it, `id` what to send back as `Last-Event-ID`.

    Without that header it starts with what the build looks like now. A comment every 15 seconds shows that the line
    is alive. It goes on after the build has ended, since a build that failed may be retried.
    """
    home = request.app.state.home

    async def fetch(position: int) -> Sequence[Any]:
        async with home.database.read() as tx:
            return await BuildStore(tx, caller.account_id).after(connection_id, position)

    bell = (home.database.bells, BELL)
    async for event in follow(fetch, _show, after=start, bell=bell, ended=lambda: home.closing):
        yield event


@router.post(
    "/retry",
    response_model=ConnectionView,
    status_code=202,
    responses=problems(NotFound, InvalidTransition),
)
async def retry_build(
    connection_id: UUID, fresh: Annotated[dict[str, Any], Depends(_fresh)], caller: ByCaller, tx: InTx
) -> Connection:
    """Go on with the step that failed. What was made is kept: no retry makes a second system, node or connection."""
    connection, _ = await actions.retry_build(tx, caller, connection_id, fresh)
    return connection


def _show(row: Any) -> ServerSentEvent:
    return ServerSentEvent(event="build", data=row.body, id=str(row.position))
