"""Puts the registry together."""

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from syncline_common.access.hook_tokens import HookTokens
from syncline_common.api.limits import Allowance
from syncline_common.connectors.opening import Opener
from syncline_common.runtime.service import Home, Service
from syncline_common.runtime.supervisor import Loop
from syncline_registry.actions.accounts import ensure_first_account
from syncline_registry.actions.keys import require_keys, rotate_once
from syncline_registry.actions.usages import WEBHOOKS
from syncline_registry.actions.webhooks import settle_once
from syncline_registry.api import (
    accounts,
    api_keys,
    checks,
    discovery,
    internal,
    internal_credentials,
    internal_ends,
    internal_networks,
    internal_nodes,
    keys,
    kinds,
    networks,
    oauth,
    people,
    systems,
    tokens,
    webhook_rules,
)
from syncline_registry.credentials.passwords import Passwords
from syncline_registry.credentials.signer import Signer
from syncline_registry.events.handlers import router
from syncline_registry.loops import purge_once
from syncline_registry.own import Own, own_of
from syncline_registry.probing.gate import ProbeGate
from syncline_registry.probing.hook_addresses import HookAddresses
from syncline_registry.probing.prober import Prober
from syncline_registry.sealing.envelope import Vault
from syncline_registry.sealing.keys import open_key_ring
from syncline_registry.store.tables import KEEPS, metadata


def make_own(home: Home) -> Own:
    platform = home.platform
    vault = Vault(open_key_ring(platform.keys, platform.database.data_dir))
    elapsed = asyncio.get_running_loop().time
    known = platform.serve.public_url.rstrip("/") if platform.serve.public_url else None
    return Own(
        Passwords(),
        Signer(home.database, vault),
        vault,
        Prober(Opener(platform.outbound, platform.clock), ProbeGate(elapsed), elapsed),
        lookups=Allowance(per_second=10, burst=500, elapsed=elapsed),
        checks=Allowance(per_second=0.5, burst=60, elapsed=elapsed),
        public_url=known or f"http://{platform.serve.bind}:{platform.serve.port}",
        hooks=HookAddresses(HookTokens(platform.hook_key), known),
    )


async def make_first(home: Home) -> int:
    access = home.platform.access
    if access.admin_email is None or access.admin_password is None:
        return 0
    return await ensure_first_account(home.database, own_of(home), access.admin_email, access.admin_password)


def make_loops(home: Home) -> Sequence[Loop]:
    db, vault = home.database, own_of(home).vault
    return [
        Loop("right_keys", partial(require_keys, db, vault), every=60),
        Loop("rotate_keys", partial(rotate_once, db, vault), every=5),
        Loop("webhooks", partial(settle_once, db, own_of(home)), every=15, hears=WEBHOOKS),
        Loop("purge", partial(purge_once, db), every=60),
        Loop("first_account", partial(make_first, home), every=60),  # if the database was away at first
    ]


SERVICE = Service(
    name="registry",
    title="Syncline registry",
    description="Networks and the systems in them; accounts, people and keys.",
    metadata=metadata,
    migrations=Path(__file__).parent / "migrations",
    events=router,
    routers=(
        tokens.router,
        people.me,
        people.router,
        api_keys.router,
        networks.router,
        kinds.router,
        checks.router,
        systems.router,
        discovery.router,
        webhook_rules.router,
        oauth.router,
        accounts.router,
        keys.router,
        internal.router,
        internal_credentials.router,
        internal_ends.router,
        internal_nodes.router,
        internal_networks.router,
    ),
    own=make_own,
    first=make_first,
    loops=make_loops,
    keeps=KEEPS,
    entrance=True,
)
