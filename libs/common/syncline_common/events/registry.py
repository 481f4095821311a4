"""What the registry announces."""

from datetime import datetime
from uuid import UUID

from syncline_common.events.base import Event


class AccessChanged(Event):
    """What a person, a session or an API key may do has changed: tokens made before are void."""

    topic, about = "registry.access.changed", "actor_id"
    network_id: None = None  # it concerns the account
    actor_id: UUID
    changed_at: datetime


class SystemRegistered(Event):
    """A system has become part of a network: it has a node there, with a credential."""

    topic, about = "registry.system.registered", "system_id"
    network_id: UUID
    system_id: UUID
    node_id: UUID
    kind: str


class CredentialRejected(Event):
    """A system no longer accepts a node's credential. Told once for each version of it; a person has to renew it."""

    topic, about = "registry.credential.rejected", "system_id"
    network_id: UUID
    system_id: UUID
    node_id: UUID
    credential_version: int
    code: str


class CredentialRenewed(Event):
    """A node has a credential that has just been checked; workers go on with it."""

    topic, about = "registry.credential.renewed", "system_id"
    network_id: UUID
    system_id: UUID
    node_id: UUID
    credential_version: int


class NetworkDeleted(Event):
    """A network was taken away. There was nothing in it any more."""

    topic, about = "registry.network.deleted", "network_id"
    network_id: UUID


class NetworkCreated(Event):
    """A network was made: a place of an account in which systems are connected."""

    topic, about = "registry.network.created", "network_id"
    network_id: UUID
