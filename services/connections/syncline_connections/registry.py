"""What this service asks the registry: about systems, and to make them known. No secret but a ticket passes here twice."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from syncline_common.clients.registry_systems import (
    Checked,
    Configured,
    Counted,
    EndGiven,
    FoundEnd,
    NetworkName,
    Registered,
    Ticket,
)
from syncline_common.configuration.conditions import Scope
from syncline_common.configuration.facts import FieldFacts, StreamFacts
from syncline_common.schemas.caller import Caller


class Registry(Protocol):
    """Raises DomainErrors as the registry answered them, and RemoteErrors when it or the system did not answer."""

    async def ticket(
        self, caller: Caller, network_id: UUID, url: str, kind: str | None, auth: Mapping[str, str]
    ) -> Ticket: ...

    async def end(self, caller: Caller, network_id: UUID, end: EndGiven) -> FoundEnd: ...

    async def check(self, caller: Caller, network_id: UUID, end: EndGiven) -> Checked: ...

    async def register(self, caller: Caller, network_id: UUID, end: EndGiven, key: str) -> Registered:
        """System and node are made at most once, whatever is repeated; a ticket's secret becomes the node's."""

    async def renew(
        self, caller: Caller, network_id: UUID, system_id: UUID, proof: Mapping[str, Any]
    ) -> None:
        """Another credential for a node that is there, `{ticket}` or `{auth}`; checked before it counts."""

    async def configure(self, account_id: UUID, node_id: UUID) -> Configured: ...

    async def streams(self, account_id: UUID, network_id: UUID, system_id: UUID) -> Sequence[StreamFacts]: ...

    async def fields(
        self, account_id: UUID, network_id: UUID, system_id: UUID, stream: str, project: str | None
    ) -> Sequence[FieldFacts]: ...

    async def count(self, place: tuple[UUID, UUID, UUID], scope: Scope) -> Counted: ...

    async def networks(self, account_id: UUID) -> Sequence[NetworkName]: ...

    async def remove(self, account_id: UUID, network_id: UUID, system_id: UUID) -> None:
        """Its node goes, and the system with the last of its nodes; InUse if somebody needs it still."""


__all__ = ["Checked", "Configured", "EndGiven", "FoundEnd", "NetworkName", "Registered", "Registry", "Ticket"]
