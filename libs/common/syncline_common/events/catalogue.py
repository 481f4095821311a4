"""Every event there is, for those who want them all: the public event stream, AsyncAPI, the house rules."""

from syncline_common.events import connections, registry, sync
from syncline_common.events.base import Event

EVENTS: tuple[type[Event], ...] = (
    registry.NetworkCreated,
    registry.NetworkDeleted,
    registry.AccessChanged,
    connections.ConnectionCreated,
    connections.ConnectionReady,
    connections.ConnectionFailed,
    connections.ConnectionPublished,
    connections.ConnectionPaused,
    connections.ConnectionResumed,
    connections.ConnectionDeleted,
    registry.SystemRegistered,
    registry.CredentialRejected,
    registry.CredentialRenewed,
    sync.RunStarted,
    sync.RunCompleted,
    sync.RunFailed,
    sync.RunHeld,
    sync.RecordSetAside,
    sync.ConflictFound,
    sync.ConnectionStopped,
)
BY_KEY = {event.routing_key(): event for event in EVENTS}
