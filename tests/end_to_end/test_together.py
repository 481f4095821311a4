"""Everything in one process, on both modes: what a person does first, restarts, and what is shown to whom."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator

from common.served import problem_of
from end_to_end.running import Client, network_of, refuses_connections, together
from syncline_common.settings import BusSettings, DatabaseSettings
from syncline_connections.store.network_store import KnownNetworks
from syncline_embedded.main import Together
from syncline_embedded.services import SERVICES
from syncline_registry.actions.accounts import FIRST_ACCOUNT

Settings = tuple[DatabaseSettings, BusSettings]
NAMES = [service.name for service in SERVICES]


@pytest.fixture
async def running(mode_settings: Settings) -> AsyncIterator[tuple[Together, Client]]:
    async with together(mode_settings) as running:
        yield running


@pytest.fixture
def client(running: tuple[Together, Client]) -> Client:
    return running[1]


async def is_known(running: Together, network_id: str) -> bool:
    """To the connections service, which hears of it over the bus."""
    async with running.hosted[NAMES.index("connections")].home.database.read() as tx:
        return await KnownNetworks(tx, FIRST_ACCOUNT).has(UUID(network_id))


async def until_known(running: Together, network_id: str) -> None:
    async with asyncio.timeout(20):
        while not await is_known(running, network_id):
            await asyncio.sleep(0.02)


class TestEvents:
    async def test_a_network_is_seen_by_readers_and_remembered_by_connections(
        self, running: tuple[Together, Client]
    ) -> None:
        together_, client = running
        async with client.stream() as one, client.stream() as other:
            network = await client.create_network("Support")
            assert await network_of(one) == await network_of(other) == ("1", network)
        await until_known(together_, network)

    async def test_many_come_to_every_reader_in_the_order_they_were_made(self, client: Client) -> None:
        async with client.stream() as stream:
            made = [await client.create_network(f"n{number}") for number in range(20)]
            got = [await network_of(stream) for _ in made]
        assert got == [(str(position), network) for position, network in enumerate(made, 1)]

    async def test_after_a_restart_of_everything_a_reader_goes_on(self, mode_settings: Settings) -> None:
        async with together(mode_settings) as (first, client), client.stream() as stream:
            seen = await client.create_network("seen")
            last, network = await network_of(stream)
            assert network == seen
            missed = await client.create_network("missed")
            await until_known(first, missed)
        async with together(mode_settings) as (second, client):
            names = [it["name"] for it in (await client.get("/registry/v1/networks")).json()["items"]]
            assert names == ["seen", "missed"]
            assert await is_known(second, seen) and await is_known(second, missed)
            async with client.stream(last) as stream:
                assert await network_of(stream) == ("2", missed)
                new = await client.create_network("new")
                assert await network_of(stream) == ("3", new)

    async def test_what_was_not_yet_sent_leaves_after_the_restart(self, mode_settings: Settings) -> None:
        """The answer is 201 once it is committed; the way to the others may be cut right then."""
        made = []
        async with together(mode_settings) as (_, client):
            for number in range(10):
                made.append(await client.create_network(f"n{number}"))
        async with together(mode_settings) as (again, client), client.stream("0") as stream:
            assert [await network_of(stream) for _ in made] == [
                (str(position), network) for position, network in enumerate(made, 1)
            ]
            for network in made:
                await until_known(again, network)

    async def test_an_events_schema_is_where_it_says(self, client: Client) -> None:
        async with client.stream() as stream:
            await client.create_network("Support")
            event = json.loads((await stream.next()).data)
        schema = (await client.get(event["dataschema"])).json()
        Draft202012Validator.check_schema(schema)
        assert [error.message for error in Draft202012Validator(schema).iter_errors(event["data"])] == []
        problem_of(await client.get("/sync/events/nothing.v1.json"), 404, "not_found")


class TestStopping:
    async def test_ends_open_streams_promptly_and_releases_the_port(self, mode_settings: Settings) -> None:
        loop = asyncio.get_running_loop()
        async with together(mode_settings) as (first, client):
            streams = [client.stream() for _ in range(5)]
            opened = [await it.__aenter__() for it in streams]
            asked = loop.time()
        assert loop.time() - asked < 8  # drain_seconds is 20
        for stream, context in zip(opened, streams, strict=True):
            assert await stream.ended()
            await context.__aexit__(None, None, None)
        assert refuses_connections(first.url)
        async with together(mode_settings, int(first.url.rsplit(":", 1)[1])) as (second, _):
            assert second.url == first.url

    async def test_a_port_that_is_taken_is_told_plainly(
        self, running: tuple[Together, Client], mode_settings: Settings
    ) -> None:
        port = int(running[0].url.rsplit(":", 1)[1])
        with pytest.raises(SystemExit, match=f"Can't listen on 127.0.0.1, port {port}: .*SYNCLINE_PORT"):
            async with together(mode_settings, port):
                pass


async def test_how_it_is_in_all_and_in_each_service(client: Client) -> None:
    alive = await client.get("/healthz")
    assert alive.json() == {"status": "ok", "services": dict.fromkeys(NAMES, "ok")}
    ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "ok")
    assert list(ready.json()["services"]) == NAMES
    for name in NAMES:
        assert (await client.get(f"/{name}/healthz")).json() == {"status": "ok"}
        found = (await client.get(f"/{name}/readyz")).json()
        facts = [found[it] for it in ("status", "database", "bus", "instance")]
        assert facts == ["ok", "ok", "ok", "test"]
        assert set(found["loops"].values()) == {"ok"} and {"relay", "inbox", "forget"} <= set(found["loops"])
        assert found["outbox"] == {"waiting": 0, "oldest_seconds": 0.0}


async def test_what_people_and_programs_find_on_the_way(client: Client, mode_settings: Settings) -> None:
    page = await client.get("/status")
    assert page.status_code == 200 and page.text.count("Running") == 4
    assert "default-src 'none'" in page.headers["content-security-policy"]
    await client.create_network("Support")
    figures = await client.get("/registry/metrics")
    assert figures.headers["content-type"].startswith("text/plain; version=")
    assert 'syncline_outbox_waiting{service="registry"}' in figures.text
    counted = 'syncline_http_seconds_count{method="POST",route="/registry/v1/networks",service="registry"'
    assert counted in figures.text
    document: dict[str, Any] = (await client.get("/sync/asyncapi.json")).json()
    assert document["asyncapi"] == "3.0.0" and "registry.network.created.v1" in document["channels"]
    assert f"{mode_settings[1].bus_namespace}.events" in json.dumps(document["channels"])
