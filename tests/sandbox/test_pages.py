"""The sandbox's pages by their forms, as a browser without any script sends them."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import httpx2
import pytest

from sandbox.desk import BoardsDesk, Hands, InstanceDesk
from syncline_sandbox import demo
from syncline_sandbox.faults import Fault
from syncline_sandbox.front import application
from syncline_sandbox.vendor import Vendor

HOME = "/_sandbox"
SCRIPT = "<script>alert(1)</script>"


class Form(HTMLParser):
    """The boxes of the form that posts to `action`, with what is in them."""

    def __init__(self, action: str, page: str) -> None:
        super().__init__()
        self.action, self.values, self._here = action, dict[str, str](), False
        self._select = self._textarea = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._here = told["action"] == self.action
            assert told["method"] == "post" or not self._here
        if not self._here:
            return
        if tag == "input" and told.get("type") != "checkbox":
            self.values[told["name"]] = told.get("value", "")
        if tag == "select":
            self._select = told["name"]
        if tag == "option" and self._select and ("selected" in told or self._select not in self.values):
            self.values[self._select] = told["value"]
        if tag == "textarea":
            self._textarea = told["name"]
            self.values[self._textarea] = ""

    def handle_data(self, data: str) -> None:
        if self._here and self._textarea:
            self.values[self._textarea] += data

    def handle_endtag(self, tag: str) -> None:
        self._here = self._here and tag != "form"
        self._select = "" if tag == "select" else self._select
        self._textarea = "" if tag == "textarea" else self._textarea


class Browser:
    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client

    async def page(self, path: str) -> str:
        answer = await self.client.get(path)
        assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")
        return answer.text

    async def send(self, path: str, action: str, **given: Any) -> httpx2.Response:
        """The form as it stands on the page, with `given` typed in; `__` for a dot."""
        form = Form(action, await self.page(path))
        assert form.values, action
        typed = {name.replace("__", "."): it for name, it in given.items()}
        assert set(typed) <= {*form.values, "revoked"}
        return await self.client.post(action, data={**form.values, **typed}, follow_redirects=True)


@pytest.fixture(params=["azure_devops", "servicenow"])
def vendor(request: pytest.FixtureRequest) -> Vendor:
    make = demo.organisation if request.param == "azure_devops" else demo.instance
    return make(count=8, now=Hands())


@asynccontextmanager
async def opened(vendor: Vendor) -> AsyncIterator[Browser]:
    transport = httpx2.ASGITransport(app=application(vendor))
    async with httpx2.AsyncClient(transport=transport, base_url="http://sandbox.example") as client:
        yield Browser(client)


@pytest.fixture
async def browser(vendor: Vendor) -> AsyncIterator[Browser]:
    async with opened(vendor) as it:
        yield it


async def test_every_page_has_a_way_to_every_other(browser: Browser) -> None:
    for path in (HOME, f"{HOME}/data", f"{HOME}/asked"):
        page = await browser.page(path)
        assert {f'href="{HOME}"', f'href="{HOME}/data"', f'href="{HOME}/asked"'} <= set(
            re.findall(r'href="[^"]*"', page)
        )
        assert page.count('aria-current="page"') == 1 and "<script" not in page


async def test_a_fault_is_ordered_and_lifted(browser: Browser, vendor: Vendor) -> None:
    done = await browser.send(HOME, f"{HOME}/switch/faults", fault="html", count="", skip="2")
    assert done.status_code == 200 and "for ever" in done.text
    assert [(it.operation, it.fault, it.count, it.skip) for it in vendor.faults.orders] == [
        ("*", Fault.HTML, None, 2)
    ]
    await browser.client.post(f"{HOME}/switch/lift")
    assert vendor.faults.orders == []


async def test_an_order_that_makes_no_sense_is_told_and_not_taken(browser: Browser, vendor: Vendor) -> None:
    done = await browser.send(HOME, f"{HOME}/switch/faults", count="-1")
    assert done.status_code == 422 and "count" in done.text and 'role="alert"' in done.text
    assert vendor.faults.orders == []


async def test_conditions_are_set_and_stay_when_sent_again(browser: Browser, vendor: Vendor) -> None:
    somebody = vendor.people[0]
    for given in ({"limit": "7", "low": "0.1", "high": "0.2", "lag": "2", "clock_offset": "-3"}, {}):
        done = await browser.send(HOME, f"{HOME}/switch/conditions", revoked=somebody, **given)
        assert done.status_code == 200
        assert (vendor.budget.limit, vendor.latency, vendor.revoked) == (7, (0.1, 0.2), {somebody})
        assert (vendor.store.lag, vendor.clock.offset) == (timedelta(seconds=2), timedelta(seconds=-3))
    await browser.client.post(f"{HOME}/switch/conditions", data={"limit": "", "low": "0", "high": "0"})
    assert (vendor.budget.limit, vendor.latency, vendor.revoked) == (None, (0.0, 0.0), set())


async def test_webhooks_are_installed_and_their_fate_is_set(browser: Browser, vendor: Vendor) -> None:
    stream = "Bug" if vendor.kind == "azure_devops" else "incident"
    url = "http://127.0.0.1:9/hooks"
    action = f"{HOME}/switch/webhooks"
    assert (await browser.send(HOME, action, stream=stream, url=url, secret="s")).status_code == 200
    assert (await browser.send(HOME, action, stream=stream, url="http://far.example/")).status_code == 422
    await browser.send(HOME, f"{HOME}/switch/deliveries", webhooks_late="5", webhooks_lost="1")
    assert (vendor.deliveries.late, vendor.deliveries.lost) == (timedelta(seconds=5), 1.0)


async def test_data_is_listed_sought_and_shown_without_its_markup(browser: Browser, vendor: Vendor) -> None:
    stored = next(it for it in vendor.store.records.values() if it.stream in ("Bug", "incident"))
    title = "System.Title" if vendor.kind == "azure_devops" else "short_description"
    vendor.edit(stored.id, {title: SCRIPT}, vendor.people[0])
    for path in (f"{HOME}/data?q=alert(", f"{HOME}/data?stream={stored.stream}", f"{HOME}/data/{stored.id}"):
        page = await browser.page(path)
        assert SCRIPT not in page and "&lt;script&gt;" in page and stored.id[:8] in page
    assert SCRIPT not in await browser.page(f"{HOME}/data?q={SCRIPT}")
    assert (await browser.client.get(f"{HOME}/data/nobody")).status_code == 404


async def test_the_requests_are_listed_without_their_markup(browser: Browser, vendor: Vendor) -> None:
    await browser.client.get(f"/anything?{SCRIPT}")
    page = await browser.page(f"{HOME}/asked")
    assert "GET /anything" in page and SCRIPT not in page
    assert len(vendor.ledger.requests) == 1, "our own pages are not the vendor's"


class TestEditing:
    async def test_a_work_item_as_a_person_does(self) -> None:
        desk = BoardsDesk()
        id = desk.create()["id"]
        path = f"{HOME}/data/{id}"
        async with opened(desk.vendor) as browser:
            typed = {
                "System__State": "Active",
                "System__History": "Seen\r\nagain",
                "sandbox__by": _second(desk),
            }
            assert (await browser.send(path, path, **typed)).status_code == 200
            stored = desk.vendor.store.records[str(id)]
            assert (stored.number, stored.values["System.State"]) == (2, "Active")
            assert stored.latest.by == _second(desk)
            assert {"System.State", "System.History"} <= set(stored.latest.changed)
            assert "System.Title" not in stored.latest.changed
            assert "Seen" not in Form(path, await browser.page(path)).values["System.History"]

    async def test_an_incident_by_the_instances_rules(self) -> None:
        desk = InstanceDesk()
        id = desk.create(state="2")["sys_id"]
        path = f"{HOME}/data/{id}"
        async with opened(desk.vendor) as browser:
            refused = await browser.send(path, path, state="7", short_description="Typed in vain?")
            assert refused.status_code == 403 and "mandatory" in refused.text
            assert "Typed in vain?" in refused.text, "what was typed is still there"
            before = desk.vendor.store.records[id].number
            assert desk.vendor.store.records[id].values["state"] == "2"
            await browser.send(path, path, work_notes="Looked at it")
            assert desk.vendor.store.records[id].number == before + 1
            assert [it["value"] for it in desk.rows(f"element_id={id}", "sys_journal_field")] == [
                "Looked at it"
            ]


def _second(desk: BoardsDesk) -> str:
    return desk.vendor.people[1]
