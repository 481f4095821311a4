"""When there is a demo and when not, what it stands on, and that its connection is built once."""

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr

from connectors.opened import Town, town
from end_to_end.running import EMAIL, PASSWORD, refuses_connections
from syncline_common.settings import (
    AccessSettings,
    BusSettings,
    DatabaseSettings,
    DemoSettings,
    ProcessSettings,
    RouteSettings,
    ServeSettings,
)
from syncline_embedded.demo import FOLDER, NOWHERE, Demo, has_demo, prepared
from syncline_embedded.demo_building import NotBuilt, build
from syncline_embedded.lock import locked
from syncline_embedded.main import Together, run_together
from syncline_sandbox.demo_process import announced

ON, OFF = DemoSettings(demo=True, demo_port=0, demo_every=0), DemoSettings(demo=False)
OURS = {"https://example.service-now.com": "https://10.0.0.1"}
SYSTEMS = ("https://dev.azure.com/sandbox", "https://sandbox.service-now.com")


@pytest.fixture
def database(tmp_path: Path) -> DatabaseSettings:
    (tmp_path / "data").mkdir()
    return DatabaseSettings(data_dir=tmp_path / "data", database_url=None)


def routes(**given: str) -> RouteSettings:
    return RouteSettings(routes=given)


class TestWhetherThereIsOne:
    def test_in_an_empty_directory_it_begins_and_goes_on(self, database: DatabaseSettings) -> None:
        with locked(database.data_dir):
            assert has_demo(ON, database, routes())
            (database.data_dir / "registry.db").touch()
            assert has_demo(ON, database, routes()), "it goes on"
            assert has_demo(ON, database, RouteSettings(routes=OURS)), "whatever was set later"
            assert not has_demo(OFF, database, routes())
            assert has_demo(ON, database, routes()), "left out once, it is there again"

    def test_not_among_what_somebody_has_done(self, database: DatabaseSettings) -> None:
        (database.data_dir / "registry.db").touch()
        assert not has_demo(ON, database, routes())
        assert not (database.data_dir / FOLDER).exists()

    def test_not_for_who_has_systems_or_a_database_of_his_own(self, database: DatabaseSettings) -> None:
        assert not has_demo(ON, database, RouteSettings(routes=OURS))
        url = SecretStr("postgresql://nobody@127.0.0.1/nothing")
        assert not has_demo(ON, database.model_copy(update={"database_url": url}), routes())
        assert not has_demo(OFF, database, routes())
        assert list(database.data_dir.iterdir()) == []


class TestWhatItStandsOn:
    async def test_both_systems_answer_and_end_with_us(self, database: DatabaseSettings) -> None:
        async with prepared(ON, database, routes()) as ground:
            assert ground.demo is not None
            ways = ground.routes.routes
            assert {*SYSTEMS} <= ways.keys()
            assert {it.rpartition(":")[0] for it in ways.values()} == {"http://127.0.0.1"}
            async with httpx2.AsyncClient(trust_env=False) as http:
                for side in ground.demo.systems.values():
                    assert (await http.get(side["page"])).status_code == 200
        assert all(refuses_connections(it) for it in ways.values())

    async def test_a_port_that_is_taken_is_no_obstacle(self, database: DatabaseSettings) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            wanted = ON.model_copy(update={"demo_port": port})
            async with prepared(wanted, database, routes()) as ground:
                assert ground.demo is not None
                assert ground.routes.routes[SYSTEMS[0]] != f"http://127.0.0.1:{port}"

    async def test_left_out_its_systems_are_looked_for_nowhere(self, database: DatabaseSettings) -> None:
        """Least of all where their addresses lead in the wide world."""
        async with prepared(ON, database, routes()):
            pass
        async with prepared(OFF, database, RouteSettings(routes=OURS)) as ground:
            assert ground.demo is None
            assert {ground.routes.routes[it] for it in SYSTEMS} == {NOWHERE}
            assert ground.routes.routes.items() >= OURS.items()

    async def test_without_a_demo_nothing_is_routed(self, database: DatabaseSettings) -> None:
        async with prepared(OFF, database, routes()) as ground:
            assert (ground.routes.routes, ground.demo) == ({}, None)

    async def test_what_can_not_be_read_leaves_it_out(
        self, database: DatabaseSettings, capfd: pytest.CaptureFixture[str]
    ) -> None:
        async with prepared(ON, database, routes()):
            pass
        (database.data_dir / FOLDER / "systems").write_bytes(b"from another world")
        async with prepared(ON, database, routes()) as ground:
            assert ground.demo is None
            assert {ground.routes.routes[it] for it in SYSTEMS} == {NOWHERE}
        assert "was written by another version. Remove it" in capfd.readouterr().err


class TestBuilding:
    @pytest.fixture
    async def place(self, database: DatabaseSettings) -> AsyncIterator[tuple[Town, Together, Demo]]:
        access = AccessSettings(admin_email=EMAIL, admin_password=SecretStr(PASSWORD))
        serve, process = ServeSettings(port=0, drain_seconds=5), ProcessSettings(instance="t")
        (database.data_dir / FOLDER).mkdir()
        async with (
            town(records=1) as vendors,
            run_together(
                database,
                BusSettings(bus_url=None),
                serve,
                process,
                access,
                routes=RouteSettings(routes=vendors.routes),
            ) as running,
        ):
            systems = announced(*vendors.routes.values())["systems"]
            yield vendors, running, Demo(database.data_dir / FOLDER, systems)
            running.wind_down()

    async def test_a_start_that_was_cut_short_is_gone_on_with(
        self, place: tuple[Town, Together, Demo]
    ) -> None:
        vendors, running, demo = place
        access = running.platform.access
        (sync,) = (it for it in vendors.boards.boards.accounts if it.token == "sandbox-pat-read-write")
        vendors.boards.revoked = {sync.name}
        with pytest.raises(NotBuilt) as told:
            await build(demo, running.lines, access)
        assert str(told.value) and not demo.is_built
        vendors.boards.revoked = set()
        made = await build(demo, running.lines, access)
        assert demo.is_built
        again = await build(demo, running.lines, access)
        assert again == made, "it was found"
