"""Endpoints that a vendor counts apart: their budget is kept to, and it holds up nothing else."""

from collections import defaultdict
from dataclasses import dataclass, field, replace

import pytest

from sdk.vendor import VENDOR, Vendor, Way, answer
from syncline_common import errors
from syncline_common.connectors.catalogue import manifest_of
from syncline_common.schemas.connector import Priority
from syncline_common.sdk.gate import Budget, Grant
from syncline_common.sdk.gate_state import GateState
from syncline_common.sdk.gateway import Gateway
from syncline_common.sdk.manifest import EndpointClass
from syncline_common.sdk.meter import Meter
from syncline_common.sdk.rates import RateHeaders

WHOLE = Budget("vendor", limit=6_000, per=60.0)
SEARCH = EndpointClass("search", ("/search/",), 30, 60, told=True)
LIST = EndpointClass("list", ("/tickets",), 20, 60, ("GET",))
TOLD = RateHeaders(limit="x-ratelimit-limit")


@dataclass
class Shared:
    """A gate in memory, by key, and the time: it passes when somebody waits."""

    now: float = 1_000.0
    states: dict[str, GateState] = field(default_factory=lambda: defaultdict(GateState))

    async def wait(self, seconds: float) -> None:
        self.now += seconds

    async def take(self, budget: Budget, chunk: int, priority: Priority) -> Grant:
        state, grant = self.states[budget.key].take(self.now, budget, 1, priority)
        self.states[budget.key] = state
        return grant

    async def slow_down(self, budget: Budget, retry_after: float) -> None:
        self.states[budget.key] = self.states[budget.key].slow_down(self.now, retry_after)

    async def resize(self, budget: Budget, limit: int) -> None:
        self.states[budget.key] = replace(self.states[budget.key], told_limit=limit)

    async def observe(self, budget: Budget, ok: bool) -> None:
        self.states[budget.key] = self.states[budget.key].observe(self.now, 1, 0 if ok else 1)

    async def refuse(self, budget: Budget, name: str) -> None:
        self.states[budget.key] = self.states[budget.key].refuse(self.now, name)

    def told(self) -> dict[str, int]:
        return {key: it.told_limit for key, it in self.states.items() if it.told_limit}

    def process(self, way: Way, *classes: EndpointClass, base: str = VENDOR) -> Gateway:
        meter = Meter(self, WHOLE, lambda: self.now, self.wait)
        client = way.outbound.client(base)
        gateway = Gateway(client, meter, attempts=1, told=TOLD, classes=classes, sleep=self.wait)
        return gateway.priority(Priority.USER)


async def test_they_have_a_budget_of_their_own(vendor: Vendor, way: Way) -> None:
    """Of 30 a minute probes have 2, so that 28 intervals last a minute."""
    shared = Shared()
    vendor.says(answer(200, {}))
    one, other = shared.process(way, SEARCH), shared.process(way, SEARCH)
    for number in range(29):
        await (one if number % 2 else other).get("/search/issues")
    took = shared.now - 1_000
    assert 60 <= took < 70
    for _ in range(29):
        await one.get("/issues")
    assert shared.now - 1_000 - took < 1


async def test_they_take_from_the_budget_of_all_as_well(vendor: Vendor, way: Way) -> None:
    shared = Shared()
    vendor.says(answer(200, {}))
    await shared.process(way, SEARCH).get("/search/issues")
    assert shared.states["vendor"].paid_until > 1_000


async def test_a_429_there_stops_nothing_else(vendor: Vendor, way: Way) -> None:
    shared = Shared()
    vendor.says(answer(429, retry_after="20"), answer(200, {}))
    with pytest.raises(errors.RateLimited):
        await shared.process(way, SEARCH).get("/search/issues")
    await shared.process(way, SEARCH).get("/issues")
    with pytest.raises(errors.RateLimited):
        await shared.process(way, SEARCH).get("/search/code")
    assert [it.target for it in vendor.heard] == ["/search/issues", "/issues"]


async def test_a_429_elsewhere_stops_them_too(vendor: Vendor, way: Way) -> None:
    shared = Shared()
    vendor.says(answer(429, retry_after="20"), answer(200, {}))
    with pytest.raises(errors.RateLimited):
        await shared.process(way, SEARCH).get("/issues")
    with pytest.raises(errors.RateLimited):
        await shared.process(way, SEARCH).get("/search/issues")
    assert len(vendor.heard) == 1


async def test_what_fails_there_counts_for_the_breaker_of_all(vendor: Vendor, way: Way) -> None:
    shared = Shared()
    vendor.says(answer(503))
    for _ in range(20):
        with pytest.raises(errors.Retryable):
            await shared.process(way, SEARCH).get("/search/issues")
    assert len(vendor.heard) == 10 and shared.states["vendor"].open_for


async def test_whose_limit_is_told_is_a_fact_of_the_vendor(vendor: Vendor, way: Way) -> None:
    shared = Shared()
    vendor.says(answer(200, {}, x_ratelimit_limit="40"))
    gateway = shared.process(way, SEARCH, LIST)
    await gateway.get("/search/issues")
    assert shared.told() == {"vendor search": 40}
    await gateway.get("/tickets")
    assert shared.told() == {"vendor search": 40, "vendor": 40}


async def test_paths_follow_the_systems_address(vendor: Vendor, way: Way) -> None:
    """A server of its owner's own has a prefix before them, that is none of a class."""
    shared = Shared()
    vendor.says(answer(200, {}))
    gateway = shared.process(way, SEARCH, base=f"{VENDOR}/search")
    await gateway.get("/issues")
    assert "vendor search" not in shared.states
    await gateway.get("/search/issues")
    assert "vendor search" in shared.states


@pytest.mark.parametrize(
    ("kind", "method", "path", "name"),
    [
        ("github", "GET", "/search/issues", "search"),
        ("github", "GET", "/searching", None),
        ("zendesk", "GET", "/api/v2/incremental/tickets/cursor", "exports"),
        ("freshdesk", "GET", "/api/v2/tickets", "list tickets"),
        ("freshdesk", "POST", "/api/v2/tickets", None),
        ("freshservice", "GET", "/api/v2/tickets/7", "one ticket"),
        ("jira", "GET", "/rest/api/3/user/search", "people"),
        ("jira", "GET", "/rest/api/3/users", None),
    ],
)
def test_the_manifests_name_them(kind: str, method: str, path: str, name: str | None) -> None:
    found = [it.name for it in manifest_of(kind).budget.classes if it.holds(method, path)]
    assert found == ([name] if name else [])
