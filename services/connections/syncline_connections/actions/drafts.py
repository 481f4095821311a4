"""What people do with a connection's draft, and what makes it a version."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from syncline_common.audit.log import record
from syncline_common.configuration.identifiers import has_ids, with_ids
from syncline_common.db.tx import Tx
from syncline_common.errors import FieldFault
from syncline_common.events.connections import ConnectionPublished
from syncline_common.schemas.caller import Caller
from syncline_common.schemas.values import Side
from syncline_common.schemas.versions import require_version
from syncline_connections.actions.builds import end_facts
from syncline_connections.domain.connection import Connection
from syncline_connections.domain.differences import same
from syncline_connections.domain.draft import Draft, Version
from syncline_connections.drafting.recognising import with_known_ids
from syncline_connections.drafting.surroundings import wanted_in
from syncline_connections.store.connection_store import ConnectionStore
from syncline_connections.store.draft_store import DraftStore


async def save_draft(
    tx: Tx,
    caller: Caller,
    connection_id: UUID,
    document: dict[str, Any],
    problems: Sequence[FieldFault],
    *,
    seen: int | None,
) -> Draft:
    """As it is, right or wrong; the connection's state follows. An autosave is not audited, publishing is."""
    connection, draft = await _opened(tx, caller, connection_id)
    require_version(seen, draft.revision)
    known = with_known_ids(document, draft.document)
    if not has_ids(known):  # only then does it matter which were ever given
        known = with_ids(known, [draft.document, *await DraftStore(tx, connection).documents()])
    draft.save(known, await tx.now())
    await _judged(tx, connection, draft, problems)
    return draft


async def judge_draft(
    tx: Tx, caller: Caller, connection_id: UUID, revision: int, problems: Sequence[FieldFault]
) -> Draft:
    """Of the revision that was looked at. If it was saved meanwhile, whoever saved it has judged it."""
    connection, draft = await _opened(tx, caller, connection_id)
    if draft.revision == revision:
        await _judged(tx, connection, draft, problems)
    return draft


async def restore_version(
    tx: Tx, caller: Caller, connection_id: UUID, number: int, problems: Sequence[FieldFault]
) -> Draft:
    """Copies an earlier version into the draft; what was in it is gone, what is published stays."""
    connection, draft = await _opened(tx, caller, connection_id)
    version = await DraftStore(tx, connection).version(number)
    draft.save(version.document, await tx.now())
    await _judged(tx, connection, draft, problems)
    await _record(tx, caller, "version.restored", connection, None, {"version": number})
    return draft


async def publish_draft(
    tx: Tx, caller: Caller, connection_id: UUID, revision: int, problems: Sequence[FieldFault]
) -> Connection:
    """All flows and directions at once, or nothing. What is published already is not published again."""
    connection, draft = await _opened(tx, caller, connection_id)
    require_version(revision, draft.revision)
    draft.judge(problems)
    store, before = DraftStore(tx, connection), connection.published_version
    current = None if before is None else await store.version(before)
    if current is not None and same(current.document, draft.document) and not problems:
        return connection
    number = (before or 0) + 1
    connection.publish(number, *problems)
    await store.publish(Version(number, draft.document, await tx.now(), caller.name or caller.kind))
    await tx.publish(published(connection, draft.document))
    was = None if current is None else {"version": before, "configuration": current.document}
    is_now = {"version": number, "configuration": draft.document}
    await _record(tx, caller, "connection.published", connection, was, is_now)
    return connection


def published(connection: Connection, document: dict[str, Any]) -> ConnectionPublished:
    """What a worker needs to begin; the document itself it fetches."""
    assert connection.published_version is not None
    state = connection.state.value
    return ConnectionPublished(
        account_id=connection.account_id,
        network_id=connection.network_id,
        connection_id=connection.id,
        configuration_version=connection.published_version,
        a=end_facts(connection.a),
        b=end_facts(connection.b),
        schedule=document.get("schedule") or {},
        state="paused" if state == "paused" else "error" if state == "error" else "active",
        projects={"a": _projects(document, Side.A), "b": _projects(document, Side.B)},
    )


def _projects(document: dict[str, Any], side: Side) -> list[str]:
    return sorted({name for names in wanted_in(document, side).values() for name in names})


async def _opened(tx: Tx, caller: Caller, connection_id: UUID) -> tuple[Connection, Draft]:
    """Both locked, the connection first."""
    connection = await ConnectionStore(tx, caller).get(connection_id, for_change=True)
    caller.change(connection.network_id)
    connection.require_built()
    return connection, await DraftStore(tx, connection).get(for_change=True)


async def _judged(tx: Tx, connection: Connection, draft: Draft, problems: Sequence[FieldFault]) -> None:
    was_valid = draft.valid
    draft.judge(problems)
    if draft.tested_by_run is None or not draft.valid or not was_valid:
        connection.drafted(valid=draft.valid)
    await tx.session.flush()


async def _record(
    tx: Tx,
    caller: Caller,
    action: str,
    connection: Connection,
    before: dict[str, Any] | None,
    after: dict[str, Any],
) -> None:
    it, network = connection.id, connection.network_id
    await record(
        tx, caller, action, noun="connection", noun_id=it, network_id=network, before=before, after=after
    )
