"""A node's webhooks: subscribed to once while it is set up, undone when nobody needs them; and why there are none."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from common.served import problem_of
from conftest import BOTH_DATABASES, database_of
from connectors.opened import BOARDS, INSTANCE, secret
from sdk.vendor import NO_TLS, nowhere
from services.systems import BASIC, PAT, TOKEN, Desk, desk_with
from services.test_internal_systems import INTERNAL, TRUSTED, ask, got, mine, node
from syncline_common.clock import ManualClock
from syncline_common.connectors.catalogue import hints_of
from syncline_common.connectors.opening import Opener
from syncline_common.db.tx import Database
from syncline_common.ids import new_id
from syncline_common.runtime.service import Service
from syncline_common.schemas.connector import NewRecord
from syncline_common.schemas.records import Record
from syncline_common.sdk.outbound import Outbound
from syncline_common.sdk.ports import Hint
from syncline_common.settings import DatabaseSettings
from syncline_registry.actions import webhooks
from syncline_registry.actions.nodes import open_node
from syncline_registry.actions.usages import forget_use, note_use
from syncline_registry.app import SERVICE
from syncline_sandbox.faults import Fault

HERE = "http://127.0.0.1:9"  # a simulated vendor posts to loopback alone
ADMINISTRATOR = {"scheme": "pat", "token": "sandbox-pat-administrator"}


@pytest.fixture
def service() -> Service:
    return SERVICE


@pytest.fixture
def database_settings(tmp_path: Path) -> DatabaseSettings:
    return DatabaseSettings(data_dir=tmp_path, database_url=None)


@pytest.fixture
async def desk(db: Database, tmp_path: Path, clock: ManualClock) -> AsyncIterator[Desk]:
    async with desk_with(db, tmp_path, clock) as it:
        reached_at(it, HERE)
        yield it


def reached_at(desk: Desk, base: str | None) -> None:
    own = desk.registry.own
    desk.registry.own = replace(own, hooks=replace(own.hooks, base=base))
    desk.registry.app.state.home.own = desk.registry.own


class Member:
    """A node that was made for a build, and the connections that use it."""

    def __init__(self, desk: Desk, network: str, made: dict[str, Any]) -> None:
        self.desk, self.network, self.made = desk, network, made
        self.account = desk.registry.account

    @classmethod
    async def of(cls, desk: Desk, url: str = BOARDS, auth: dict[str, str] = ADMINISTRATOR) -> "Member":
        network = await desk.registry.network()
        return cls(desk, network, await node(desk, network, url, auth))

    async def configure(self) -> dict[str, Any]:
        path = f"/nodes/{self.made['node_id']}/configure"
        found: dict[str, Any] = (await got(await ask(self.desk, path, mine(self.desk))))["webhooks"]
        return found

    async def use(self, connection: UUID) -> None:
        async with self.desk.registry.db.begin() as tx:
            what = (UUID(self.network), [UUID(self.made["system_id"])])
            await note_use(tx, self.account, connection, *what)

    async def leave(self, connection: UUID) -> None:
        async with self.desk.registry.db.begin() as tx:
            await forget_use(tx, self.account, connection)

    async def settle(self) -> int:
        return await webhooks.settle_once(self.desk.registry.db, self.desk.registry.own)

    async def remove(self) -> Any:
        path = f"/registry/v1/systems/{self.made['system_id']}"
        return await self.desk.registry.http.delete(path)

    async def shown(self) -> Any:
        path = f"/registry/v1/systems/{self.made['system_id']}"
        return (await got(await self.desk.registry.http.get(path)))["nodes"][0]["webhooks"]

    async def audited(self) -> list[str]:
        params = {"noun_id": self.made["system_id"]}
        lines = await self.desk.registry.http.get("/registry/v1/audit", params=params)
        actions = [it["action"] for it in lines.json()["items"]]
        return [it for it in reversed(actions) if it.startswith("webhooks")]


def posting(desk: Desk) -> set[str]:
    """Where the vendor posts to."""
    return {it.consumer["url"] for it in desk.town.boards.hooks.subscriptions.values()}


async def test_set_up_twice_it_is_subscribed_to_once(desk: Desk) -> None:
    it = await Member.of(desk)
    first = await it.configure()
    assert (first["subscribed"], first["said"]) == (True, "Webhooks are subscribed to")
    ids = set(desk.town.boards.hooks.subscriptions)
    assert await it.configure() == first and set(desk.town.boards.hooks.subscriptions) == ids
    assert await it.shown() == {"subscribed": True, "said": first["said"]}
    assert await it.audited() == ["webhooks.subscribed"]


async def test_what_is_posted_is_known_by_its_address_and_believed_by_its_secret(desk: Desk) -> None:
    it = await Member.of(desk)
    await it.configure()
    boards, hooks = desk.town.boards, desk.registry.own.hooks
    new = NewRecord("Bug", {"System.Title": "x"}, "sl-abcdefghij234567abcd", "Fabrikam Web")
    made = (await desk.town.open("azure_devops", secret("pat", token=PAT)).writer().create([new]))[0]
    assert isinstance(made, Record)
    (posted,) = boards.deliveries.take_due(boards.clock.now())
    assert posted.target.startswith(f"{HERE}/sync/v1/hooks/")
    owner = hooks.tokens.owner(posted.target.rsplit("/", 1)[1])
    assert (str(owner.node.id), owner.kind) == (it.made["node_id"], "azure_devops")
    headers = {name.lower(): value for name, value in posted.headers.items()}
    assert list(hints_of(owner.kind, headers, posted.body, [hooks.secret(owner)])) == [Hint(made.ref)]


async def test_without_a_public_address_it_says_so(desk: Desk) -> None:
    reached_at(desk, None)
    it = await Member.of(desk)
    said = await it.configure()
    assert not said["subscribed"] and "SYNCLINE_PUBLIC_URL" in said["said"]
    assert posting(desk) == set() and await it.settle() == 0


async def test_a_vendor_without_a_way_says_so(desk: Desk) -> None:
    it = await Member.of(desk, INSTANCE, BASIC)
    said = await it.configure()
    assert not said["subscribed"] and "ServiceNow offers no way" in said["said"]


async def test_who_may_not_subscribe_is_told_what_it_takes_and_the_build_goes_on(desk: Desk) -> None:
    it = await Member.of(desk, auth=TOKEN)
    said = await it.configure()
    assert not said["subscribed"] and "administrator" in said["said"]
    assert posting(desk) == set() and await it.settle() == 0


@pytest.mark.parametrize("fault", [Fault.ERROR_BEFORE, Fault.ERROR_AFTER, Fault.RATE_LIMITED])
async def test_what_fails_is_tried_again_by_itself(desk: Desk, clock: ManualClock, fault: Fault) -> None:
    it = await Member.of(desk)
    await it.use(new_id())
    desk.town.boards.faults.order("hooks.create", fault, None, skip=3)
    said = await it.configure()
    assert not said["subscribed"] and "as soon as" in said["said"] and await it.settle() == 0
    desk.town.boards.faults.lift()
    desk.registry.own.prober.gate._reserves.clear()  # type: ignore[attr-defined] # what the vendor has asked for is over
    clock.advance(seconds=301)
    assert (await it.settle(), await it.settle()) == (1, 0)
    assert (await it.shown())["subscribed"] and len(desk.town.boards.hooks.subscriptions) == 10


async def test_an_outage_delays_the_undoing(desk: Desk, clock: ManualClock) -> None:
    it, connection = await Member.of(desk), new_id()
    await it.use(connection)
    await it.configure()
    desk.town.boards.faults.order("hooks.*", Fault.ERROR_BEFORE, None)
    await it.leave(connection)
    assert (await it.settle(), len(posting(desk))) == (1, 1)
    desk.town.boards.faults.lift()
    clock.advance(seconds=301)
    assert (await it.settle(), posting(desk)) == (1, set())


async def test_what_a_build_takes_away_posts_no_more_even_if_nobody_knew_that_it_did(desk: Desk) -> None:
    it = await Member.of(desk)
    desk.town.boards.faults.order("hooks.create", Fault.ERROR_AFTER, skip=2)
    await it.configure()
    assert len(posting(desk)) == 1
    where = {"account_id": str(it.account), "network_id": it.network}
    path = f"{INTERNAL}/systems/{it.made['system_id']}"
    answer = await desk.registry.http.delete(path, params=where, headers=TRUSTED)
    assert answer.status_code == 204 and posting(desk) == set()


async def test_a_vendor_that_is_away_holds_up_no_removal(desk: Desk) -> None:
    it = await Member.of(desk)
    await it.configure()
    desk.town.boards.faults.order("hooks.*", Fault.ERROR_BEFORE, None)
    assert (await it.remove()).status_code == 204


async def test_who_may_not_remove_it_stops_nothing(desk: Desk) -> None:
    it = await Member.of(desk)
    await it.configure()
    viewer = await desk.somebody("viewer@example.com", "viewer", it.network)
    answer = await desk.registry.http.delete(f"/registry/v1/systems/{it.made['system_id']}", headers=viewer)
    assert answer.status_code == 403 and len(posting(desk)) == 1


async def test_another_public_address_takes_the_place_of_the_old_one(desk: Desk) -> None:
    it = await Member.of(desk)
    await it.configure()
    reached_at(desk, "http://localhost:9")
    await it.configure()
    assert {url.rpartition("/sync/")[0] for url in posting(desk)} == {"http://localhost:9"}
    reached_at(desk, None)
    assert not (await it.configure())["subscribed"] and posting(desk) == set()


async def test_an_address_that_vendors_can_not_reach_is_not_told_them(desk: Desk) -> None:
    it, own, way = await Member.of(desk), desk.registry.own, Outbound(resolver=nowhere, tls=NO_TLS)
    await it.configure()
    async with desk.registry.db.read() as tx:
        opened = await open_node(tx, own, it.account, UUID(it.made["node_id"]))
    prober = replace(own.prober, opener=Opener(way, desk.town.clock))
    for base in ("http://syncline.example", "https://10.0.0.1", "https://syncline.example"):
        unrouted = replace(own, prober=prober, hooks=replace(own.hooks, base=base))
        told, why = await webhooks._reached_at(unrouted, opened)
        assert told is None and why.startswith(f"No webhooks: {base} can't be reached from outside by https")
    await way.aclose()


class TestRows:
    """What rests on what the database says, on both."""

    @pytest.fixture(params=BOTH_DATABASES)
    async def database_settings(
        self, request: pytest.FixtureRequest, tmp_path: Path
    ) -> AsyncIterator[DatabaseSettings]:
        async with database_of(request.param, tmp_path) as settings:
            yield settings

    async def test_with_the_last_connection_they_go_and_with_the_next_they_come(self, desk: Desk) -> None:
        it, first, second = await Member.of(desk), new_id(), new_id()
        await it.use(first)
        await it.use(second)
        await it.configure()
        await it.leave(first)
        assert (await it.settle(), len(posting(desk))) == (0, 1)
        await it.leave(second)
        assert (await it.settle(), posting(desk), await it.shown()) == (1, set(), None)
        await it.use(new_id())
        assert (await it.settle(), len(posting(desk))) == (1, 1)
        assert await it.audited() == ["webhooks.subscribed", "webhooks.undone", "webhooks.subscribed"]

    async def test_a_build_of_which_nobody_tells_leaves_none(self, desk: Desk, clock: ManualClock) -> None:
        it = await Member.of(desk)
        await it.configure()
        assert await it.settle() == 0
        clock.advance(seconds=601)
        assert (await it.settle(), posting(desk)) == (1, set())

    async def test_a_system_that_is_removed_posts_no_more(self, desk: Desk) -> None:
        it, connection = await Member.of(desk), new_id()
        await it.use(connection)
        await it.configure()
        problem_of(await it.remove(), 409, "in_use")
        assert len(posting(desk)) == 1, "it is still in use"
        await it.leave(connection)
        assert (await it.remove()).status_code == 204 and posting(desk) == set()
        assert await it.settle() == 0
