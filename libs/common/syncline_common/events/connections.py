"""What the connections service announces."""

from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from syncline_common.events.base import Event


class EndFacts(BaseModel):
    """One side of a connection: the system, and its membership in the connection's network."""

    model_config = ConfigDict(frozen=True, extra="ignore", from_attributes=True)

    system_id: UUID
    node_id: UUID
    kind: str


class ConnectionCreated(Event):
    """Both systems of a connection are known, and in use from now on; it is still being built."""

    topic, about = "connections.connection.created", "connection_id"
    network_id: UUID
    connection_id: UUID
    a: EndFacts
    b: EndFacts


class ConnectionReady(Event):
    """A connection was built, and can be configured."""

    topic, about = "connections.connection.ready", "connection_id"
    network_id: UUID
    connection_id: UUID
    a: EndFacts
    b: EndFacts


class ConnectionFailed(Event):
    """A build came to a step that it can't do, or a connection can't work until somebody acts; `cause` is a code."""

    topic, about = "connections.connection.failed", "connection_id"
    network_id: UUID
    connection_id: UUID
    stage: Literal["build", "sync"]
    cause: str
    step: str | None = None  # of a build


class ConnectionPublished(Event):
    """A version of a connection's configuration takes effect, all flows and directions at once."""

    topic, about = "connections.connection.published", "connection_id"
    network_id: UUID
    connection_id: UUID
    configuration_version: int
    a: EndFacts
    b: EndFacts
    schedule: dict[str, Any]  # as the configuration has it
    state: Literal["active", "paused", "error"] = "active"  # of the connection, afterwards
    projects: dict[Literal["a", "b"], list[str]] = Field(default_factory=dict)  # that its flows name


class ConnectionPaused(Event):
    """Changes wait from now on; none is lost."""

    topic, about = "connections.connection.paused", "connection_id"
    network_id: UUID
    connection_id: UUID


class ConnectionResumed(Event):
    """Changes flow again, those that waited first."""

    topic, about = "connections.connection.resumed", "connection_id"
    network_id: UUID
    connection_id: UUID


class ConnectionDeleted(Event):
    """A connection is gone, with its configuration and its state; nothing was deleted in the systems."""

    topic, about = "connections.connection.deleted", "connection_id"
    network_id: UUID
    connection_id: UUID
    a: EndFacts | None = None  # not known, if it was deleted before they were
    b: EndFacts | None = None
