"""A vendor does not forget what it has answered; who runs for days does not remember everything."""

import socket
from typing import Any

import httpx2
import pytest

from sandbox.desk import PATCH, Hands, basic
from syncline_sandbox import demo
from syncline_sandbox.azure_devops.organisation import Organisation
from syncline_sandbox.front import application
from syncline_sandbox.keeping import kept_before_answers
from syncline_sandbox.serving import served

ADDRESS = "https://dev.azure.com"
TOKEN = {"Authorization": basic("sandbox-pat-read-write")}
RENAMED = b'[{"op": "add", "path": "/fields/System.Title", "value": "Kept"}]'


class Watch:
    """What the vendor held each time that it was put away."""

    def __init__(self) -> None:
        self.vendor = demo.organisation(count=3, now=Hands())
        self.kept = list[tuple[int, ...]]()

    def keep(self) -> None:
        self.kept.append(versions(self.vendor))

    async def ask(self, method: str, path: str, **options: Any) -> httpx2.Response:
        app = kept_before_answers(application(self.vendor), self.vendor, self.keep)
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS) as http:
            return await http.request(method, path, **options)


def versions(vendor: Organisation) -> tuple[int, ...]:
    return tuple(it.number for it in vendor.store.records.values())


@pytest.fixture
def watch() -> Watch:
    return Watch()


async def test_a_write_is_kept_when_it_is_answered(watch: Watch) -> None:
    before = versions(watch.vendor)
    headers = {**TOKEN, "Content-Type": PATCH}
    path = "/sandbox/_apis/wit/workitems/2?api-version=7.1"
    assert (await watch.ask("PATCH", path, content=RENAMED, headers=headers)).status_code == 200
    assert watch.kept == [(before[0], before[1] + 1, before[2])]


async def test_what_a_person_does_is_kept_too(watch: Watch) -> None:
    before = versions(watch.vendor)
    sent = {"sandbox.by": "triage@fabrikam.example", "System.Title": "By hand"}
    assert (await watch.ask("POST", "/_sandbox/data/1", data=sent)).status_code == 303
    edit = {"id": "3", "values": {"System.Title": "By hand"}, "by": "triage@fabrikam.example"}
    assert (await watch.ask("POST", "/_sandbox/edits", json=edit)).status_code == 204
    first = (before[0] + 1, *before[1:])
    assert watch.kept == [first, (*first[:2], before[2] + 1)]


async def test_reading_writes_no_file(watch: Watch) -> None:
    query = {"query": "SELECT [System.Id] FROM WorkItems"}
    assert (
        await watch.ask("POST", "/sandbox/_apis/wit/wiql?api-version=7.1", json=query, headers=TOKEN)
    ).status_code == 200
    assert (await watch.ask("GET", "/_sandbox/data")).status_code == 200
    assert watch.kept == []


async def test_where_somebody_listens_already_another_port_is_taken() -> None:
    vendor = demo.organisation(count=1)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with served(vendor, port=port) as url, httpx2.AsyncClient(trust_env=False) as http:
            assert not url.endswith(f":{port}")
            assert (await http.get(f"{url}/_sandbox")).status_code == 200


def test_what_is_long_ago_is_forgotten_and_numbers_go_on() -> None:
    vendor = demo.organisation(count=1, now=Hands())
    for number in range(8):
        vendor.ledger.asked(vendor.clock.now(), "by hand", "GET", f"/{number}")
        vendor.edit("1", {"System.Title": f"Title {number}"}, "triage@fabrikam.example")
    vendor.forget(3)
    assert [it.number for it in vendor.ledger.requests] == [6, 7, 8]
    assert [it.number for it in vendor.ledger.effects] == [6, 7, 8]
    assert vendor.ledger.asked(vendor.clock.now(), "by hand", "GET", "/").number == 9
    vendor.edit("1", {"System.Title": "Another"}, "triage@fabrikam.example")
    assert vendor.ledger.effects[-1].number == 9
