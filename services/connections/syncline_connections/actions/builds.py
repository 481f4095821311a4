"""How far a build gets: each action is the transaction of one moment of one step."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from syncline_common.db.tx import Tx
from syncline_common.errors import FieldFault
from syncline_common.events.connections import (
    ConnectionCreated,
    ConnectionFailed,
    ConnectionReady,
    EndFacts,
)
from syncline_common.schemas.values import Side
from syncline_connections.actions.askers import ourselves
from syncline_connections.actions.connections import BUILD
from syncline_connections.actions.progress import note
from syncline_connections.domain.build import Build
from syncline_connections.domain.connection import Connection, End
from syncline_connections.domain.draft import Draft
from syncline_connections.domain.lease import Held
from syncline_connections.domain.states import State
from syncline_connections.store.build_store import BuildStore
from syncline_connections.store.connection_store import ConnectionStore
from syncline_connections.store.draft_store import DraftStore

MOST_TRIES = 8  # of one step; then a person decides
MOST_BEGINNINGS = 20  # if whoever begins it dies each time


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a step: what to tell, and what later steps need."""

    message: str | None = None
    found: Mapping[str, Any] = field(default_factory=dict)
    skipped: bool = False


async def begin_step(
    tx: Tx, account_id: UUID, connection_id: UUID, held: Held
) -> tuple[Connection, Build] | None:
    """None if there is nothing to do any more."""
    opened = await _open(tx, account_id, connection_id, held)
    if opened is None:
        return None
    connection, build = opened
    if build.tries >= MOST_BEGINNINGS:
        await _fail(tx, connection, build, "internal", "This step was begun again and again, and never ended")
        return None
    build.begin(await tx.now())
    await note(tx, build)
    return connection, build


async def finish_step(
    tx: Tx,
    account_id: UUID,
    connection_id: UUID,
    held: Held,
    done: Done,
    problems: tuple[FieldFault, ...] = (),
) -> None:
    """What came of a step, its effects and the event that tells of them: together, and only by who holds the build."""
    opened = await _open(tx, account_id, connection_id, held)
    if opened is None or (step := opened[1].step) is None:
        return
    connection, build = opened
    found = {name: it for name, it in done.found.items() if name != "document"}
    build.finish(await tx.now(), done.message, found, skipped=done.skipped)
    if step.key == "register_nodes":
        await _both_known(tx, connection, build)
    elif step.key == "create_connection":
        await _first_draft(tx, connection, done.found["document"], problems)
    elif step.key == "finalize":
        await _ready(tx, connection, build)
    _give_back(build)
    await note(tx, build)
    tx.ring(BUILD)


async def fail_step(
    tx: Tx, account_id: UUID, connection_id: UUID, held: Held, code: str, message: str
) -> None:
    opened = await _open(tx, account_id, connection_id, held)
    if opened is not None:
        await _fail(tx, *opened, code, message)


async def postpone_step(
    tx: Tx, account_id: UUID, connection_id: UUID, held: Held, code: str, message: str
) -> None:
    """Who did not answer may do so later, but not for ever."""
    opened = await _open(tx, account_id, connection_id, held)
    if opened is None:
        return
    connection, build = opened
    if build.tries >= MOST_TRIES:
        await _fail(tx, connection, build, code, message)
        return
    build.wait(await tx.now(), f"{message}. Trying again")
    _give_back(build)
    await note(tx, build)


async def _open(tx: Tx, account_id: UUID, connection_id: UUID, held: Held) -> tuple[Connection, Build] | None:
    """Both locked, the connection first, as everybody does; None if it isn't ours to do any more."""
    store = ConnectionStore(tx, ourselves(account_id))
    connection = await store.find(connection_id, for_change=True)
    if connection is None:
        return None
    build = await BuildStore(tx, account_id).get(connection_id, for_change=True)
    mine = (build.lease_owner, build.lease_epoch) == (held.owner, held.epoch)
    if not mine or build.step is None:
        return None
    if connection.state is not State.BUILDING:  # it is being deleted
        build.due_at = None
        return None
    return connection, build


def _give_back(build: Build) -> None:
    build.lease_owner, build.lease_until = None, None


async def _fail(tx: Tx, connection: Connection, build: Build, code: str, message: str) -> None:
    step = build.step
    assert step is not None
    build.fail(await tx.now(), message)
    _give_back(build)
    connection.move(State.BUILD_FAILED)
    await note(tx, build)
    ids = {"account_id": connection.account_id, "network_id": connection.network_id}
    await tx.publish(
        ConnectionFailed(**ids, connection_id=connection.id, stage="build", cause=code, step=step.key)
    )


async def _both_known(tx: Tx, connection: Connection, build: Build) -> None:
    """From now on both systems are in use, and the tickets have done their work."""
    for side in Side:
        node = build.found["nodes"][side.value]
        system_id, node_id = UUID(node["system_id"]), UUID(node["node_id"])
        connection.know(side, system_id, node_id, node["name"])
        build.forget_ticket(side, system_id)
    await tx.publish(ConnectionCreated(**_told(connection)))


async def _first_draft(
    tx: Tx, connection: Connection, document: dict[str, Any], problems: tuple[FieldFault, ...]
) -> None:
    store = DraftStore(tx, connection)
    if await store.find() is None:
        draft = Draft(connection.account_id, connection.id, document, await tx.now())
        draft.judge(problems)
        await store.add(draft)


async def _ready(tx: Tx, connection: Connection, build: Build) -> None:
    connection.move(State.READY_TO_CONFIGURE)
    await BuildStore(tx, connection.account_id).learn(tx, build.took())
    await tx.publish(ConnectionReady(**_told(connection)))


def _told(connection: Connection) -> dict[str, Any]:
    return {
        "account_id": connection.account_id,
        "network_id": connection.network_id,
        "connection_id": connection.id,
        "a": end_facts(connection.a),
        "b": end_facts(connection.b),
    }


def end_facts(end: End) -> EndFacts:
    return EndFacts.model_validate(end)
