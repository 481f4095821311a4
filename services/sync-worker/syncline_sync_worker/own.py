"""What the sync worker has beside what every service has: a worker, and what it works with."""

from dataclasses import dataclass
from typing import cast

from syncline_common.clients.connections import ConnectionsClient
from syncline_common.runtime.service import Home
from syncline_sync_worker.work.arrivals import Arrivals
from syncline_sync_worker.work.credentials import Credentials
from syncline_sync_worker.work.deliver import Courier
from syncline_sync_worker.work.drive import Driver
from syncline_sync_worker.work.systems import OpenedSystems
from syncline_sync_worker.work.tools import Tools
from syncline_sync_worker.work.worker import Worker


@dataclass(frozen=True, slots=True)
class Own:
    tools: Tools
    worker: Worker
    arrivals: Arrivals
    driver: Driver
    courier: Courier
    systems: OpenedSystems
    credentials: Credentials
    connections: ConnectionsClient


def own_of(home: Home) -> Own:
    return cast(Own, home.own)
