"""Before a connection is made: its systems looked up and its secrets exchanged, while no transaction is open."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from syncline_common.connectors.catalogue import MANIFESTS
from syncline_common.errors import FieldFault, Invalid
from syncline_common.schemas.caller import Caller
from syncline_common.schemas.values import Side
from syncline_connections.actions.connections import Wanted
from syncline_connections.domain.connection import End
from syncline_connections.domain.wanted import EndWanted
from syncline_connections.registry import FoundEnd, Registry


async def prepare(
    registry: Registry,
    caller: Caller,
    network_id: UUID,
    ends: Mapping[str, EndWanted],
    **facts: Any,
) -> Wanted:
    """Nothing is registered yet: whoever is refused here leaves no trace but a ticket that ends by itself."""
    caller.change(network_id)
    given = {side: await exchange(registry, caller, network_id, ends[side.value], side) for side in Side}
    found = {side: await _found(registry, caller, network_id, given[side], side) for side in Side}
    _require_two(found[Side.A], found[Side.B])
    a, b = (_end(found[side]) for side in Side)
    return Wanted(
        network_id=network_id,
        a=a,
        b=b,
        ends={side.value: _kept(given[side], found[side]) for side in Side},
        **facts,
    )


async def exchange(
    registry: Registry, caller: Caller, network_id: UUID, end: EndWanted, side: Side
) -> dict[str, str]:
    """What the registry is told of a side; a raw secret goes no further than this."""
    if end.system_id is not None:
        return {"system_id": str(end.system_id)}
    assert end.url is not None
    given = {"url": end.url, "kind": end.kind, "ticket": end.ticket}
    if end.auth is not None:
        with pointing_at(side):
            ticket = await registry.ticket(caller, network_id, end.url, end.kind, end.auth)
        given = {"url": ticket.url, "kind": ticket.kind, "ticket": ticket.ticket}
    return {name: it for name, it in given.items() if it is not None}


@contextmanager
def pointing_at(side: Side) -> Iterator[None]:
    """The registry points into what it was sent; we point into what we were sent."""
    try:
        yield
    except Invalid as refused:
        faults = [FieldFault(f"/{side}{it.pointer}", it.message, it.fix) for it in refused.faults]
        refused.faults = tuple(faults)
        raise


async def _found(
    registry: Registry, caller: Caller, network_id: UUID, given: Mapping[str, str], side: Side
) -> FoundEnd:
    with pointing_at(side):
        return await registry.end(caller, network_id, given)


def _require_two(a: FoundEnd, b: FoundEnd) -> None:
    """Two projects of one system may be connected, where systems have projects."""
    if a.url == b.url and not MANIFESTS[a.kind].projects:
        message = f"Both sides are the same system, and {MANIFESTS[a.kind].label} has no projects to connect"
        raise Invalid(message, FieldFault("/b", message, "Choose another system for one of the sides"))


def _end(found: FoundEnd) -> End:
    """What isn't in this network yet joins it during the build, not before."""
    known = (found.system_id, found.node_id) if found.state == "in_network" else (None, None)
    return End(found.url, found.kind, found.name, *known)


def _kept(given: Mapping[str, str], found: FoundEnd) -> dict[str, str]:
    """With the spelling and the kind that the registry settled on."""
    if "ticket" not in given:
        return {"system_id": str(found.system_id)}
    return {**given, "url": found.url, "kind": found.kind}
