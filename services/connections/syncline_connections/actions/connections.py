"""What people can do to Connections. Each action is one transaction's worth of work."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from syncline_common.audit.log import record
from syncline_common.db.tx import Tx
from syncline_common.events.connections import ConnectionPaused, ConnectionResumed
from syncline_common.ids import new_id
from syncline_common.schemas.caller import Caller
from syncline_common.schemas.versions import require_version
from syncline_connections.actions.askers import remembered
from syncline_connections.actions.progress import note
from syncline_connections.domain.build import Build
from syncline_connections.domain.connection import Connection, End
from syncline_connections.domain.states import State
from syncline_connections.store.build_store import BuildStore
from syncline_connections.store.connection_store import ConnectionStore

BUILD, DELETION = "build", "deletion"  # bells


@dataclass(frozen=True, slots=True)
class Wanted:
    """A connection as somebody wants it: both systems looked up, secrets exchanged for tickets."""

    network_id: UUID
    name: str
    description: str
    template: str
    a: End
    b: End
    ends: dict[str, Any]  # by side, for the registry
    initial: dict[str, Any] | None = None


async def create_connection(tx: Tx, caller: Caller, wanted: Wanted) -> Connection:
    """It holds its name from now on, and is built by whoever is free."""
    caller.change(wanted.network_id)
    at = await tx.now()
    what = (wanted.network_id, wanted.name, wanted.description, wanted.template, wanted.a, wanted.b)
    connection = Connection(new_id(), caller.account_id, *what, at)
    await ConnectionStore(tx, caller).add(connection)
    owner = (caller.account_id, connection.id, wanted.network_id)
    build = Build(*owner, remembered(caller), wanted.ends, at, initial=wanted.initial)
    await BuildStore(tx, caller.account_id).add(build)
    await note(tx, build)
    tx.ring(BUILD)
    await _record(tx, caller, "connection.created", connection)
    return connection


async def change_connection(
    tx: Tx, caller: Caller, connection_id: UUID, *, seen: int | None, **facts: str
) -> Connection:
    store = ConnectionStore(tx, caller)
    connection = await store.get(connection_id, for_change=True)
    caller.change(connection.network_id)
    require_version(seen, connection.version)
    before = _facts(connection)
    connection.describe(**facts)
    await store.save(connection)
    await _record(tx, caller, "connection.changed", connection, before)
    return connection


async def delete_connection(
    tx: Tx, caller: Caller, connection_id: UUID, *, remove_systems: bool
) -> Connection:
    """Its rows go a moment later. Nothing is deleted in the vendors' systems, ever."""
    store = ConnectionStore(tx, caller)
    connection = await store.get(connection_id, for_change=True)
    caller.change(connection.network_id)
    before = _facts(connection)
    connection.delete(remove_systems=remove_systems)
    await store.save(connection)
    tx.ring(DELETION)
    await _record(tx, caller, "connection.deleted", connection, before)
    return connection


async def pause_connection(tx: Tx, caller: Caller, connection_id: UUID) -> Connection:
    """Changes wait from now on."""
    connection = await _moved(tx, caller, connection_id, State.PAUSED)
    await tx.publish(ConnectionPaused(**_ids(connection)))
    return connection


async def resume_connection(tx: Tx, caller: Caller, connection_id: UUID) -> Connection:
    connection = await _moved(tx, caller, connection_id, State.ACTIVE)
    await tx.publish(ConnectionResumed(**_ids(connection)))
    return connection


async def retry_build(
    tx: Tx, caller: Caller, connection_id: UUID, ends: dict[str, Any]
) -> tuple[Connection, Build]:
    """From the step that failed, with fresh tickets where they are given."""
    connection = await ConnectionStore(tx, caller).get(connection_id, for_change=True)
    caller.change(connection.network_id)
    connection.move(State.BUILDING)
    build = await BuildStore(tx, caller.account_id).get(connection_id, for_change=True)
    build.asker = remembered(caller)
    build.retry(await tx.now(), ends)
    await note(tx, build)
    tx.ring(BUILD)
    it = connection.id
    await record(
        tx,
        caller,
        "build.retried",
        noun="connection",
        noun_id=it,
        network_id=connection.network_id,
        after={"sides": sorted(ends)},
    )
    return connection, build


async def _moved(tx: Tx, caller: Caller, connection_id: UUID, to: State) -> Connection:
    store = ConnectionStore(tx, caller)
    connection = await store.get(connection_id, for_change=True)
    caller.change(connection.network_id)
    before = _facts(connection)
    if to is State.PAUSED:
        connection.pause()
    else:
        connection.resume(await tx.now())
    await store.save(connection)
    await _record(
        tx, caller, f"connection.{'paused' if to is State.PAUSED else 'resumed'}", connection, before
    )
    return connection


async def _record(
    tx: Tx, caller: Caller, action: str, connection: Connection, before: dict[str, str] | None = None
) -> None:
    it, network, after = connection.id, connection.network_id, _facts(connection)
    await record(
        tx, caller, action, noun="connection", noun_id=it, network_id=network, before=before, after=after
    )


def _ids(connection: Connection) -> dict[str, UUID]:
    return {
        "account_id": connection.account_id,
        "network_id": connection.network_id,
        "connection_id": connection.id,
    }


def _facts(connection: Connection) -> dict[str, str]:
    return {
        "name": connection.name,
        "description": connection.description,
        "state": connection.state.value,
        "a": connection.a.url,
        "b": connection.b.url,
    }
