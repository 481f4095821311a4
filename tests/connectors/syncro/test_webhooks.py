"""Webhooks of Syncro are hints: only from those who know the secret, and only about which record."""

import json
from base64 import b64encode
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from backing.canaries import CANARY
from connectors.standin import StandIn
from sandbox.desk import CompanyDesk
from syncline_common.connectors.syncro import CONNECTOR, hints
from syncline_common.connectors.syncro.notices import SyncroHooks
from syncline_common.errors import Invalid, RecordRejected, Unauthenticated
from syncline_common.schemas.records import RecordRef
from syncline_common.sdk.ports import Hint

SECRET = f"{CANARY}-hook"
URL = "https://syncline.example:8443/sync/v1/hooks/abc"
LINK = "https://acme.syncromsp.com/tickets/108430330"


def basic(name: str, password: str) -> dict[str, str]:
    return {"authorization": f"Basic {b64encode(f'{name}:{password}'.encode()).decode()}"}


def heard(told: Any, headers: dict[str, str] | None = None) -> tuple[Hint, ...]:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    return hints(basic("syncline", SECRET) if headers is None else headers, body, SECRET)


@pytest.mark.parametrize(
    ("told", "stream", "id"),
    [
        ({"link": LINK, "attributes": {"id": 9}}, "tickets", "108430330"),
        ({"link": f"{LINK}?x=1#comment"}, "tickets", "108430330"),
        ({"link": "https://acme.syncromsp.com/customers/7"}, "customers", "7"),
        ({"attributes": {"id": 3, "subject": "x"}}, "tickets", "3"),
        ({"attributes": {"id": 3, "subject": "x", "ticket_id": 8}}, "tickets", "8"),
        ({"link": None, "attributes": {"id": 4, "business_name": None}}, "customers", "4"),
    ],
)
def test_a_record_by_the_address_of_its_page_or_by_what_it_is(told: Any, stream: str, id: str) -> None:
    assert heard(told) == (Hint(RecordRef(stream, id)),)


def test_what_is_not_ours_is_nothing_to_us() -> None:
    assert heard({"link": "https://acme.syncromsp.com/invoices/7"}) == ()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        basic("syncline", "wrong"),
        basic("other", SECRET),
        {"authorization": SECRET},
        {"authorization": "Basic é"},
        {"x-secret": SECRET},
    ],
)
def test_strangers_are_turned_away(headers: dict[str, str]) -> None:
    with pytest.raises(Unauthenticated):
        heard({"link": LINK}, headers)
    with pytest.raises(Unauthenticated):
        hints(basic("syncline", ""), b"{}", "")


@pytest.mark.parametrize(
    "told", [b"", b"{", [], None, {}, {"link": "tickets/5"}, {"attributes": {"id": "x"}}]
)
def test_what_can_not_be_read_is_refused(told: Any) -> None:
    with pytest.raises(Invalid):
        heard(told)


async def test_an_administrator_enters_an_address_that_bears_the_secret() -> None:
    out = StandIn({})
    subscribed = await SyncroHooks(out).subscribe(URL, "s/3 cret", ["tickets", "customer_assets"])
    [paste] = subscribed.by_hand
    address = urlsplit(paste.text)
    assert (address.username, unquote(address.password or "")) == ("syncline", "s/3 cret")
    assert (address.hostname, address.port, address.path) == ("syncline.example", 8443, "/sync/v1/hooks/abc")
    assert "s/3" not in repr(subscribed) and out.asked == []
    assert any("customer_assets" in it for it in subscribed.left_out)
    await SyncroHooks(out).unsubscribe(URL)
    with pytest.raises(RecordRejected):
        await SyncroHooks(out).subscribe(URL, SECRET, ["invoices"])


def test_what_the_simulated_company_posts_is_understood() -> None:
    desk = CompanyDesk()
    desk.vendor.push("tickets", "http://127.0.0.1:1/hook", SECRET)
    made = desk.ticket()
    [delivery] = desk.vendor.deliveries.take_due(desk.hands())
    headers = {name.lower(): it for name, it in delivery.headers.items()}
    assert CONNECTOR.hints(headers, delivery.body, SECRET) == (Hint(RecordRef("tickets", str(made["id"]))),)
