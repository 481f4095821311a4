"""Gateway, meter and gate together: what one process is told by a vendor, the others keep to."""

import pytest

from sdk.shared_gate import Shared
from sdk.vendor import Vendor, Way, answer
from syncline_common import errors
from syncline_common.sdk.rates import RateHeaders


async def test_a_429_holds_the_others_back(vendor: Vendor, way: Way) -> None:
    shared = Shared()
    vendor.says(answer(429, retry_after="20"), answer(200, {}))
    with pytest.raises(errors.RateLimited):
        await shared.process(way).get("/a")
    with pytest.raises(errors.RateLimited):
        await shared.process(way).get("/b")
    assert [it.target for it in vendor.heard] == ["/a"]
    await shared.wait(20)
    await shared.process(way).get("/c")
    assert [it.target for it in vendor.heard] == ["/a", "/c"]


async def test_a_short_429_is_waited_for_and_no_longer_than_that(vendor: Vendor, way: Way) -> None:
    shared = Shared()
    began = shared.now
    vendor.says(answer(429, retry_after="7"), answer(200, {}))
    await shared.process(way).get("/a")
    assert len(vendor.heard) == 2 and shared.now == pytest.approx(began + 7)


async def test_a_good_answer_may_ask_for_a_pause_too(vendor: Vendor, way: Way) -> None:
    shared = Shared()
    vendor.says(answer(200, {}, retry_after="20"), answer(200, {}))
    await shared.process(way).get("/a")
    with pytest.raises(errors.RateLimited):
        await shared.process(way).get("/b")
    assert [it.target for it in vendor.heard] == ["/a"]


async def test_a_limit_that_the_vendor_tells_is_kept_to_by_the_others(vendor: Vendor, way: Way) -> None:
    shared = Shared()
    vendor.says(answer(200, {}, x_ratelimit_limit="40"))
    await shared.process(way, told=RateHeaders(limit="x-ratelimit-limit")).get("/a")
    began = shared.now
    other = shared.process(way)
    for _ in range(19):
        await other.get("/b")
    assert shared.now - began >= 18 * 60 / 38


async def test_a_vendor_that_fails_is_left_alone(vendor: Vendor, way: Way) -> None:
    shared = Shared()
    vendor.says(answer(503))
    for _ in range(20):
        with pytest.raises(errors.Retryable):
            await shared.process(way, attempts=1).get("/a")
    assert len(vendor.heard) == 10
    vendor.says(answer(200, {}))
    await shared.wait(30)
    await shared.process(way).get("/a")
    assert not shared.state.open_for


async def test_refusals_are_answers_and_open_no_breaker(vendor: Vendor, way: Way) -> None:
    shared = Shared()
    vendor.says(answer(404))
    for _ in range(20):
        with pytest.raises(errors.RecordGone):
            await shared.process(way).get("/a")
    assert len(vendor.heard) == 20 and not shared.state.open_for
