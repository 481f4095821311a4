"""Routes: the longest prefix wins, the rest of the host is untouched, and only for that system."""

import asyncio

import httpx2
import pytest

from sdk.vendor import NO_TLS, Tally, Vendor, answer, listening, nowhere
from syncline_common import errors
from syncline_common.sdk.gateway import Gateway
from syncline_common.sdk.outbound import CONNECTIONS, Outbound
from syncline_common.sdk.outbound_routes import Routes

AZURE = "https://dev.azure.com"
ROUTES = {
    f"{AZURE}/sandbox": "http://127.0.0.1:9401",
    f"{AZURE}/sandbox/inner/": "http://127.0.0.1:9402",
    "https://host.example": "https://10.0.0.5:8443",
    "https://host.example:8443": "http://[::1]:7000",
}


@pytest.mark.parametrize(
    ("url", "port"),
    [
        (f"{AZURE}/sandbox", 9401),
        (f"{AZURE}/sandbox/x", 9401),
        ("https://Dev.Azure.com:443/sandbox/x", 9401),
        (f"{AZURE}/sandbox/inner", 9402),
        (f"{AZURE}/sandbox/inner/x", 9402),
        (f"{AZURE}/sandbox/innermost", 9401),
        (f"{AZURE}/sandboxes", None),
        (f"{AZURE}/", None),
        (AZURE, None),
        ("https://dev.azure.com.example/sandbox", None),
        ("https://host.example/any", 8443),
        ("https://host.example:8443/any", 7000),
        ("https://a.host.example", None),
    ],
)
def test_the_longest_prefix_wins(url: str, port: int | None) -> None:
    found = Routes.of(ROUTES).for_system(url).routes
    assert [route.port for route in found] == ([port] if port else [])


@pytest.mark.parametrize(
    ("prefix", "address"),
    [
        ("http://dev.azure.com", "http://127.0.0.1:1"),
        ("dev.azure.com", "http://127.0.0.1:1"),
        ("https://a.example?x", "http://127.0.0.1:1"),
        ("https://a.example", "127.0.0.1:1"),
        ("https://a.example", "ftp://127.0.0.1"),
        ("https://a.example", "http://127.0.0.1/path"),
        ("https://a.example", "http://me:secret@127.0.0.1"),
        ("https://a.example", "http://127.0.0.1:99999999"),
    ],
)
def test_what_is_no_route_is_refused(prefix: str, address: str) -> None:
    with pytest.raises(errors.Invalid):
        Routes.of({prefix: address})


async def test_only_what_the_prefix_covers_goes_there_with_its_name_and_path(vendor: Vendor) -> None:
    asked = list[str]()

    async def resolver(host: str) -> list[str]:
        asked.append(host)
        return ["10.0.0.1"]

    outbound = Outbound({f"{AZURE}/sandbox": vendor.address}, resolver=resolver)
    vendor.says(answer(200, {}))
    gateway = Gateway(outbound.client(f"{AZURE}/sandbox"), Tally(), attempts=1)
    await gateway.get("/_apis/projects")
    assert (vendor.heard[0].target, vendor.heard[0].headers["host"]) == (
        "/sandbox/_apis/projects",
        "dev.azure.com",
    )
    assert asked == []
    with pytest.raises(errors.NeedsPerson):
        await gateway.get(f"{AZURE}/another/_apis/projects")
    assert asked == ["dev.azure.com"] and len(vendor.heard) == 1
    await outbound.aclose()


async def test_another_system_does_not_come_by_it(vendor: Vendor) -> None:
    """Not even if it names it: neither as an API, nor as a file, nor by a redirect."""
    async with listening() as own:
        routes = {f"{AZURE}/sandbox": vendor.address, f"{AZURE}/own": own.address}
        outbound = Outbound(routes, resolver=nowhere)
        gateway = Gateway(outbound.client(f"{AZURE}/own"), Tally(), attempts=1)
        own.says(answer(302, location="/sandbox/secret"))
        for url in (f"{AZURE}/sandbox/secret", "/moved"):
            with pytest.raises(errors.RemoteError):
                await gateway.get(url)
            with pytest.raises(errors.RemoteError):
                _ = [part async for part in gateway.download(url)]
        assert vendor.connections == 0 and own.connections == 1
        await outbound.aclose()


async def test_a_system_may_live_under_several_roots(vendor: Vendor) -> None:
    people = "https://vssps.dev.azure.com/sandbox"
    outbound = Outbound({f"{AZURE}/sandbox": vendor.address, people: vendor.address}, resolver=nowhere)
    client = outbound.client(f"{AZURE}/sandbox", people)
    vendor.says(answer(200, {}))
    await Gateway(client, Tally(), origins=[people]).get(f"{people}/_apis/graph/users")
    assert vendor.heard[0].headers["host"] == "vssps.dev.azure.com"
    await outbound.aclose()


async def test_a_routed_system_is_known_as_such_and_may_be_inside() -> None:
    outbound = Outbound(ROUTES, resolver=nowhere)
    assert outbound.is_routed(f"{AZURE}/sandbox") and not outbound.is_routed(f"{AZURE}/other")
    await outbound.check_url("https://host.example")
    with pytest.raises(errors.Invalid):
        await outbound.check_url(f"{AZURE}/other")
    await outbound.aclose()


async def test_without_a_route_nothing_leaves_unencrypted(vendor: Vendor) -> None:
    outbound = Outbound(resolver=nowhere)
    client = outbound.client("https://vendor.example")
    with pytest.raises(errors.NeedsPerson):
        await client.send(httpx2.Request("GET", vendor.address))
    assert vendor.connections == 0
    await outbound.aclose()


async def test_a_host_that_hangs_keeps_no_other_waiting(vendor: Vendor) -> None:
    async def hang(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    vendor.says(hang)
    async with listening() as other:
        hanging, busy = "https://hanging.example", "https://busy.example"
        outbound = Outbound({hanging: vendor.address, busy: other.address}, resolver=nowhere, tls=NO_TLS)
        stuck = Gateway(outbound.client(hanging), Tally())
        waiting = [asyncio.create_task(stuck.get("/")) for _ in range(2 * CONNECTIONS)]
        while vendor.connections < CONNECTIONS:
            await asyncio.sleep(0.01)
        other.says(answer(200, {}))
        assert await Gateway(outbound.client(busy), Tally()).get("/") == {}
        assert vendor.connections == CONNECTIONS
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await outbound.aclose()
