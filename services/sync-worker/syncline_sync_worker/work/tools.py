"""What a worker works with. All of it is passed in, so that a simulation can bring its own."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from syncline_common.db.tx import Database
from syncline_common.schemas.connector import Systems
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.work.flows import Flows
from syncline_sync_worker.work.just_read import JustRead

LEASE_SECONDS = 30.0
SURE_SECONDS = 5.0  # before a lease ends, its owner begins nothing more that it can't take back


class Stops:
    """Connections that a system has turned away, as this process knows: its other loops ask no more either."""

    def __init__(self) -> None:
        self._at: dict[UUID, datetime] = {}

    def stop(self, connection: ConnectionRef, tried_at: datetime) -> None:
        self._at[connection.id] = max(tried_at, self._at.get(connection.id, tried_at))

    def is_stopped(self, connection: ConnectionRef, claimed_at: datetime) -> bool:
        """What was claimed later was claimed because somebody has acted."""
        return claimed_at <= self._at.get(connection.id, claimed_at - timedelta(seconds=1))


@dataclass(frozen=True, slots=True)
class Tools:
    db: Database
    systems: Systems
    flows: Flows
    owner: str  # this process
    key: bytes  # the installation's, for markers
    new_id: Callable[[], UUID]
    random: Random
    elapsed: Callable[[], float]
    sweep_every: timedelta = timedelta(hours=24)
    stops: Stops = field(default_factory=Stops)
    just_read: JustRead = field(default_factory=JustRead)
