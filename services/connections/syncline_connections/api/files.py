"""Configuration as code: /connections/v1/connections/{id}/export, /connections/v1/plan, /connections/v1/apply"""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from syncline_common.api.auth import ByCaller
from syncline_common.api.problems import problems
from syncline_common.api.transactions import InTx, routes
from syncline_common.errors import InvalidTransition, NameTaken, NotFound, Stale
from syncline_connections.actions.applying import apply_file
from syncline_connections.actions.connections import create_connection
from syncline_connections.api.ends import NotAnswered
from syncline_connections.api.views import ConnectionView, DifferenceView, ProblemView, View
from syncline_connections.drafting.files import file_schema, parsed, written
from syncline_connections.own import ByDatabase, ByRegistry
from syncline_connections.store.connection_store import ConnectionStore
from syncline_connections.store.draft_store import DraftStore
from syncline_connections.work.applying import Planned, plan

router = routes("/connections/v1", "configuration as code")
SCHEMA = {"schema": file_schema()}
BODY = {
    "requestBody": {"required": True, "content": {"application/yaml": SCHEMA, "application/json": SCHEMA}}
}
YAML: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/yaml": {"schema": {"type": "string"}}}}
}
Publish = Annotated[bool, Query(description="Also publish it, if it differs from what is published.")]


class PlanView(View):
    """`differences` point into the file. Sides in `needs_credentials` are new and have to be given a ticket, or auth."""

    action: Literal["create", "update", "nothing"]
    connection_id: UUID | None
    differences: list[DifferenceView]
    publishes: bool
    valid: bool
    problems: list[ProblemView]
    unchecked: dict[Literal["a", "b"], str]
    needs_credentials: list[Literal["a", "b"]]


class AppliedView(View):
    """A new connection is built first and has its configuration then; it is published by a second call."""

    action: Literal["create", "update", "nothing"]
    connection: ConnectionView


@router.get(
    "/connections/{connection_id}/export",
    response_class=Response,
    responses=problems(NotFound) | YAML,
    summary="A connection as a file",
)
async def export_connection(
    connection_id: UUID,
    caller: ByCaller,
    database: ByDatabase,
    registry: ByRegistry,
    version: Annotated[
        int | None, Query(ge=1, le=2_000_000_000, description="A published one; without, the draft.")
    ] = None,
) -> Response:
    """YAML that `plan` and `apply` read; it holds no secret."""
    async with database.read() as tx:
        connection = await ConnectionStore(tx, caller).get(connection_id)
        store = DraftStore(tx, connection)
        document = (
            (await store.get()).document if version is None else (await store.version(version)).document
        )
    names = {it.id: it.name for it in await registry.networks(caller.account_id)}
    facts = {
        "network": names.get(connection.network_id, str(connection.network_id)),
        "name": connection.name,
        "description": connection.description,
        "template": connection.template,
        "a": {"url": connection.a.url, "kind": connection.a.kind},
        "b": {"url": connection.b.url, "kind": connection.b.kind},
        "configuration": document,
    }
    return Response(written(facts), media_type="application/yaml")


async def _planned(
    request: Request, caller: ByCaller, database: ByDatabase, registry: ByRegistry, publish: Publish = False
) -> Planned:
    file = parsed(await request.body())
    return await plan(database, registry, caller, file, publish=publish, applying=False)


async def _to_apply(
    request: Request,
    caller: ByCaller,
    database: ByDatabase,
    registry: ByRegistry,
    not_answered: NotAnswered,
    publish: Publish = False,
) -> Planned | None:
    if not not_answered:
        return None
    file = parsed(await request.body())
    return await plan(database, registry, caller, file, publish=publish, applying=True)


@router.post("/plan", response_model=PlanView, responses=problems(NotFound), openapi_extra=BODY)
async def plan_file(planned: Annotated[Planned, Depends(_planned)]) -> Any:
    """What applying this file would change. Nothing is changed by asking."""
    judged = planned.judged
    return {
        "action": planned.action,
        "connection_id": planned.connection_id,
        "differences": planned.differences,
        "publishes": planned.publishes,
        "valid": not judged.problems,
        "problems": judged.problems,
        "unchecked": judged.unchecked,
        "needs_credentials": planned.needs_credentials,
    }


@router.post(
    "/apply",
    response_model=AppliedView,
    responses=problems(NotFound, NameTaken, Stale, InvalidTransition),
    openapi_extra=BODY,
)
async def apply(planned: Annotated[Planned | None, Depends(_to_apply)], caller: ByCaller, tx: InTx) -> Any:
    """Make it so: the connection is made, or its description and draft become what the file says."""
    assert planned is not None
    if planned.wanted is not None:
        return {"action": "create", "connection": await create_connection(tx, caller, planned.wanted)}
    assert planned.connection_id is not None
    connection = await apply_file(
        tx,
        caller,
        planned.connection_id,
        description=planned.description,
        document=planned.document,
        problems=planned.judged.problems,
        revision=planned.revision,
        publish=planned.publishes,
    )
    return {"action": planned.action, "connection": connection}
