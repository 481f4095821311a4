"""The vendors on the network: faults, latency, the ledger, webhooks and the control page, over real connections."""

import asyncio
import json
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.desk import FABRIKAM, PATCH, Hands, basic
from syncline_sandbox import misbehaviour
from syncline_sandbox.azure_devops.organisation import Organisation
from syncline_sandbox.deliveries import Delivery
from syncline_sandbox.faults import Fault
from syncline_sandbox.front import application, deliver
from syncline_sandbox.post import LoopbackPost
from syncline_sandbox.servicenow.instance import Instance
from syncline_sandbox.vendor import Vendor

LIST = "/sandbox/_apis/projects"
CREATE = "/sandbox/Fabrikam%20Web/_apis/wit/workitems/$Bug?api-version=7.1"
BODY = json.dumps([{"op": "add", "path": "/fields/System.Title", "value": "x"}])


@asynccontextmanager
async def served(app: Starlette) -> AsyncIterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical"))
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = server.force_exit = True
    await running


@pytest.fixture
def vendor() -> Organisation:
    return Organisation(now=Hands(), projects=(FABRIKAM,))


@pytest.fixture
async def client(vendor: Organisation) -> AsyncIterator[httpx2.AsyncClient]:
    headers = {"Authorization": basic("sandbox-pat-read-write"), "X-TFS-FedAuthRedirect": "Suppress"}
    async with (
        served(application(vendor, hang=0.3, slow=0.2)) as url,
        httpx2.AsyncClient(base_url=url, headers=headers, trust_env=False) as client,
    ):
        yield client


def base64_of(answer: httpx2.Response) -> bytes:
    """Of the credential that an answer shows."""
    _, _, coded = answer.text.partition("Refused: Basic ")
    return b64decode(coded.partition('"')[0])


async def create(client: httpx2.AsyncClient) -> httpx2.Response:
    return await client.post(CREATE, content=BODY, headers={"Content-Type": PATCH})


@pytest.mark.parametrize(
    ("fault", "status", "effects"),
    [
        (Fault.ERROR_BEFORE, 503, 0),
        (Fault.ERROR_AFTER, 503, 1),
        (Fault.HANG_BEFORE, 504, 0),
        (Fault.HANG_AFTER, 504, 1),
        (Fault.SLOW, 200, 1),
        (Fault.RATE_LIMITED, 429, 0),
        (Fault.REVOKED, 401, 0),
        (Fault.HTML, 200, 0),
        (Fault.REDIRECT_LOOP, 302, 0),
        (Fault.HTML_AFTER, 200, 1),
        (Fault.EMPTY, 200, 1),
        (Fault.OTHER_JSON, 200, 1),
        (Fault.ECHO, 400, 0),
        (Fault.INVALID_JSON, 200, 1),
        (Fault.TRUNCATED, 200, 1),
    ],
)
async def test_a_fault_answers_so_and_has_that_effect(
    client: httpx2.AsyncClient, vendor: Organisation, fault: Fault, status: int, effects: int
) -> None:
    vendor.faults.order("workitems.create", fault)
    assert (await client.get(LIST)).status_code == 200, "another operation"
    answer = await create(client)
    assert answer.status_code == status
    assert len(vendor.ledger.effects) == effects
    assert [it.fault for it in vendor.ledger.requests] == [None, fault]
    if fault in (Fault.HTML, Fault.HTML_AFTER, Fault.EMPTY, Fault.INVALID_JSON, Fault.TRUNCATED):
        with pytest.raises(ValueError, match=r"Expecting|Extra|Unterminated|delimiter"):
            answer.json()
    assert (b"sandbox-pat" in base64_of(answer)) is (fault is Fault.ECHO), "what was sent comes back"
    assert (await create(client)).json()["rev"] == 1, "once was ordered"


async def test_a_client_that_gives_up_does_not_undo_the_effect(
    client: httpx2.AsyncClient, vendor: Organisation
) -> None:
    vendor.faults.order("workitems.*", Fault.HANG_AFTER)
    with pytest.raises(httpx2.TimeoutException):
        await client.post(CREATE, content=BODY, headers={"Content-Type": PATCH}, timeout=0.1)
    assert [it.what for it in vendor.ledger.effects] == ["created"]


async def test_a_connection_may_be_cut(client: httpx2.AsyncClient, vendor: Organisation) -> None:
    vendor.faults.order("*", Fault.CUT)
    with pytest.raises(httpx2.RemoteProtocolError):
        await client.get(LIST)


async def first_bytes(client: httpx2.AsyncClient, wanted: int) -> int:
    seen = 0
    async with client.stream("GET", LIST) as answer:
        async for piece in answer.aiter_raw():
            seen += len(piece)
            if seen > wanted:
                break
    return seen


@pytest.mark.parametrize("fault", [Fault.HUGE, Fault.ENDLESS])
async def test_a_body_may_be_large_or_have_no_end(
    client: httpx2.AsyncClient, vendor: Organisation, fault: Fault
) -> None:
    vendor.faults.order("*", fault)
    assert await first_bytes(client, 2**22) > 2**22


async def test_a_bomb_is_small_until_it_is_opened(client: httpx2.AsyncClient, vendor: Organisation) -> None:
    vendor.faults.order("*", Fault.GZIP_BOMB)
    async with client.stream("GET", LIST) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert int(answer.headers["Content-Length"]) * 500 < misbehaviour.BOMB


async def test_the_same_page_comes_again(client: httpx2.AsyncClient, vendor: Organisation) -> None:
    await create(client), await create(client)
    pages = "/sandbox/_apis/wit/reporting/workitemrevisions?$maxPageSize=1"
    first = (await client.get(pages)).json()
    vendor.faults.order("reporting.*", Fault.SAME_PAGE)
    onward = f"{pages}&continuationToken={first['continuationToken']}"
    assert (await client.get(onward)).json() == first
    assert (await client.get(onward)).json() != first


async def test_a_redirect_leads_to_itself(client: httpx2.AsyncClient, vendor: Organisation) -> None:
    vendor.faults.order("projects.list", Fault.REDIRECT_LOOP, None)
    with pytest.raises(httpx2.TooManyRedirects):
        await client.get(LIST, follow_redirects=True)
    assert {it.operation for it in vendor.ledger.requests} == {"projects.list"}


async def test_faults_wait_their_turn(client: httpx2.AsyncClient, vendor: Organisation) -> None:
    vendor.faults.order("projects.list", Fault.ERROR_BEFORE, count=2, skip=1)
    vendor.faults.order("projects.list", Fault.RATE_LIMITED)
    assert [(await client.get(LIST)).status_code for _ in range(5)] == [429, 503, 503, 200, 200]


async def test_the_ledger_says_who_did_what(client: httpx2.AsyncClient, vendor: Organisation) -> None:
    await create(client)
    vendor.edit("1", {"System.Title": "y"}, "Triage Desk")
    request = vendor.ledger.requests[0]
    assert (request.operation, request.caller, request.status) == (
        "workitems.create",
        "sync@fabrikam.example",
        200,
    )
    created, changed = vendor.ledger.of("1")
    assert (created.what, created.request, created.version) == ("created", 1, 1)
    assert (changed.what, changed.request, changed.who) == ("changed", None, "triage@fabrikam.example")
    assert (changed.before["System.Title"], changed.after["System.Title"]) == ("x", "y")


class TestControl:
    async def test_the_page_shows_requests_and_takes_no_markup(self, client: httpx2.AsyncClient) -> None:
        await client.get("/<script>alert(1)</script>")
        page = (await client.get("/_sandbox")).text
        assert "Azure DevOps" in page
        assert "<script>alert" not in page

    async def test_faults_are_ordered_and_lifted(
        self, client: httpx2.AsyncClient, vendor: Organisation
    ) -> None:
        ordered = await client.post("/_sandbox/faults", json={"operation": "projects.*", "fault": "html"})
        assert ordered.json()[0]["count"] == 1
        assert (await client.post("/_sandbox/faults", json={"fault": "nonsense"})).status_code == 422
        assert (await client.delete("/_sandbox/faults")).json() == []
        assert (await client.get(LIST)).json()["count"] == 1

    async def test_edits_records_and_the_ledger(self, client: httpx2.AsyncClient) -> None:
        await create(client)
        edit = {"id": "1", "values": {"System.Title": "y"}, "by": "Triage Desk"}
        assert (await client.post("/_sandbox/edits", json=edit)).status_code == 204
        assert (await client.post("/_sandbox/edits", json={**edit, "id": "9"})).status_code == 404
        records = (await client.get("/_sandbox/records?stream=Bug")).json()
        assert [(it["version"], it["values"]["System.Title"]) for it in records] == [(2, "y")]
        ledger = (await client.get("/_sandbox/ledger?after=0")).json()
        assert [it["what"] for it in ledger["effects"]] == ["created", "changed"]
        assert len(ledger["requests"]) == 1, "our own page is not the vendor's"

    async def test_conditions(self, client: httpx2.AsyncClient, vendor: Organisation) -> None:
        given = {"limit": 1, "lag": 2, "clock_offset": -3, "webhooks_lost": 0.5, "latency": [0, 0.001]}
        assert (await client.post("/_sandbox/conditions", json=given)).status_code == 204
        await client.post("/_sandbox/conditions", json={"revoked": ["sync@fabrikam.example"]})
        assert (vendor.budget.limit, vendor.deliveries.lost) == (1, 0.5)
        assert (vendor.store.lag.total_seconds(), vendor.clock.offset.total_seconds()) == (2, -3)
        assert (await client.get(LIST)).status_code == 401


async def test_webhooks_arrive_over_http() -> None:
    heard: list[Any] = []

    async def hear(request: Request) -> Response:
        heard.append((request.headers["x-syncline-token"], await request.json()))
        return Response(status_code=202)

    vendor, post = Instance(now=Hands()), LoopbackPost()
    async with served(Starlette(routes=[Route("/hook", hear, methods=["POST"])])) as url:
        vendor.push("incident", f"{url}/hook", "token")
        vendor.push("incident", "http://127.0.0.1:9/nobody", "token")
        stored = vendor.tables.insert("incident", {"short_description": "x"}, "service.desk")
        assert await deliver(vendor, post) == 2
    await post.close()
    assert [(token, body["sys_id"]) for token, body in heard] == [("token", stored.id)]
    assert [status for _, status in vendor.deliveries.answered] == [202, None]


class TestDeliveries:
    def sent(self, vendor: Vendor) -> list[Delivery]:
        return vendor.deliveries.take_due(vendor.clock.now())

    def vendor(self) -> tuple[Instance, Hands]:
        hands = Hands()
        vendor = Instance(now=hands)
        vendor.push("incident", "http://127.0.0.1:9/hook", "token")
        return vendor, hands

    def test_late(self) -> None:
        vendor, hands = self.vendor()
        vendor.deliveries.late = vendor.granularity * 5
        vendor.tables.insert("incident", {}, "service.desk")
        assert self.sent(vendor) == []
        hands.move(5)
        assert len(self.sent(vendor)) == 1

    def test_doubled_and_lost(self) -> None:
        vendor, _ = self.vendor()
        vendor.deliveries.doubled = 1.0
        vendor.tables.insert("incident", {}, "service.desk")
        first, second = self.sent(vendor)
        assert first == second
        vendor.deliveries.lost = 1.0
        vendor.tables.insert("incident", {}, "service.desk")
        assert self.sent(vendor) == []
        assert len(vendor.deliveries.lost_ones) == 1

    def test_reordered(self) -> None:
        vendor, hands = self.vendor()
        vendor.deliveries.reordered = 0.5
        for _ in range(20):
            vendor.tables.insert("incident", {}, "service.desk")
            hands.move(1)
        hands.move(5)
        numbers = [it.number for it in self.sent(vendor)]
        assert sorted(numbers) == list(range(1, 21))
        assert numbers != sorted(numbers)
