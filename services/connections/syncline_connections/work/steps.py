"""What the steps of a build do, while no transaction is open. Each may be done again: it was perhaps interrupted."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from syncline_common.errors import Conflict
from syncline_common.schemas.caller import Caller
from syncline_common.schemas.values import Side
from syncline_connections.actions.builds import Done
from syncline_connections.domain.connection import End
from syncline_connections.drafting.proposing import first_document
from syncline_connections.drafting.surroundings import Place, known_streams
from syncline_connections.registry import Registry


@dataclass(frozen=True, slots=True)
class Ground:
    """What a step may use: the build as it was when the step began."""

    registry: Registry
    caller: Caller
    connection_id: UUID
    network_id: UUID
    template: str
    ends: Mapping[str, Mapping[str, Any]]  # as the registry is told
    sides: Mapping[Side, End]
    initial: dict[str, Any] | None


class StepFailed(Conflict):
    """Nothing that waiting would mend; the code says what is wrong, as the registry named it."""

    def __init__(self, message: str, code: str = "build_failed") -> None:
        super().__init__(message)
        self.code = code


async def validate_credentials(ground: Ground) -> Done:
    """Proved now, with the scope to write; nothing visible is written."""
    told = []
    for side in Side:
        checked = await ground.registry.check(ground.caller, ground.network_id, ground.ends[side.value])
        if not checked.ok:
            said = [f"{it.message}. {it.fix}".removesuffix(" ") for it in checked.problems]
            why = " ".join(said) or "The credentials were not accepted"
            code = checked.problems[0].code if checked.problems else "credential_rejected"
            raise StepFailed(f"{_named(ground, side)}: {why}", code)
        told += [f"{_named(ground, side)}: signed in as {checked.identity}"] if checked.identity else []
    return Done("; ".join(told) or None)


async def check_nodes(ground: Ground) -> Done:
    """Which of the two are members of this network already."""
    found, told = {}, []
    for side in Side:
        end = await ground.registry.end(ground.caller, ground.network_id, ground.ends[side.value])
        found[side.value] = {"state": end.state}
        if end.state == "in_network":
            ids = {"system_id": str(end.system_id), "node_id": str(end.node_id), "name": end.name}
            found[side.value] = {"state": end.state, **ids}
        told.append(f"{end.name}: {'known' if end.state == 'in_network' else 'new'} in this network")
    return Done("; ".join(told), {"nodes": found})


async def register_nodes(ground: Ground, nodes: Mapping[str, Any]) -> Done:
    """At most once, whatever is repeated: the registry knows this build's key, and every address only once."""
    known, told = {}, []
    for side in Side:
        node, end = nodes[side.value], ground.ends[side.value]
        if node["state"] == "in_network":
            known[side.value] = node
            continue
        key = f"{ground.connection_id}/{side}"
        made = await ground.registry.register(ground.caller, ground.network_id, end, key)
        ids = {"system_id": str(made.system_id), "node_id": str(made.node_id), "name": made.name}
        known[side.value] = {"state": "in_network", **ids}
        told.append(f"{made.name}: {'registered' if made.created_system else 'joined the network'}")
    return Done("; ".join(told) or "Both are known already", {"nodes": known}, skipped=not told)


async def configure_nodes(ground: Ground) -> Done:
    """Projects and record types are discovered, the vendor's clock is measured, the marker and webhooks seen to."""
    told = []
    for side in Side:
        node_id = ground.sides[side].node_id
        assert node_id is not None
        found = await ground.registry.configure(ground.caller.account_id, node_id)
        counted = [_counted(found.streams, "record type")]
        counted = [_counted(found.projects, "project"), *counted] if found.projects else counted
        said = [*counted, *found.findings, *([found.webhooks.said] if found.webhooks.said else [])]
        told.append(f"{_named(ground, side)}: {', '.join(said)}")
    return Done("; ".join(told))


async def create_connection(ground: Ground) -> Done:
    """The first draft: what was given, or proposed from what both systems have."""
    if ground.initial is not None:
        return Done("With the configuration that was given", {"document": ground.initial})
    places = {side: place_of(ground, side) for side in Side}
    known = {side: await known_streams(ground.registry, places[side]) for side in Side}
    document = await first_document(ground.registry, places, known, ground.template)
    flows, rules = (len(document["flows"]), sum(len(flow["fields"]) for flow in document["flows"]))
    said = f"{_counted(flows, 'flow')} with {_counted(rules, 'field rule')} proposed"
    return Done(said, {"document": document})


async def finalize(ground: Ground) -> Done:
    """Both ends are asked once more whether they are there: what is called ready is."""
    for side in Side:
        end = {"system_id": str(ground.sides[side].system_id)}
        found = await ground.registry.end(ground.caller, ground.network_id, end)
        if found.state != "in_network":
            raise StepFailed(f"{_named(ground, side)} is no longer a system of this network")
    return Done()


def place_of(ground: Ground, side: Side) -> Place:
    end = ground.sides[side]
    assert end.system_id is not None
    return Place(ground.caller.account_id, ground.network_id, end.system_id, end.kind, end.name)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _named(ground: Ground, side: Side) -> str:
    return ground.sides[side].name or ground.sides[side].url


async def _register(ground: Ground, found: Mapping[str, Any]) -> Done:
    return await register_nodes(ground, found["nodes"])


def _alone(do: Callable[[Ground], Awaitable[Done]]) -> Callable[[Ground, Mapping[str, Any]], Awaitable[Done]]:
    async def do_it(ground: Ground, found: Mapping[str, Any]) -> Done:
        return await do(ground)

    return do_it


DO: Mapping[str, Callable[[Ground, Mapping[str, Any]], Awaitable[Done]]] = {
    "validate_credentials": _alone(validate_credentials),
    "check_nodes": _alone(check_nodes),
    "register_nodes": _register,
    "configure_nodes": _alone(configure_nodes),
    "create_connection": _alone(create_connection),
    "finalize": _alone(finalize),
}
