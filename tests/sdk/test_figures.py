"""What the way out counts and logs of a request: enough to find it again at the vendor's, and no secret."""

import asyncio

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from backing.canaries import CANARY
from sdk.vendor import VENDOR, Vendor, Way, answer
from syncline_common import errors
from syncline_common.api.metrics import REGISTRY
from syncline_common.logging import HARMLESS
from syncline_common.schemas.connector import Priority
from syncline_common.sdk.auth import bearer
from syncline_common.sdk.figures import ALL
from syncline_common.sdk.gate import Budget, Grant, Share
from syncline_common.sdk.meter import Meter
from syncline_common.sdk.patience import patient


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_requests_are_counted_by_what_became_of_them(vendor: Vendor, way: Way) -> None:
    kind = {"kind": "vendor", "method": "GET"}
    before = {
        it: counted("syncline_outbound_requests_total", outcome=it, **kind) for it in ("ok", "record_gone")
    }
    timed = counted("syncline_outbound_seconds_count", **kind)
    vendor.says(answer(200, {}), answer(404))
    await way.gateway().get("/a")
    with pytest.raises(errors.RecordGone):
        await way.gateway().get("/b")
    for outcome, count in before.items():
        assert counted("syncline_outbound_requests_total", outcome=outcome, **kind) == count + 1
    assert counted("syncline_outbound_seconds_count", **kind) == timed + 2


async def test_bytes_are_counted_both_ways(vendor: Vendor, way: Way) -> None:
    sent = counted("syncline_outbound_bytes_total", kind="vendor", direction="sent")
    received = counted("syncline_outbound_bytes_total", kind="vendor", direction="received")
    vendor.says(answer(200, b'"' + 1000 * b"x" + b'"', content_type="application/json"))
    await way.gateway().send("PUT", "/a", content=200 * b"y")
    assert counted("syncline_outbound_bytes_total", kind="vendor", direction="sent") == sent + 200
    assert counted("syncline_outbound_bytes_total", kind="vendor", direction="received") == received + 1002


async def test_one_line_a_request_by_which_the_vendor_finds_it(vendor: Vendor, way: Way) -> None:
    vendor.says(answer(503), answer(200, {}))
    with capture_logs() as lines:
        await way.gateway(bearer(f"token-{CANARY}")).get(f"/token-{CANARY}/x", {"q": f"token-{CANARY}"})
    asked = [it for it in lines if it["event"] == "asked a system"]
    assert [it["status"] for it in asked] == [503, 200]
    spans = [it.headers["traceparent"].split("-")[2] for it in vendor.heard]
    assert [it["span_id"] for it in asked] == spans and len(set(spans)) == 2
    assert all(it["method"] == "GET" and it["path"] == "/[secret]/x" for it in asked)
    assert set(asked[0]) - {"log_level"} <= HARMLESS
    assert CANARY not in repr(lines)


async def test_a_request_that_nobody_answers_is_counted_too(vendor: Vendor, way: Way) -> None:
    async def hang_up(writer: asyncio.StreamWriter) -> None:
        writer.close()

    vendor.says(hang_up)
    before = counted("syncline_outbound_seconds_count", kind="vendor", method="POST")
    with capture_logs() as lines, pytest.raises(errors.UnknownOutcome):
        await way.gateway().send("POST", "/a", json={})
    assert counted("syncline_outbound_seconds_count", kind="vendor", method="POST") == before + 1
    assert [it["status"] for it in lines if it["event"] == "asked a system"] == [None]


class Closed:
    async def take(self, budget: Budget, chunk: int, priority: Priority) -> Grant:
        return Grant(0, 3.0)

    async def slow_down(self, budget: Budget, retry_after: float) -> None: ...

    async def resize(self, budget: Budget, limit: int) -> None: ...

    async def observe(self, budget: Budget, ok: bool) -> None: ...

    async def refuse(self, budget: Budget, name: str) -> None: ...


@pytest.mark.parametrize(("patience", "seconds"), [(0, 3), (7, 9)])
async def test_waiting_for_the_budget_is_counted(patience: float, seconds: float) -> None:
    elapsed = 0.0

    async def passes(seconds: float) -> None:
        nonlocal elapsed
        elapsed += seconds

    waited = counted("syncline_gate_waited_seconds_total", share="work")
    closed = counted("syncline_gate_closed_total", share="work")
    meter = Meter(Closed(), Budget(VENDOR, 100, 60.0, Share.WORK), lambda: elapsed, passes)
    with patient(patience), pytest.raises(errors.RateLimited):
        await meter.admit(Priority.POLL, {})
    assert counted("syncline_gate_waited_seconds_total", share="work") == waited + seconds
    assert counted("syncline_gate_closed_total", share="work") == closed + 1


def test_no_figure_has_a_label_that_grows_with_what_is_connected() -> None:
    assert {label for it in ALL for label in it._labelnames} == {
        "kind",
        "method",
        "outcome",
        "direction",
        "share",
    }
    registry = CollectorRegistry()
    for figure in ALL:
        registry.register(figure)
