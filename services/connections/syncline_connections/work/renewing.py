"""Fresh credentials for a build that is retried: for a system that is registered by now they become its node's."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from syncline_common.schemas.caller import Caller
from syncline_common.schemas.values import Side
from syncline_connections.domain.connection import Connection
from syncline_connections.domain.wanted import EndWanted
from syncline_connections.registry import Registry
from syncline_connections.work.preparing import exchange, pointing_at


async def renewed(
    registry: Registry, caller: Caller, connection: Connection, given: Mapping[Side, EndWanted]
) -> dict[str, Any]:
    """What the build goes on with, by side: nothing for those whose node has been given the credentials just now."""
    ends = dict[str, Any]()
    for side, proof in given.items():
        end, network = connection.end(side), connection.network_id
        if end.system_id is not None:
            with pointing_at(side):
                await registry.renew(caller, network, end.system_id, _proof(proof))
        else:
            named = replace(proof, url=end.url, kind=end.kind)
            ends[side.value] = await exchange(registry, caller, network, named, side)
    return ends


def _proof(given: EndWanted) -> dict[str, Any]:
    return {"ticket": given.ticket} if given.auth is None else {"auth": dict(given.auth)}
