"""No URL that somebody gives reaches an inner address: judged by a trap, to which every connection that is made leads."""

import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpcore2
import pytest

from sdk.hostile import DENIED, HOSTILE, PUBLIC
from sdk.vendor import NO_TLS, Tally, Vendor, answer, listening
from syncline_common import errors
from syncline_common.sdk.auth import bearer
from syncline_common.sdk.gateway import Gateway
from syncline_common.sdk.outbound import Outbound
from syncline_common.sdk.outbound_addresses import is_denied
from syncline_common.sdk.outbound_network import AddressRefused, GuardedNetwork

OUTSIDE = "8.8.8.8"
BASE = "https://public.example"


class ToTheTrap(httpcore2.AsyncNetworkBackend):
    """Whatever address the guard lets pass, the connection is made to the trap."""

    def __init__(self, trap: Vendor) -> None:
        self.trap, self.asked, self.ports = trap, list[str](), set[int]()

    async def connect_tcp(
        self, host: str, port: int, *args: Any, **more: Any
    ) -> httpcore2.AsyncNetworkStream:
        self.asked.append(host)
        self.ports.add(port)
        return NoTls(await httpcore2.AnyIOBackend().connect_tcp("127.0.0.1", self.trap.port))


class NoTls(httpcore2.AsyncNetworkStream):
    """The trap hears the request itself, as if its certificate were right."""

    def __init__(self, stream: httpcore2.AsyncNetworkStream) -> None:
        self.read, self.write, self.aclose = stream.read, stream.write, stream.aclose  # type: ignore[method-assign]
        self.names = list[str]()

    async def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: Any = None
    ) -> "NoTls":
        return self


@dataclass
class Names:
    """Answers for names as the table has it, in turn; numbers are read as the C library reads them."""

    table: dict[str, list[Sequence[str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def __call__(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        answers = self.table.get(host.lower().rstrip("."))
        if answers:
            return answers.pop(0) if len(answers) > 1 else answers[0]
        if (
            host.lower().rstrip(".").endswith("inside.example")
            or "local" in host.lower()
            or "metadata" in host
        ):
            return ["10.0.0.1"]
        flags = socket.AI_NUMERICHOST
        return [str(it[4][0]) for it in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM, flags=flags)]


@dataclass
class Trapped:
    trap: Vendor
    names: Names
    network: ToTheTrap
    outbound: Outbound

    def gateway(self, base: str = BASE, **more: Any) -> Gateway:
        return Gateway(self.outbound.client(base), Tally(), attempts=1, **more)


@pytest.fixture
async def trapped() -> AsyncIterator[Trapped]:
    table: dict[str, list[Sequence[str]]] = {
        "public.example": [[OUTSIDE]],
        "other.example": [[OUTSIDE]],
        "mixed.example": [[OUTSIDE, "127.0.0.1"]],
        "mixed6.example": [[OUTSIDE, "2606:4700::1111", "::1"]],
        "empty.example": [[]],
    }
    async with listening() as trap:
        names, network = Names(table), ToTheTrap(trap)
        outbound = Outbound(resolver=names, network=GuardedNetwork(names, network), tls=NO_TLS)
        yield Trapped(trap, names, network, outbound)
        await outbound.aclose()


async def fetched(gateway: Gateway, url: str) -> bytes:
    return b"".join([part async for part in gateway.download(url)])


@pytest.mark.parametrize("address", DENIED)
def test_inner_addresses_are_denied(address: str) -> None:
    assert is_denied(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_not(address: str) -> None:
    assert not is_denied(address)


@pytest.mark.parametrize("text", ["", "x", "127.1", "0x7f.1", "1.1.1.1 ", "1.1.1.1/8", "[::1]"])
def test_what_is_no_address_is_denied(text: str) -> None:
    assert is_denied(text)


def test_there_are_enough_hostile_ones() -> None:
    assert len(HOSTILE) >= 200


@pytest.mark.parametrize("url", HOSTILE)
async def test_a_hostile_url_is_refused_when_it_is_saved(url: str, trapped: Trapped) -> None:
    with pytest.raises(errors.Invalid) as caught:
        await trapped.outbound.check_url(url)
    assert caught.value.faults[0].pointer == "/url"


@pytest.mark.parametrize("url", HOSTILE)
async def test_and_it_leads_to_nothing_inside_when_it_is_used(url: str, trapped: Trapped) -> None:
    """Those that do connect, such as a public name that is oddly written, connect to the public address."""
    try:
        await fetched(trapped.gateway(), url)
    except errors.RemoteError:
        assert trapped.trap.connections == 0
    assert set(trapped.network.asked) <= {OUTSIDE, "1.1.1.1"} and trapped.network.ports <= {443, 8443}
    assert {it.headers["host"].partition(":")[0] for it in trapped.trap.heard} <= {
        "public.example",
        "1.1.1.1",
    }


@pytest.mark.parametrize("url", HOSTILE)
async def test_nor_does_a_redirect_to_it(url: str, trapped: Trapped) -> None:
    location = (
        url.encode("utf-8", "replace").split(b"\r")[0].split(b"\n")[0].replace(b"\0", b"").decode("latin-1")
    )
    trapped.trap.script = lambda heard: (
        answer(302, location=location) if heard.target == "/start" else answer(200, b"here")
    )
    for gateway in (trapped.gateway(), trapped.gateway(auth=bearer("x"))):
        with suppress(errors.RemoteError):
            await fetched(gateway, "/start")
    assert set(trapped.network.asked) <= {OUTSIDE, "1.1.1.1"}
    with pytest.raises(errors.RemoteError):
        await trapped.gateway(base="https://other.example").get("/start")
    assert set(trapped.network.asked) <= {OUTSIDE, "1.1.1.1"}


@pytest.mark.parametrize("address", DENIED)
async def test_no_name_leads_inside(address: str, trapped: Trapped) -> None:
    trapped.names.table["turned.example"] = [[OUTSIDE, address]]
    for url in ("https://turned.example/", "https://turned.example:8443/"):
        with pytest.raises(errors.Invalid):
            await trapped.outbound.check_url(url)
        with pytest.raises(AddressRefused):
            await trapped.gateway(base=url).get("/")
        with pytest.raises(errors.RecordRejected):
            await fetched(trapped.gateway(), url)
    assert trapped.trap.connections == 0


async def test_a_name_that_changes_its_mind_gains_nothing(trapped: Trapped) -> None:
    trapped.names.table["turning.example"] = [[OUTSIDE], [OUTSIDE], ["127.0.0.1"]]
    await trapped.outbound.check_url("https://turning.example")
    trapped.trap.says(answer(200, {}, connection="close"))
    await trapped.gateway(base="https://turning.example").get("/")
    assert trapped.network.asked == [OUTSIDE]  # what was checked, and not the name again
    with pytest.raises(AddressRefused):
        await trapped.gateway(base="https://turning.example").get("/")
    assert trapped.trap.connections == 1


async def test_a_public_name_gets_through(trapped: Trapped) -> None:
    """Or else the trap would prove nothing."""
    await trapped.outbound.check_url("https://Public.Example:8443/some/path")
    trapped.trap.says(answer(200, {"a": 1}))
    assert await trapped.gateway().get("/x") == {"a": 1}
    assert trapped.trap.heard[0].headers["host"] == "public.example"


async def test_the_next_address_is_tried(trapped: Trapped) -> None:
    class Failing(ToTheTrap):
        async def connect_tcp(
            self, host: str, port: int, *args: Any, **more: Any
        ) -> httpcore2.AsyncNetworkStream:
            if host == "1.1.1.1":
                raise httpcore2.ConnectError("away")
            return await super().connect_tcp(host, port)

    trapped.names.table["two.example"] = [["1.1.1.1", OUTSIDE]]
    network = Failing(trapped.trap)
    outbound = Outbound(network=GuardedNetwork(trapped.names, network), tls=NO_TLS)
    trapped.trap.says(answer(200, {}))
    await Gateway(outbound.client("https://two.example"), Tally()).get("/")
    assert network.asked == [OUTSIDE]
    await outbound.aclose()


async def test_a_download_elsewhere_gets_no_credential(trapped: Trapped) -> None:
    trapped.trap.script = lambda heard: (
        answer(302, location="https://other.example/file") if heard.target == "/x" else answer(200, b"file")
    )
    gateway = trapped.gateway(auth=bearer("secret"))
    assert await fetched(gateway, "/x") == await fetched(gateway, "https://other.example/y") == b"file"
    seen = [(it.headers["host"], "authorization" in it.headers) for it in trapped.trap.heard]
    assert seen == [("public.example", True), ("other.example", False), ("other.example", False)]


async def test_a_download_follows_three_redirects(trapped: Trapped) -> None:
    moves = iter(range(10))
    trapped.trap.script = lambda _: answer(302, location=f"/{next(moves)}")
    with pytest.raises(errors.RecordRejected):
        await fetched(trapped.gateway(), "/x")
    assert [it.target for it in trapped.trap.heard] == ["/x", "/0", "/1", "/2"]


async def test_proxies_of_the_environment_are_not_asked(
    trapped: Trapped, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    trapped.trap.says(answer(200, {}))
    assert await trapped.gateway().get("/") == {}
