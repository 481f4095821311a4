"""P20 at the registry's door: whatever address somebody names, looked up or with a credential, no connection leads inside."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from conftest import ON_SQLITE
from connectors.opened import INSTANCE
from sdk.hostile import HOSTILE
from sdk.test_outbound import OUTSIDE, Names, ToTheTrap
from sdk.vendor import NO_TLS, Vendor, listening
from services.registry import Registry, registry_with
from services.systems import BASIC
from syncline_common.api.limits import Allowance
from syncline_common.clock import ManualClock
from syncline_common.db.tx import Database
from syncline_common.runtime.service import Service
from syncline_common.sdk.outbound import Outbound
from syncline_common.sdk.outbound_network import GuardedNetwork
from syncline_registry.app import SERVICE

pytestmark = ON_SQLITE
UNLIMITED = Allowance(0, 1, lambda: 0.0)


@pytest.fixture
def service() -> Service:
    return SERVICE


@pytest.fixture
async def trap() -> AsyncIterator[Vendor]:
    async with listening() as it:
        yield it


@pytest.fixture
async def network(trap: Vendor) -> ToTheTrap:
    return ToTheTrap(trap)


@pytest.fixture
async def registry(
    db: Database, tmp_path: Path, clock: ManualClock, network: ToTheTrap
) -> AsyncIterator[Registry]:
    names = Names(
        {"public.service-now.com": [[OUTSIDE]], "turning.service-now.com": [[OUTSIDE], ["10.0.0.1"]]}
    )
    outbound = Outbound(resolver=names, network=GuardedNetwork(names, network), tls=NO_TLS)
    async with registry_with(db, tmp_path, clock, outbound) as it:
        home = it.app.state.home
        home.own = replace(home.own, lookups=UNLIMITED, checks=UNLIMITED)
        yield it
    await outbound.aclose()


async def test_no_address_leads_inside(registry: Registry, network: ToTheTrap, trap: Vendor) -> None:
    where = await registry.network()
    for url in HOSTILE:
        body = {"network_id": where, "url": url, "kind": "servicenow"}
        looked_up = await registry.http.post("/registry/v1/lookup", json=body)
        checked = await registry.http.post("/registry/v1/check-auth", json=body | {"auth": BASIC})
        assert looked_up.status_code in (200, 422) and checked.status_code in (200, 422), url
        assert checked.status_code == 422 or checked.json()["ok"] is False, url
    assert trap.heard == [] and network.asked == []


async def test_a_name_that_turns_gains_nothing(registry: Registry, network: ToTheTrap, trap: Vendor) -> None:
    """It is public when it is looked up, and leads inside when it is used."""
    where = await registry.network()
    body = {"network_id": where, "url": "https://turning.service-now.com"}
    assert (await registry.http.post("/registry/v1/lookup", json=body)).json()["status"] == "new"
    checked = await registry.http.post("/registry/v1/check-auth", json=body | {"auth": BASIC})
    assert [it["code"] for it in checked.json()["problems"]] == ["guard_blocked"]
    assert trap.heard == []


async def test_a_public_one_is_reached(registry: Registry, network: ToTheTrap, trap: Vendor) -> None:
    """Or the two above would say nothing."""
    body = {"network_id": await registry.network(), "url": INSTANCE.replace("sandbox", "public")}
    checked = await registry.http.post("/registry/v1/check-auth", json=body | {"auth": BASIC})
    assert checked.json()["ok"] is False and len(trap.heard) > 0 and set(network.asked) == {OUTSIDE}
