"""Outgoing webhooks: signed, in order, again until they are taken, and only what their maker may see."""

import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from httpx2 import AsyncClient

from common.served import ACCOUNT, People, application, bearer, calling, home_of, problem_of
from sdk.vendor import NO_TLS, VENDOR, answer, listening, nowhere
from syncline_common.bus.router import Received
from syncline_common.clock import ManualClock
from syncline_common.db.tx import Database
from syncline_common.events.registry import NetworkCreated
from syncline_common.ids import new_id
from syncline_common.sdk.outbound import Outbound
from syncline_common.sdk.posting import Poster
from syncline_sync_worker.actions.announcements import announce
from syncline_sync_worker.api import subscriptions
from syncline_sync_worker.work.deliver import Courier

PATH, KEY = "/sync/v1/subscriptions", b"a key of the test"
CREATED = "registry.network.created.v1"


@dataclass
class Sent:
    url: str
    body: bytes
    headers: dict[str, str]


@dataclass
class Receiver:
    """What customers' addresses have heard; `answers` one after the other, the last for ever."""

    answers: list[int | str] = field(default_factory=lambda: [200])
    heard: list[Sent] = field(default_factory=list)

    async def post(self, url: str, content: bytes, headers: Any) -> int | str:
        self.heard.append(Sent(url, content, dict(headers)))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def networks(self) -> list[str]:
        return [json.loads(it.body)["networkid"] for it in self.heard]


@dataclass
class Post:
    db: Database
    http: AsyncClient
    people: People
    receiver: Receiver
    clock: ManualClock

    async def subscribe(self, *types: str) -> dict[str, Any]:
        answer = await self.http.post(PATH, json={"url": f"{VENDOR}/hook", "types": list(types)})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def happens(self, network: UUID, account: UUID = ACCOUNT) -> str:
        event = NetworkCreated(account_id=account, network_id=network)
        told = Received(event.id, CREATED, event.to_cloud_event(self.clock.now()))
        async with self.db.begin() as tx:
            await announce(tx, [told])
        return str(event.id)

    async def deliver(self) -> int:
        courier = Courier(self.db, self.receiver, KEY, "w1")
        done = 0
        while await courier.deliver_once():
            done += 1
        return done

    async def shown(self) -> dict[str, Any]:
        (it,) = (await self.http.get(PATH)).json()["items"]
        found: dict[str, Any] = it
        return found


@pytest.fixture
async def post(db: Database, clock: ManualClock) -> AsyncIterator[Post]:
    people = People()
    app = application(subscriptions.router)
    async with calling(app, db, people) as http:
        app.state.home = home_of(db, people, outbound=Outbound(resolver=outside, tls=NO_TLS))
        yield Post(db, http, people, Receiver(), clock)


async def outside(name: str) -> list[str]:
    return ["93.184.216.34"]


def is_signed(it: Sent, secret: str) -> bool:
    """As a receiver checks it by the standard."""
    told = f"{it.headers['webhook-id']}.{it.headers['webhook-timestamp']}.".encode() + it.body
    proof = hmac.digest(b64decode(secret.removeprefix("whsec_")), told, "sha256")
    return it.headers["webhook-signature"] == f"v1,{b64encode(proof).decode()}"


class TestDelivering:
    async def test_each_event_is_posted_once_in_order_and_signed(self, post: Post) -> None:
        await post.happens(new_id())  # before: not its business
        made = await post.subscribe()
        networks = [new_id() for _ in range(7)]
        ids = [await post.happens(it) for it in networks]
        await post.deliver()
        assert post.receiver.networks() == [str(it) for it in networks]
        assert [it.headers["webhook-id"] for it in post.receiver.heard] == ids
        assert all(is_signed(it, made["secret"]) for it in post.receiver.heard)
        assert await post.deliver() == 0

    async def test_what_is_not_taken_is_sent_again_later_and_nothing_overtakes_it(
        self, post: Post, clock: ManualClock
    ) -> None:
        await post.subscribe()
        first, second = new_id(), new_id()
        await post.happens(first)
        await post.happens(second)
        post.receiver.answers = [500, "unavailable", 200]
        await post.deliver()
        assert post.receiver.networks() == [str(first)]
        assert ((await post.shown())["attempts"], (await post.shown())["last_answer"]) == (1, "500")
        clock.advance(seconds=5)
        await post.deliver()
        clock.advance(seconds=20)
        await post.deliver()
        assert post.receiver.networks() == [str(it) for it in (first, first, first, second)]
        assert (await post.shown())["attempts"] == 0

    async def test_after_three_days_of_failing_it_is_given_up(self, post: Post, clock: ManualClock) -> None:
        await post.subscribe()
        await post.happens(new_id())
        post.receiver.answers = [503]
        for _ in range(60):
            await post.deliver()
            clock.advance(seconds=7200)
        assert (await post.shown())["state"] == "failed"
        heard = len(post.receiver.heard)
        await post.deliver()
        assert len(post.receiver.heard) == heard

    async def test_only_the_types_asked_for(self, post: Post) -> None:
        await post.subscribe("sync.run.completed.v1")
        await post.happens(new_id())
        await post.deliver()
        assert post.receiver.heard == []

    async def test_of_its_own_account_alone(self, post: Post) -> None:
        await post.subscribe()
        await post.happens(new_id(), account=new_id())
        await post.deliver()
        assert post.receiver.heard == []


class TestAsking:
    async def test_the_secret_is_shown_once(self, post: Post) -> None:
        made = await post.subscribe()
        assert made["secret"].startswith("whsec_") and "secret" not in await post.shown()
        key = {"Idempotency-Key": "k1"}
        body = {"url": f"{VENDOR}/other"}
        assert (await post.http.post(PATH, json=body, headers=key)).status_code == 201
        problem_of(await post.http.post(PATH, json=body, headers=key), 409, "already_done")

    async def test_removed_it_hears_nothing_more(self, post: Post) -> None:
        made = await post.subscribe()
        await post.happens(new_id())
        assert (await post.http.delete(f"{PATH}/{made['id']}")).status_code == 204
        await post.deliver()
        assert post.receiver.heard == []
        problem_of(await post.http.delete(f"{PATH}/{made['id']}"), 404, "not_found")

    async def test_refusals(self, post: Post) -> None:
        made = await post.subscribe()
        post.people.add("manager", "manager", new_id())
        post.people.add("stranger", "administrator", account=new_id())
        for body, pointer in (
            ({"url": "http://hooks.example.com"}, "/url"),
            ({"url": "https://127.0.0.1/x"}, "/url"),
            ({"url": VENDOR, "types": ["sync.run.eaten.v1"]}, "/types/0"),
        ):
            problem = problem_of(await post.http.post(PATH, json=body), 422, "invalid")
            assert [it["pointer"] for it in problem["errors"]] == [pointer]
        manager = bearer("manager")
        problem_of(await post.http.post(PATH, json={"url": VENDOR}, headers=manager), 403, "forbidden")
        path = f"{PATH}/{made['id']}"
        problem_of(await post.http.delete(path, headers=bearer("stranger")), 404, "not_found")
        assert (await post.http.get(PATH, headers=bearer("stranger"))).json()["items"] == []


async def test_posting_follows_no_redirect_and_says_what_came_of_it() -> None:
    async with listening() as vendor:
        outbound = Outbound({VENDOR: vendor.address}, resolver=nowhere, tls=NO_TLS)
        poster = Poster(outbound)
        for said, expected in (
            (answer(204), 204),
            (answer(302, location=f"{VENDOR}/b"), 302),
            (answer(500), 500),
        ):
            vendor.says(said)
            assert await poster.post(f"{VENDOR}/hook", b"{}", {"webhook-id": "x"}) == expected
        assert vendor.heard[0].headers["webhook-id"] == "x" and len(vendor.heard) == 3
        assert await poster.post("https://elsewhere.example/hook", b"{}", {}) in (
            "guard_blocked",
            "unavailable",
        )
        await outbound.aclose()
