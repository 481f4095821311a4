"""Where a history happens: its folder, its databases, its part of the broker."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from backing.queues import forget_namespace
from conftest import RABBIT, bus_of, database_of
from syncline_common.settings import BusSettings, DatabaseSettings

TOKEN = "a-token-for-the-soak-alone"
MODES = ("embedded", "scale-out", "two")  # SQLite and memory; PostgreSQL and RabbitMQ; two processes on those
EMBEDDED = "embedded"
LEASE_SECONDS = 1.0


@dataclass(frozen=True)
class Place:
    folder: Path
    database: DatabaseSettings
    bus: BusSettings

    @property
    def environment(self) -> dict[str, str]:
        """What a process of this place is told."""
        told = {
            "SYNCLINE_INSTALLATION_KEY": "a-key-for-the-soak-alone",
            "SYNCLINE_RATE_PER_SECOND": "0",  # a soak asks as fast as it is answered
            "SYNCLINE_BUS_CANARY_SECONDS": "2",
            "SYNCLINE_DRAIN_SECONDS": "5",
            "SYNCLINE_DATABASE_POOL_SIZE": "3",  # many share the server of the tests
            "SYNCLINE_LEASE_SECONDS": str(LEASE_SECONDS),
            "SYNCLINE_LOG_LEVEL": "warning",
        }
        if self.database.database_url is None:
            told["SYNCLINE_DATA_DIR"] = str(self.database.data_dir)
        else:
            told["SYNCLINE_DATABASE_URL"] = self.database.database_url.get_secret_value()
        if self.bus.bus_url is not None:
            told["SYNCLINE_BUS_URL"] = self.bus.bus_url.get_secret_value()
            told["SYNCLINE_BUS_NAMESPACE"] = self.bus.bus_namespace
        return told


@asynccontextmanager
async def a_place(mode: str, folder: Path) -> AsyncIterator[Place]:
    """Empty, and gone afterwards."""
    kinds = ("sqlite", "memory") if mode == EMBEDDED else ("postgres", "rabbit")
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(database_of(kinds[0], folder / "data"))
        bus = await stack.enter_async_context(bus_of(kinds[1]))
        if bus.bus_url is not None:
            stack.push_async_callback(
                forget_namespace, RABBIT, bus.bus_namespace, ["steps", "steps.rebuilding"]
            )
        yield Place(folder, database, bus)
