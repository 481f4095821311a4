"""`python -m syncline_embedded` as a person runs it: started, stopped, killed, started twice."""

import signal
import socket
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from end_to_end.running import Syncline, client_of, network_of, refuses_connections
from syncline_common.testing.transport_contract import until

Start = Callable[..., Syncline]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Each start has an output of its own; what still runs after the test is killed."""
    async with AsyncExitStack() as stack:
        count = 0

        def start(**settings: str) -> Syncline:
            nonlocal count
            count += 1
            settings = {"port": "0"} | settings
            it = Syncline(tmp_path / "data", tmp_path / f"said-{count}.txt", **settings)
            stack.push_async_callback(it.kill)
            return it

        yield start


async def test_started_used_stopped_and_started_again(start: Start, tmp_path: Path) -> None:
    first = start()
    url, password = await first.until_it_runs(), first.password()
    assert first.said.count(password) == 1 and str(tmp_path / "data") in first.said
    for name, mode in (("", 0o700), ("admin-password", 0o600), ("installation-key", 0o600)):
        assert stat.S_IMODE((tmp_path / "data" / name).stat().st_mode) == mode
    async with client_of(url, password) as client, client.stream() as stream:
        network = await client.create_network("Support")
        assert (await network_of(stream))[1] == network
        first.signal(signal.SIGTERM)
        assert await stream.ended()
        assert await first.until_it_ended() == 0
    assert "Syncline has stopped." in first.said
    assert refuses_connections(url)
    second = start()
    async with client_of(await second.until_it_runs(), password) as client:
        assert [it["id"] for it in (await client.get("/registry/v1/networks")).json()["items"]] == [network]


async def test_killed_it_finds_everything_again(start: Start) -> None:
    first = start()
    url, password = await first.until_it_runs(), first.password()
    async with client_of(url, password) as client:
        made = [await client.create_network(f"n{number}") for number in range(5)]
        first.signal(signal.SIGKILL)  # right after the answer
        assert await first.until_it_ended() == -signal.SIGKILL
    second = start()
    async with client_of(await second.until_it_runs(), password) as client, client.stream("0") as stream:
        got = [await network_of(stream) for _ in made]
    assert got == [(str(position), network) for position, network in enumerate(made, 1)]


async def test_a_second_one_on_the_same_data_is_refused(start: Start, tmp_path: Path) -> None:
    first = start()
    url = await first.until_it_runs()
    second = start()
    assert await second.until_it_ended() == 1
    assert second.said == (
        f"Another Syncline is using {tmp_path / 'data'}. Stop it, or choose another SYNCLINE_DATA_DIR.\n"
    )
    async with client_of(url, first.password()) as client:
        assert (await client.get("/readyz")).json()["status"] == "ok"


async def test_a_port_that_is_taken_is_told_plainly(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = start(port=str(port))
        assert await refused.until_it_ended() == 1
    assert refused.said.startswith(f"Can't listen on 127.0.0.1, port {port}: Address already in use")
    assert refused.said.endswith("Choose another with SYNCLINE_PORT (`make run PORT=8090`).\n")
    assert refused.said.count("\n") == 1, "no traceback"


async def test_asked_twice_it_stops_at_once(start: Start) -> None:
    it = start(log_format="json")
    url = await it.until_it_runs()
    async with client_of(url, it.password()) as client, client.stream():
        it.signal(signal.SIGINT)
        await until(lambda: '"stopping"' in it.said or it.ended is not None)
        it.signal(signal.SIGINT)
        assert await it.until_it_ended(seconds=15) in (0, 128 + signal.SIGINT)
