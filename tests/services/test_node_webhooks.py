"""A node's webhooks: subscribed to once while it is set up, undone when nobody needs them; and why there are none."""

import json
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
from syncline_common.events.connections import ConnectionPublished, EndFacts
from syncline_common.ids import new_id
from syncline_common.runtime.service import Service
from syncline_common.schemas.connector import NewRecord
from syncline_common.schemas.records import Record, RecordRef
from syncline_common.sdk.outbound import Outbound
from syncline_common.sdk.ports import Hint
from syncline_common.settings import DatabaseSettings
from syncline_registry.actions import webhooks
from syncline_registry.actions.nodes import open_node
from syncline_registry.actions.usages import forget_use, note_use
from syncline_registry.app import SERVICE
from syncline_registry.events.handlers import note_which_projects_it_keeps_in_step
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

    async def ask_rules(self, streams: list[str], network: str | None = None, **more: Any) -> Any:
        path = f"/registry/v1/systems/{self.made['system_id']}/webhook-rules"
        body = {"network_id": network or self.network, "streams": streams}
        return await self.desk.registry.http.post(path, json=body, **more)

    async def rules(self, streams: list[str]) -> Any:
        return (await got(await self.ask_rules(streams)))["items"]

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
    assert await it.shown() == {"subscribed": True, "said": first["said"], "by_hand": False}
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


async def test_a_project_that_a_published_connection_uses_is_subscribed_to(desk: Desk) -> None:
    it, connection = await Member.of(desk), new_id()
    desk.town.boards.boards.projects = [
        replace(desk.town.boards.boards.projects[0], id=f"00000000-0000-0000-0000-{n:012}", name=f"P{n:02}")
        for n in range(12)
    ]
    await it.use(connection)
    assert "2 more projects" in (await it.configure())["said"]
    event = ConnectionPublished(
        account_id=it.account,
        network_id=UUID(it.network),
        connection_id=connection,
        configuration_version=1,
        a=EndFacts(
            system_id=UUID(it.made["system_id"]), node_id=UUID(it.made["node_id"]), kind="azure_devops"
        ),
        b=EndFacts(system_id=new_id(), node_id=new_id(), kind="servicenow"),
        schedule={},
        projects={"a": ["P11"]},
    )
    for due in (1, 0):  # told twice, there is nothing more to do
        async with desk.registry.db.begin() as tx:
            await note_which_projects_it_keeps_in_step(event, tx)
        assert await it.settle() == due
    projects = {one.inputs["projectId"] for one in desk.town.boards.hooks.subscriptions.values()}
    assert len(projects) == 10 and "00000000-0000-0000-0000-000000000011" in projects


async def test_without_a_public_address_it_says_so(desk: Desk) -> None:
    reached_at(desk, None)
    it = await Member.of(desk)
    said = await it.configure()
    assert not said["subscribed"] and "SYNCLINE_PUBLIC_URL" in said["said"]
    assert posting(desk) == set() and await it.settle() == 0


async def test_where_a_rule_is_entered_by_hand_it_says_so(desk: Desk) -> None:
    it = await Member.of(desk, INSTANCE, BASIC)
    said = await it.configure()
    assert not said["subscribed"] and "has to enter what the system" in said["said"]
    assert (await it.shown())["by_hand"]


async def test_the_rule_is_shown_to_administrators_and_its_posts_are_believed(desk: Desk) -> None:
    it = await Member.of(desk, INSTANCE, BASIC)
    await it.configure()
    rules = await it.rules(["incident", "problem"])
    assert [one["fields"]["Table"] for one in rules] == ["incident", "problem"]
    url, secret = (
        json.loads(rules[0]["text"].split(before)[1].split(");")[0])
        for before in ("setEndpoint(", "'X-Syncline-Token', ")
    )
    owner = desk.registry.own.hooks.tokens.owner(url.removeprefix(f"{HERE}/sync/v1/hooks/"))
    assert (str(owner.node.id), owner.kind) == (it.made["node_id"], "servicenow")
    headers = {"x-syncline-token": secret}
    body = json.dumps({"table": "incident", "sys_id": "a" * 32, "operation": "update"}).encode()
    said = hints_of("servicenow", headers, body, [desk.registry.own.hooks.secret(owner)])
    assert list(said) == [Hint(RecordRef("incident", "a" * 32))]
    assert await it.audited() == ["webhooks.shown"]


async def test_nobody_else_is_shown_a_rule(desk: Desk) -> None:
    it = await Member.of(desk, INSTANCE, BASIC)
    await it.configure()
    manager = await desk.somebody("manager@example.com", "manager", it.network)
    assert (await it.ask_rules(["incident"], headers=manager)).status_code == 403
    elsewhere = await desk.registry.network("Elsewhere")
    problem_of(await it.ask_rules(["incident"], network=elsewhere), 404, "not_found")
    problem_of(await it.ask_rules(["incident'); drop"]), 422, "invalid")
    assert await it.audited() == []


async def test_there_is_no_rule_without_an_address_or_a_need(desk: Desk) -> None:
    boards = await Member.of(desk)
    assert "by hand" in problem_of(await boards.ask_rules(["Bug"]), 409, "conflict")["title"]
    reached_at(desk, None)
    made = await node(desk, boards.network, INSTANCE, BASIC)
    it = Member(desk, boards.network, made)
    await it.configure()
    told = problem_of(await it.ask_rules(["incident"]), 409, "conflict")
    assert "SYNCLINE_PUBLIC_URL" in told["title"]


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
