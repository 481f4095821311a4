"""What a file would change, found out before any transaction begins: plan says it, apply does it."""

from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from syncline_common.configuration.identifiers import with_ids
from syncline_common.connectors.addresses import recognise
from syncline_common.db.tx import Database
from syncline_common.errors import FieldFault, Invalid
from syncline_common.schemas.caller import Caller
from syncline_common.schemas.values import Side
from syncline_connections.actions.connections import Wanted
from syncline_connections.domain.connection import Connection
from syncline_connections.domain.differences import Difference, differences, same
from syncline_connections.domain.draft import Draft
from syncline_connections.drafting.files import ConnectionFile, SystemInFile
from syncline_connections.drafting.judging import Judged
from syncline_connections.drafting.recognising import with_known_ids
from syncline_connections.registry import Registry
from syncline_connections.store.connection_store import ConnectionStore
from syncline_connections.store.draft_store import DraftStore
from syncline_connections.work.preparing import prepare
from syncline_connections.work.weighing import weigh


@dataclass(frozen=True, slots=True)
class Planned:
    """A difference between a file and what is there, and all that is needed to make it so."""

    action: Literal["create", "update", "nothing"]
    connection_id: UUID | None
    differences: list[Difference]
    publishes: bool
    judged: Judged
    description: str
    document: dict[str, Any]
    wanted: Wanted | None = None  # of a new one
    revision: int = 0  # of the draft that was compared
    needs_credentials: list[str] = field(default_factory=list)  # sides that are new, and given without


async def plan(
    db: Database, registry: Registry, caller: Caller, file: ConnectionFile, *, publish: bool, applying: bool
) -> Planned:
    network_id = await _network(registry, caller, file)
    found = await _existing(db, caller, network_id, file)
    if found is None:
        return await _new(registry, caller, network_id, file, applying=applying)
    return await _changed(db, registry, *found, file, publish=publish)


async def _network(registry: Registry, caller: Caller, file: ConnectionFile) -> UUID:
    """One that was not granted is as unknown as one that is not there."""
    for it in await registry.networks(caller.account_id):
        granted = caller.network_ids is None or it.id in caller.network_ids
        if granted and it.name.casefold() == file.network.casefold():
            return it.id
    message = f"There is no network named {file.network}"
    raise Invalid(message, FieldFault("/network", message))


async def _existing(
    db: Database, caller: Caller, network_id: UUID, file: ConnectionFile
) -> tuple[Connection, Draft] | None:
    """The connection of this name between these systems; their order in the file has to be the one it has."""
    urls = [_canonical(file.a, Side.A), _canonical(file.b, Side.B)]
    async with db.read() as tx:
        connection = await ConnectionStore(tx, caller).named(file.name, *urls)
        if connection is None or connection.network_id != network_id:
            return None
        draft = await DraftStore(tx, connection).get()
    if connection.a.url != urls[0]:
        message = "This connection has its sides the other way round"
        raise Invalid(message, FieldFault("/a/url", message, "Exchange a and b, and all that speaks of them"))
    if connection.template != file.template:
        message = f"This connection was made from the template {connection.template}, which stays"
        raise Invalid(message, FieldFault("/template", message))
    return connection, draft


def _canonical(end: SystemInFile, side: Side) -> str:
    found = recognise(end.url, end.kind)
    if found.canonical is None or found.kind is None:
        raise Invalid(found.message, FieldFault(f"/{side}/url", found.message))
    return found.canonical


async def _new(
    registry: Registry, caller: Caller, network_id: UUID, file: ConnectionFile, *, applying: bool
) -> Planned:
    """What both systems say to its configuration is known only when they are registered."""
    document = with_ids(dict(file.configuration))
    wanted, needs = None, list[str]()
    if applying:
        facts = {"name": file.name, "description": file.description, "template": file.template}
        ends = {"a": file.a.wanted(), "b": file.b.wanted()}
        wanted = await prepare(registry, caller, network_id, ends, **facts, initial=document)
    else:
        both = ((Side.A, file.a), (Side.B, file.b))
        needs = [side.value for side, end in both if await _needs_proof(registry, caller, network_id, end)]
    told = [Difference("", "added", None, {"name": file.name, "configuration": document})]
    what = (told, False, Judged(()), file.description, document)
    return Planned("create", None, *what, wanted, needs_credentials=needs)


async def _needs_proof(registry: Registry, caller: Caller, network_id: UUID, end: SystemInFile) -> bool:
    if end.ticket is not None or end.auth is not None:
        return False
    given = {"url": end.url} | ({} if end.kind is None else {"kind": end.kind})
    try:
        await registry.end(caller, network_id, given)
    except Invalid as refused:
        if [it.pointer for it in refused.faults] != ["/ticket"]:
            raise
        return True
    return False


async def _changed(
    db: Database,
    registry: Registry,
    connection: Connection,
    draft: Draft,
    file: ConnectionFile,
    *,
    publish: bool,
) -> Planned:
    async with db.read() as tx:
        store = DraftStore(tx, connection)
        earlier = await store.listed(after=None, limit=100_000)
    document = with_known_ids(dict(file.configuration), draft.document)
    document = with_ids(document, [draft.document, *(it.document for it in earlier)])
    weighed = await weigh(registry, connection, document)
    before = {"description": connection.description, "configuration": draft.document}
    after = {"description": file.description, "configuration": document}
    told = differences(before, after)
    publishes = publish and not (earlier and same(earlier[0].document, document))
    return Planned(
        "update" if told or publishes else "nothing",
        connection.id,
        told,
        publishes,
        weighed.judged,
        file.description,
        document,
        revision=draft.revision,
    )
