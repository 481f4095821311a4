"""Every service there is. The only module that knows them all."""

from syncline_common.runtime.service import Service
from syncline_connections.app import SERVICE as CONNECTIONS
from syncline_console.app import SERVICE as CONSOLE
from syncline_matching.app import SERVICE as MATCHING
from syncline_registry.app import SERVICE as REGISTRY
from syncline_sync_worker.app import SERVICE as SYNC

SERVICES: tuple[Service, ...] = (REGISTRY, CONNECTIONS, SYNC, MATCHING)
WITH_TABLES: tuple[Service, ...] = (
    *SERVICES,
    CONSOLE,
)  # the console is hosted apart: it has the rest of the paths
