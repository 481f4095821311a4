"""Puts the sync worker together."""

from collections.abc import Sequence
from pathlib import Path
from random import SystemRandom

from syncline_common.clock import since_boot
from syncline_common.connectors.opening import Opener
from syncline_common.db.leases import Lease
from syncline_common.db.retention import Keep
from syncline_common.ids import new_id
from syncline_common.runtime.service import Home, Service
from syncline_common.runtime.supervisor import Loop
from syncline_common.schemas.connector import Priority
from syncline_common.sdk.posting import Poster
from syncline_sync_worker.api import (
    asyncapi,
    conflicts,
    connections,
    events,
    hooks,
    issues,
    links,
    run_reports,
    runs,
    subscriptions,
)
from syncline_sync_worker.events.handlers import router
from syncline_sync_worker.loops import Alone, loops_of
from syncline_sync_worker.own import Own, own_of
from syncline_sync_worker.store.gate_store import StoredGate
from syncline_sync_worker.store.tables import metadata
from syncline_sync_worker.work.arrivals import Arrivals
from syncline_sync_worker.work.credentials import Credentials
from syncline_sync_worker.work.deliver import Courier
from syncline_sync_worker.work.drive import Driver
from syncline_sync_worker.work.flows import Flows
from syncline_sync_worker.work.published import PublishedVersions
from syncline_sync_worker.work.registry_credentials import RegistryCredentials
from syncline_sync_worker.work.studio import DraftStudio
from syncline_sync_worker.work.surroundings import AskedFacts
from syncline_sync_worker.work.systems import OpenedSystems
from syncline_sync_worker.work.tools import Tools
from syncline_sync_worker.work.worker import Worker


def make_own(home: Home) -> Own:
    return own_with(home, RegistryCredentials(home.platform.nodes))


def own_with(home: Home, credentials: Credentials) -> Own:
    platform, db = home.platform, home.database
    opener = Opener(platform.outbound, platform.clock)
    systems = OpenedSystems(opener, credentials, StoredGate(db), since_boot, platform.naming_key)
    tools = Tools(
        db,
        systems,
        Flows(db, AskedFacts(db, systems, Priority.POLL), PublishedVersions(platform.connections)),
        platform.process.instance,
        platform.marker_key,
        new_id,
        SystemRandom(),
        since_boot,
    )
    for_people = AskedFacts(db, systems, Priority.USER)
    driver = Driver(tools, DraftStudio(platform.connections, for_people, systems))
    courier = Courier(db, Poster(platform.outbound), platform.hook_key, platform.process.instance)
    return Own(
        tools, Worker(tools), Arrivals(db), driver, courier, systems, credentials, platform.connections
    )


def make_loops(home: Home) -> Sequence[Loop]:
    own, process = own_of(home), home.platform.process

    def alone(name: str) -> Alone:
        lease = Lease(
            home.database,
            name,
            owner=process.instance,
            seconds=process.lease_seconds,
            elapsed=own.tools.elapsed,
        )
        return lease.held

    return loops_of(own, alone)


HOOK_CAP = 2 * 1024 * 1024

SERVICE = Service(
    name="sync",
    title="Syncline sync",
    description="Runs, links, conflicts and issues; and everything that happens, as a stream of events.",
    metadata=metadata,
    migrations=Path(__file__).parent / "migrations",
    events=router,
    routers=(
        runs.router,
        run_reports.router,
        issues.router,
        conflicts.router,
        links.router,
        connections.router,
        hooks.router,
        subscriptions.router,
        events.router,
        asyncapi.router,
    ),
    body_caps={"/sync/v1/hooks/": HOOK_CAP},
    own=make_own,
    loops=make_loops,
    keeps=(
        Keep("announcement", "kept_at", 7),
        Keep("outcome", "at", 90),
        Keep("guarded", "at", 90),
        Keep("run", "finished_at", 90),
    ),
)
