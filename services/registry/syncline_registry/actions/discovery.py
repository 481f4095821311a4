"""What a person chooses from in a system: its projects, record types, their fields, its people. Kept for a while."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from syncline_common.configuration.conditions import Scope
from syncline_common.db.tx import Database
from syncline_common.errors import NotFound, NotSuchSystem, RateLimited, TooManyRequests
from syncline_common.schemas.caller import Caller
from syncline_common.sdk.ports import Counted, Surveyor
from syncline_registry.actions.nodes import open_node, opened
from syncline_registry.own import Own
from syncline_registry.probing.prober import asked
from syncline_registry.store.discovery_store import DiscoveryStore, Items, argument_of, as_items
from syncline_registry.store.node_store import NodeStore
from syncline_registry.store.system_store import NOT_THERE, SystemStore

T = TypeVar("T")
BUSY = "Too much was asked of this system just now"
NOTHING = "The system knows no {what} for this"


@dataclass(frozen=True, slots=True)
class Question:
    what: str
    stream: str | None = None
    project: str | None = None
    text: str | None = None

    @property
    def argument(self) -> str:
        """What tells it from others of its kind."""
        return argument_of(self.stream, self.project, self.text)

    async def put_to(self, surveyor: Surveyor) -> Sequence[Any]:
        match self.what:
            case "projects":
                return await surveyor.projects()
            case "streams":
                return await surveyor.streams(self.project)
            case "fields":
                return await surveyor.fields(self.stream or "", self.project)
        return await surveyor.people(self.text or "", self.project)


async def discover_as(
    db: Database, own: Own, caller: Caller, at: tuple[UUID, UUID | None], question: Question, *, refresh: bool
) -> Items:
    """For a person: `at` is a system, and one of their networks if they say so."""
    system_id, network_id = at
    async with db.read() as tx:
        there = await SystemStore(tx, caller).get(system_id)
    node = there.best() if network_id is None else there.node_in(network_id)
    if node is None:
        raise NotFound(NOT_THERE)
    return await discover(db, own, caller.account_id, node.id, question, refresh=refresh)


async def discover_at(
    db: Database, own: Own, at: tuple[UUID, UUID, UUID], question: Question, *, refresh: bool
) -> Items:
    """For one of our own services: `at` is an account, a network and a system."""
    account_id, network_id, system_id = at
    async with db.read() as tx:
        node = await NodeStore(tx, account_id).in_network(system_id, network_id)
    return await discover(db, own, account_id, node.id, question, refresh=refresh)


async def count_at(db: Database, own: Own, at: tuple[UUID, UUID, UUID], scope: Scope) -> Counted:
    """For one of our own services: how many records a flow's end has. Never kept, and asked within the probes' budget."""
    account_id, network_id, system_id = at
    async with db.read() as tx:
        node = await NodeStore(tx, account_id).in_network(system_id, network_id)
        it = await open_node(tx, own, account_id, node.id)
    return await _put(
        opened(db, own, it).surveyor().count(scope.stream, scope.projects, scope.conditions), "records"
    )


async def _put(question: Awaitable[T], what: str) -> T:
    try:
        return await asked(question)
    except NotSuchSystem as error:
        raise NotFound(NOTHING.format(what=what), detail=error.detail) from None
    except RateLimited as error:
        raise TooManyRequests(BUSY, retry_after=error.retry_after or 30.0) from None


async def discover(
    db: Database, own: Own, account_id: UUID, node_id: UUID, question: Question, *, refresh: bool = False
) -> Items:
    async with db.read() as tx:
        kept = await DiscoveryStore(tx, account_id, node_id).get(question.what, question.argument)
        if kept is not None and not refresh:
            return kept
        it = await open_node(tx, own, account_id, node_id)
    items = as_items(await _put(question.put_to(opened(db, own, it).surveyor()), question.what))
    async with db.begin() as tx:
        await DiscoveryStore(tx, account_id, node_id).put(question.what, question.argument, items)
    return items
