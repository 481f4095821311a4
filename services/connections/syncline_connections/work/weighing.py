"""Asks both systems what they have to say to a configuration, before the transaction that keeps it begins."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from syncline_common.errors import Unavailable
from syncline_common.schemas.values import Side
from syncline_connections.domain.connection import Connection
from syncline_connections.drafting.judging import Judged, problems_in
from syncline_connections.drafting.kept import DOUBTED, Facts, KeptFacts
from syncline_connections.drafting.surroundings import Place


@dataclass(frozen=True, slots=True)
class Weighed:
    """A configuration, what is wrong with it, and who could not be asked."""

    document: dict[str, Any]
    judged: Judged

    def require_checked(self) -> None:
        """What could not be asked about can't be published."""
        if self.judged.unchecked:
            raise Unavailable("; ".join(self.judged.unchecked.values()))


def places_of(connection: Connection) -> Mapping[Side, Place]:
    connection.require_built()
    return {side: _place(connection, side) for side in Side}


async def weigh(registry: Facts, connection: Connection, document: dict[str, Any]) -> Weighed:
    return Weighed(document, await problems_in(registry, places_of(connection), document))


async def weigh_lately(kept: KeptFacts, connection: Connection, document: dict[str, Any]) -> Weighed:
    """By what the systems had moments ago; if something seems to be wrong, they may have got it meanwhile."""
    weighed = await weigh(kept.within(kept.longest), connection, document)
    if weighed.judged.problems:
        return await weigh(kept.within(DOUBTED), connection, document)
    return weighed


def _place(connection: Connection, side: Side) -> Place:
    end = connection.end(side)
    assert end.system_id is not None
    return Place(connection.account_id, connection.network_id, end.system_id, end.kind, end.name)
