"""Webhooks of Freshdesk: rules to paste, what they post, and who is believed."""

import json

import pytest

from backing.canaries import CANARY
from connectors.standin import StandIn
from sandbox.desk import Hands
from syncline_common.connectors.freshdesk import hints
from syncline_common.connectors.freshdesk.automations import FreshdeskHooks
from syncline_common.errors import Invalid, Unauthenticated
from syncline_common.schemas.records import RecordRef
from syncline_common.sdk.ports import Hint
from syncline_sandbox.freshdesk.helpdesk import Freshdesk

SECRET, URL = f"{CANARY}-hook", "https://syncline.example/hooks/1"
HEADERS = {"x-syncline-token": SECRET}
PERSON = "service.desk@contoso.example"


@pytest.mark.parametrize("told", [12, "12", "INC-12"], ids=str)
def test_a_ticket_by_its_number(told: object) -> None:
    assert hints(HEADERS, json.dumps({"ticket_id": told}).encode(), SECRET) == (
        Hint(RecordRef("tickets", "12")),
    )


@pytest.mark.parametrize(
    "headers", [{}, {"x-syncline-token": "wrong"}, {"authorization": SECRET}, {"x-syncline-token": ""}]
)
def test_strangers_are_turned_away(headers: dict[str, str]) -> None:
    with pytest.raises(Unauthenticated):
        hints(headers, b'{"ticket_id": 12}', SECRET)


def test_an_empty_secret_is_nobodys() -> None:
    with pytest.raises(Unauthenticated):
        hints({"x-syncline-token": ""}, b'{"ticket_id": 12}', "")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"{}", b'{"ticket_id": "x"}', b'{"ticket_id": {}}']
)
def test_what_can_not_be_read_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        hints(HEADERS, body, SECRET)


async def test_the_rules_to_paste_bear_the_secret_where_nobody_prints_it() -> None:
    out = StandIn({})
    subscribed = await FreshdeskHooks(out).subscribe(URL, SECRET, ["tickets"])
    await FreshdeskHooks(out).unsubscribe(URL)
    assert len(subscribed.by_hand) == 2 and not subscribed.ids and out.asked == []
    for paste in subscribed.by_hand:
        assert paste.text == f"X-Syncline-Token: {SECRET}" and paste.fields["URL"] == URL
        assert json.loads(paste.fields["Content"]) == {"ticket_id": "{{ticket.id}}"}
        assert SECRET not in repr(paste)


def test_what_such_a_rule_posts_is_understood() -> None:
    account = Freshdesk(now=Hands())
    account.push("tickets", URL, SECRET)
    made = account.create("tickets", {"subject": "It is slow"}, PERSON)
    account.edit(made.id, {"priority": "3"}, PERSON)
    account.edit(made.id, {"note": "Called back"}, PERSON)
    posted = account.deliveries.take_due(account.clock.now())
    assert len(posted) == 3
    for it in posted:
        headers = {name.lower(): value for name, value in it.headers.items()}
        assert hints(headers, it.body, SECRET) == (Hint(RecordRef("tickets", made.id)),)
