"""On whose behalf something happens."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from syncline_common.errors import Forbidden, NotFound

Role = Literal["administrator", "manager", "viewer"]
ActorKind = Literal["person", "api_key", "service", "operator"]


@dataclass(frozen=True, slots=True)
class Caller:
    account_id: UUID
    actor_id: UUID  # the person, or the API key
    role: Role
    network_ids: frozenset[UUID] | None = None  # None: all networks of the account
    kind: ActorKind = "person"
    name: str = ""

    def administer(self) -> None:
        if self.role != "administrator":
            raise Forbidden("Only an administrator may do this")

    def enter(self, network_id: UUID) -> None:
        """A network that was not granted answers exactly as one that does not exist."""
        if self.network_ids is not None and network_id not in self.network_ids:
            raise NotFound("There is no such network")

    def change(self, network_id: UUID) -> None:
        self.enter(network_id)
        if self.role == "viewer":
            raise Forbidden("Viewers can't change anything")
