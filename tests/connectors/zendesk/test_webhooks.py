"""Webhooks of Zendesk: verified, subscribed to with a trigger, sent by the simulated account, and undone."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from backing.canaries import CANARY
from connectors.joined import SECRET as CREDENTIAL
from connectors.loopback import Loopback, loopback
from connectors.standin import StandIn, Told
from connectors.zendesk.answers import listed
from connectors.zendesk.subject import Helped, Zendesk
from syncline_common import errors
from syncline_common.connectors.catalogue import hints_of
from syncline_common.connectors.zendesk.subscriptions import ZendeskHooks
from syncline_common.connectors.zendesk.webhooks import hints
from syncline_common.schemas.records import RecordRef
from syncline_common.sdk.auth import bearer
from syncline_common.sdk.ports import Hint
from syncline_sandbox.deliveries import Delivery

SECRET = f"{CANARY}-hook"
URL = "http://127.0.0.1:9/sync/v1/hooks/some-token"
AT = "2026-03-31T10:00:00Z"
OURS = {"type": "syncline:ticket", "ticket_id": "35436"}
HINT = (Hint(RecordRef("tickets", "35436")),)


def event(type: str, **detail: Any) -> dict[str, Any]:
    return {
        "type": f"zen:event-type:{type}",
        "subject": "zen:ticket:35436",
        "detail": {"id": "35436", **detail},
    }


def signed(body: bytes, secret: str = SECRET, at: str = AT) -> dict[str, str]:
    """As Zendesk's documents have it."""
    mac = hmac.new(secret.encode(), f"{at}{body.decode()}".encode(), hashlib.sha256).digest()
    return {
        "x-zendesk-webhook-signature": base64.b64encode(mac).decode(),
        "x-zendesk-webhook-signature-timestamp": at,
    }


def password(name: str = "syncline", secret: str = SECRET) -> dict[str, str]:
    return {"authorization": f"Basic {base64.b64encode(f'{name}:{secret}'.encode()).decode()}"}


@pytest.mark.parametrize("told", [OURS, event("ticket.created"), event("ticket.comment_added")])
def test_a_signature_of_the_vendors_is_enough(told: dict[str, Any]) -> None:
    body = json.dumps(told).encode()
    assert hints(signed(body), body, SECRET) == HINT


def test_so_is_the_password_that_our_webhooks_bear() -> None:
    assert hints(password(), json.dumps(OURS).encode(), SECRET) == HINT
    assert hints(password(), json.dumps({**OURS, "ticket_id": 35436}).encode(), SECRET) == HINT


@pytest.mark.parametrize("kind", ["soft_deleted", "permanently_deleted"])
def test_a_deletion_says_so(kind: str) -> None:
    [hint] = hints(password(), json.dumps(event(f"ticket.{kind}")).encode(), SECRET)
    assert hint.deleted


def test_other_events_are_nothing_to_us() -> None:
    assert hints(password(), json.dumps(event("user.created")).encode(), SECRET) == ()


BODY = json.dumps(OURS).encode()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        password(secret="wrong"),
        password("other"),
        {"authorization": f"Bearer {SECRET}"},
        {"authorization": "Basic %%%"},
        signed(BODY, "wrong"),
        signed(BODY + b" "),
        {**signed(BODY), "x-zendesk-webhook-signature-timestamp": "2026-03-31T10:00:01Z"},
        {"x-zendesk-webhook-signature": signed(BODY)["x-zendesk-webhook-signature"]},
        signed(BODY, at=""),
        {"x-zendesk-webhook-signature": "é", "x-zendesk-webhook-signature-timestamp": AT},
    ],
)
def test_who_does_not_know_the_secret_is_turned_away(headers: dict[str, str]) -> None:
    with pytest.raises(errors.Unauthenticated):
        hints(headers, BODY, SECRET)


def test_without_a_secret_nobody_is_believed() -> None:
    with pytest.raises(errors.Unauthenticated):
        hints(signed(BODY, ""), BODY, "")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"type": 7}',
        b'{"type": "syncline:ticket"}',
        b'{"type": "syncline:ticket", "ticket_id": "x"}',
    ]
    + [json.dumps({**OURS, "ticket_id": it}).encode() for it in ("{{ticket.id}}", "0", "-1", "1/../2")],
)
def test_what_can_not_be_read_is_refused(body: bytes) -> None:
    with pytest.raises(errors.Invalid):
        hints(password(), body, SECRET)


HOOKS, TRIGGERS = "/api/v2/webhooks", "/api/v2/triggers"


def hook(id: str, url: str = URL) -> dict[str, Any]:
    return {"id": id, "endpoint": url, "status": "active", "subscriptions": ["conditional_ticket_events"]}


def trigger(id: int, webhook: str) -> dict[str, Any]:
    return {"id": id, "title": "x", "actions": [{"field": "notification_webhook", "value": [webhook, "{}"]}]}


async def test_a_webhook_and_a_trigger_as_the_reference_has_them() -> None:
    mail = {
        "id": 1,
        "actions": [{"field": "notification_user", "value": ["requester_id", "Subject", "Body"]}],
    }
    other = hook("01OTHER", "https://else.example")
    out = StandIn(
        {
            f"GET {HOOKS}": [listed("webhooks", other), listed("webhooks", other, hook("01OURS"))],
            f"POST {HOOKS}": Told({"webhook": hook("01OURS")}, 201),
            f"GET {TRIGGERS}": [listed("triggers", mail), listed("triggers", mail, trigger(2, "01OURS"))],
            f"POST {TRIGGERS}": Told({"trigger": trigger(2, "01OURS")}, 201),
        }
    )
    assert (await ZendeskHooks(out).subscribe(URL, SECRET, ["tickets"])).ids == ("01OURS",)
    webhook, made = (it.json for it in out.asked if it.method == "POST")
    assert webhook == {
        "webhook": {
            "name": "Syncline",
            "endpoint": URL,
            "http_method": "POST",
            "request_format": "json",
            "status": "active",
            "subscriptions": ["conditional_ticket_events"],
            "authentication": {
                "type": "basic_auth",
                "data": {"username": "syncline", "password": SECRET},
                "add_position": "header",
            },
        }
    }
    told = made["trigger"]
    assert [(it["field"], it["operator"], it["value"]) for it in told["conditions"]["any"]] == [
        ("update_type", "is", "Create"),
        ("update_type", "is", "Change"),
    ]
    [action] = told["actions"]
    assert action["field"] == "notification_webhook" and action["value"][0] == "01OURS"
    assert json.loads(action["value"][1]) == {"type": "syncline:ticket", "ticket_id": "{{ticket.id}}"}


async def test_what_is_there_twice_goes_with_its_triggers() -> None:
    ours, twice = trigger(2, "01A"), trigger(3, "01B")
    out = StandIn(
        {
            f"GET {HOOKS}": listed("webhooks", hook("01B"), hook("01A")),
            f"GET {TRIGGERS}": listed("triggers", ours, twice),
            f"DELETE {HOOKS}/01B": Told(status=204),
            f"DELETE {TRIGGERS}/3": Told(status=204),
        }
    )
    assert (await ZendeskHooks(out).subscribe(URL, SECRET, ["tickets"])).ids == ("01A",)
    assert [it for it in out.lines if it.startswith("DELETE")] == [
        f"DELETE {TRIGGERS}/3",
        f"DELETE {HOOKS}/01B",
    ]


@pytest.fixture
async def place() -> AsyncIterator[Loopback]:
    async with loopback() as it:
        yield it


def hooked(place: Loopback) -> tuple[Helped, ZendeskHooks]:
    subject = Zendesk(place)
    system = subject.system()
    return system, ZendeskHooks(place.gateway(subject.kind, subject.address, bearer(CREDENTIAL)))


def due(system: Helped) -> list[Delivery]:
    return system.vendor.deliveries.take_due(system.vendor.clock.now())


def told(delivery: Delivery, *secrets: str) -> list[Hint]:
    headers = {name.lower(): value for name, value in delivery.headers.items()}
    return list(hints_of("zendesk", headers, delivery.body, secrets))


async def test_a_change_is_posted_and_told_by_its_secret(place: Loopback) -> None:
    system, hooks = hooked(place)
    subscribed = await hooks.subscribe(URL, SECRET, ["tickets"])
    assert len(subscribed.ids) == 1
    id = system.add()
    system.edit(id)
    made, changed = due(system)
    assert told(made, SECRET) == told(changed, "old", SECRET) == [Hint(RecordRef("tickets", id))]
    with pytest.raises(errors.Unauthenticated):
        told(made, "another")
    assert "It is slow" not in made.body.decode(), "which ticket, and nothing of what is in it"


async def test_the_vendors_own_events_are_signed(place: Loopback) -> None:
    """As an administrator sets them up by hand."""
    system, _ = hooked(place)
    system.vendor.push("tickets", URL, SECRET)
    id = system.add()
    system.remove(id)
    made, gone = due(system)
    assert told(made, SECRET) == [Hint(RecordRef("tickets", id))]
    assert told(gone, SECRET) == [Hint(RecordRef("tickets", id), deleted=True)]


async def test_asked_for_again_it_is_there_once(place: Loopback) -> None:
    system, hooks = hooked(place)
    first = await hooks.subscribe(URL, SECRET, ["tickets"])
    assert await hooks.subscribe(URL, SECRET, ["tickets"]) == first
    assert (len(system.vendor.hooks.webhooks), len(system.vendor.hooks.triggers)) == (1, 1)


@pytest.mark.parametrize("operation", ["webhook.create", "trigger.create"])
@pytest.mark.parametrize("fault", ["hang_after", "hang_before", "html_after"])
async def test_what_was_cut_short_is_repeated(place: Loopback, operation: str, fault: str) -> None:
    system, hooks = hooked(place)
    system.order(fault, count=1, operation=operation)
    with pytest.raises(errors.RemoteError):
        await hooks.subscribe(URL, SECRET, ["tickets"])
    await hooks.subscribe(URL, SECRET, ["tickets"])
    assert (len(system.vendor.hooks.webhooks), len(system.vendor.hooks.triggers)) == (1, 1)


async def test_others_stay_when_it_is_undone(place: Loopback) -> None:
    system, hooks = hooked(place)
    await hooks.subscribe(f"{URL}-other", SECRET, ["tickets"])
    await hooks.subscribe(URL, SECRET, ["tickets"])
    await hooks.unsubscribe(URL)
    await hooks.unsubscribe(URL)
    assert [it.given["endpoint"] for it in system.vendor.hooks.webhooks.values()] == [f"{URL}-other"]
    system.add()
    assert [it.target for it in due(system)] == [f"{URL}-other"]


async def test_who_is_no_administrator_is_told_so(place: Loopback) -> None:
    system, hooks = hooked(place)
    users = system.vendor.desk.users
    system.vendor.desk.users = [it for it in users if it.role != "admin"] + [
        type(users[0])(users[0].id, users[0].name, users[0].email, "agent")
    ]
    with pytest.raises(errors.PermissionMissing, match="administrator"):
        await hooks.subscribe(URL, SECRET, ["tickets"])
