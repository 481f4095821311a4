"""A registry in this process, as strict as the real one: tickets are bound and used up, foreign ids are unknown.

Every call fails if a transaction is open while it is made.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from services.connections.vendors import FIELDS, KINDS, NAMES, STREAMS
from syncline_common.clients.registry_systems import (
    Checked,
    Configured,
    Counted,
    Fault,
    FoundEnd,
    NetworkName,
    Registered,
    Ticket,
)
from syncline_common.configuration.conditions import Scope
from syncline_common.configuration.facts import FieldFacts, StreamFacts
from syncline_common.db.tx import Database
from syncline_common.errors import (
    CheckFailed,
    FieldFault,
    InUse,
    Invalid,
    NotFound,
    SynclineError,
    TicketExpired,
)
from syncline_common.ids import new_id
from syncline_common.schemas.caller import Caller

GOOD = {"scheme": "pat", "token": "right"}
WRONG = Fault(code="credential_rejected", message="The secret was not accepted", fix="Paste it again")


@dataclass
class System:
    id: UUID
    account_id: UUID
    url: str
    nodes: dict[UUID, UUID] = field(default_factory=dict)  # by network


@dataclass
class GivenTicket:
    caller: tuple[UUID, UUID]
    network_id: UUID
    url: str
    right: bool


@dataclass
class FakeRegistry:
    db: Database
    systems: list[System] = field(default_factory=list)
    tickets: dict[str, GivenTicket] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    failing: dict[str, SynclineError] = field(default_factory=dict)
    rejected: set[UUID] = field(default_factory=set)  # nodes whose credential went bad
    used: set[UUID] = field(default_factory=set)  # systems that others use
    named: dict[UUID, dict[UUID, str]] = field(default_factory=dict)  # networks by account
    counted: list[Scope] = field(default_factory=list)
    called: dict[str, dict[str, str]] = field(default_factory=dict)  # what their choices are called now
    dropped: set[str] = field(default_factory=set)  # fields that are no longer there

    async def ticket(
        self, caller: Caller, network_id: UUID, url: str, kind: str | None, auth: Mapping[str, str]
    ) -> Ticket:
        await self._called("ticket")
        canonical = url.lower().rstrip("/")
        if canonical not in KINDS:
            raise Invalid("This is not the address of a system", FieldFault("/url", "unknown host"))
        name = f"ticket-{len(self.tickets) + 1}"
        who = (caller.account_id, caller.actor_id)
        self.tickets[name] = GivenTicket(who, network_id, canonical, dict(auth) == GOOD)
        return Ticket(ticket=name, kind=KINDS[canonical], url=canonical)

    async def end(self, caller: Caller, network_id: UUID, end: Mapping[str, Any]) -> FoundEnd:
        await self._called("end")
        url = self._url(caller, network_id, end)
        system = self._system(caller.account_id, url)
        facts = {"kind": KINDS[url], "url": url, "name": NAMES[url]}
        if system is None:
            if "ticket" not in end:
                message = "This system is not registered yet: check its credential first"
                raise Invalid(message, FieldFault("/ticket", message))
            return FoundEnd(state="new", **facts)
        node_id = system.nodes.get(network_id)
        state = "in_other_network" if node_id is None else "in_network"
        return FoundEnd(state=state, system_id=system.id, node_id=node_id, **facts)

    async def check(self, caller: Caller, network_id: UUID, end: Mapping[str, Any]) -> Checked:
        await self._called("check")
        url = self._url(caller, network_id, end)
        system = self._system(caller.account_id, url)
        if system is None or ("ticket" in end and network_id not in system.nodes):
            right = self.tickets[end["ticket"]].right
        else:
            right = not set(system.nodes.values()) & self.rejected
        return Checked(ok=right, identity="ada" if right else None, problems=() if right else (WRONG,))

    async def register(
        self, caller: Caller, network_id: UUID, end: Mapping[str, Any], key: str
    ) -> Registered:
        await self._called("register")
        url = self._url(caller, network_id, end)
        system = self._system(caller.account_id, url)
        made_system, made_node = system is None, system is None or network_id not in system.nodes
        if system is None:
            system = System(new_id(), caller.account_id, url)
            self.systems.append(system)
        node_id = system.nodes.setdefault(network_id, new_id())
        ids = {"system_id": system.id, "node_id": node_id, "name": NAMES[url]}
        return Registered(**ids, created_system=made_system, created_node=made_node)

    async def renew(
        self, caller: Caller, network_id: UUID, system_id: UUID, proof: Mapping[str, Any]
    ) -> None:
        await self._called("renew")
        system = self._member(caller.account_id, network_id, system_id)
        if proof.get("auth", GOOD) != GOOD:
            raise CheckFailed("credential_rejected", WRONG.message, FieldFault("/auth", WRONG.message))
        self.rejected.discard(system.nodes[network_id])

    async def configure(self, account_id: UUID, node_id: UUID) -> Configured:
        await self._called("configure")
        system = self._of_node(account_id, node_id)
        streams = STREAMS[KINDS[system.url]]
        return Configured(projects=len({it for one in streams for it in one.projects}), streams=len(streams))

    async def streams(self, account_id: UUID, network_id: UUID, system_id: UUID) -> list[StreamFacts]:
        await self._called("streams")
        return list(STREAMS[KINDS[self._member(account_id, network_id, system_id).url]])

    async def fields(
        self, account_id: UUID, network_id: UUID, system_id: UUID, stream: str, project: str | None
    ) -> list[FieldFacts]:
        await self._called("fields")
        self._member(account_id, network_id, system_id)
        there = [it for it in FIELDS[stream] if it.name not in self.dropped]
        return [replace(it, choice_labels=self.called.get(it.name, it.choice_labels)) for it in there]

    async def count(self, place: tuple[UUID, UUID, UUID], scope: Scope) -> Counted:
        await self._called("count")
        self._member(*place)
        self.counted.append(scope)
        return Counted(records=7, left_out=("what is hidden",))

    async def networks(self, account_id: UUID) -> list[NetworkName]:
        await self._called("networks")
        return [NetworkName(id=it, name=name) for it, name in self.named.get(account_id, {}).items()]

    async def remove(self, account_id: UUID, network_id: UUID, system_id: UUID) -> None:
        await self._called("remove")
        system = self._member(account_id, network_id, system_id)
        if system.id in self.used:
            raise InUse("This system is in use")
        del system.nodes[network_id]
        if not system.nodes:
            self.systems.remove(system)

    def node(self, url: str) -> UUID:
        (system,) = [it for it in self.systems if it.url == url]
        return next(iter(system.nodes.values()))

    async def _called(self, what: str) -> None:
        assert not self.db._inside.get(), "a transaction is open while we are asked"
        self.calls[what] += 1
        if what in self.failing:
            raise self.failing[what]

    def _url(self, caller: Caller, network_id: UUID, end: Mapping[str, Any]) -> str:
        assert set(end) in (
            {"system_id"},
            {"url"},
            {"url", "ticket"},
            {"url", "kind"},
            {"url", "kind", "ticket"},
        )
        if "system_id" in end:
            found = [it for it in self.systems if str(it.id) == end["system_id"]]
            if not found or found[0].account_id != caller.account_id:
                raise NotFound("There is no such system")
            return found[0].url
        url = str(end["url"]).lower().rstrip("/")
        if url not in KINDS:
            raise Invalid("This is not the address of a system", FieldFault("/url", "unknown host"))
        given = self.tickets.get(end.get("ticket", ""))
        right = (caller.account_id, caller.actor_id), network_id, url
        if "ticket" in end and (given is None or (given.caller, given.network_id, given.url) != right):
            raise TicketExpired("Check the credentials again: this ticket is over, or somebody else's")
        return url

    def _system(self, account_id: UUID, url: str) -> System | None:
        return next((it for it in self.systems if (it.account_id, it.url) == (account_id, url)), None)

    def _of_node(self, account_id: UUID, node_id: UUID) -> System:
        for it in self.systems:
            if it.account_id == account_id and node_id in it.nodes.values():
                return it
        raise NotFound("There is no such node")

    def _member(self, account_id: UUID, network_id: UUID, system_id: UUID) -> System:
        for it in self.systems:
            if (it.account_id, it.id) == (account_id, system_id) and network_id in it.nodes:
                return it
        raise NotFound("There is no such system")
