"""Webhooks of Jira: signed, subscribed to by an administrator, and made by hand by everybody else."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from backing.canaries import CANARY
from connectors.jira.answers import MARKER, world
from connectors.opened import at_once, secret
from connectors.standin import Told
from sdk.vendor import NO_TLS, Tally, nowhere
from syncline_common import errors
from syncline_common.clock import SystemClock
from syncline_common.connectors.catalogue import hints_of
from syncline_common.connectors.jira.subscriptions import JiraHooks
from syncline_common.connectors.opening import Opened, Opener
from syncline_common.schemas.connector import NewRecord
from syncline_common.schemas.records import Record, RecordRef
from syncline_common.sdk.outbound import Outbound
from syncline_common.sdk.ports import Hint, WebhookWay
from syncline_sandbox.jira.simulated import SIMULATED
from syncline_sandbox.jira.site import Site
from syncline_sandbox.serving import served

SECRET, OTHER = f"{CANARY}-hook", f"{CANARY}-other"
URL = "http://127.0.0.1:9/sync/v1/hooks/some-token"
OURS = {"email": "sync@fabrikam.example", "token": "sandbox-token"}
ADMINISTRATOR = {"email": "admin@fabrikam.example", "token": "sandbox-token-administrator"}
ISSUE = {"id": "10002", "key": "ED-2", "fields": {"issuetype": {"name": "Bug"}, "summary": "x"}}
WHERE = "/rest/webhooks/1.0/webhook"


def told(event: Any, signed: str = SECRET, headers: dict[str, str] | None = None) -> tuple[Hint, ...]:
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    digest = hmac.new(signed.encode(), body, hashlib.sha256).hexdigest()
    given = {"x-hub-signature": f"sha256={digest}"} if headers is None else headers
    return tuple(hints_of("jira", given, body, [SECRET]))


@pytest.mark.parametrize("event", ["jira:issue_created", "jira:issue_updated", "comment_created"])
def test_an_issue_by_its_number_and_type(event: str) -> None:
    body = {"timestamp": 1, "webhookEvent": event, "issue": ISSUE}
    assert told(body) == (Hint(RecordRef("Bug", "10002")),)


def test_a_deletion_says_so() -> None:
    assert told({"webhookEvent": "jira:issue_deleted", "issue": ISSUE}) == (
        Hint(RecordRef("Bug", "10002"), deleted=True),
    )


def test_other_events_are_nothing_to_us() -> None:
    assert told({"webhookEvent": "sprint_created", "sprint": {}}) == ()


def test_the_vendors_own_example_of_a_signature() -> None:
    """Of its page on webhooks: a secret, a body, and what is to come of them."""
    body, key = b"Hello World!", "It's a Secret to Everybody"
    headers = {"x-hub-signature": "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"}
    with pytest.raises(errors.Invalid):
        hints_of("jira", headers, body, [key])


@pytest.mark.parametrize(
    "headers",
    [{}, {"x-hub-signature": "sha256="}, {"x-hub-signature": "sha256=é"}, {"x-hub-signature": SECRET}],
)
def test_strangers_are_turned_away(headers: dict[str, str]) -> None:
    with pytest.raises(errors.Unauthenticated):
        told({"webhookEvent": "jira:issue_updated", "issue": ISSUE}, headers=headers)


def test_who_does_not_know_the_secret_is_turned_away() -> None:
    with pytest.raises(errors.Unauthenticated):
        told({"webhookEvent": "jira:issue_updated", "issue": ISSUE}, signed=OTHER)
    with pytest.raises(errors.Unauthenticated):
        hints_of("jira", {}, b"{}", [""])


@pytest.mark.parametrize(
    "event",
    [
        b"",
        b"[]",
        b"null",
        {"webhookEvent": "jira:issue_updated"},
        {"webhookEvent": [], "issue": ISSUE},
        {"webhookEvent": "jira:issue_updated", "issue": {"id": "x", "fields": ISSUE["fields"]}},
        {"webhookEvent": "jira:issue_updated", "issue": {"id": "1", "fields": {"issuetype": {"name": 1}}}},
    ],
)
def test_what_can_not_be_read_is_refused(event: Any) -> None:
    with pytest.raises(errors.Invalid):
        told(event)


class Place:
    """A site, and the way to it."""

    def __init__(self, site: Site, outbound: Outbound) -> None:
        self.site, self._outbound = site, outbound

    def open(self, credential: dict[str, str]) -> Opened:
        opener = Opener(self._outbound, SystemClock(), sleep=at_once)
        return opener.open("jira", self.site.address, secret("api_token", **credential), Tally())


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    site = SIMULATED.make(count=2)
    assert isinstance(site, Site)
    async with AsyncExitStack() as stack:
        routes = {site.address: await stack.enter_async_context(served(site))}
        outbound = Outbound(routes, resolver=nowhere, tls=NO_TLS)
        stack.push_async_callback(outbound.aclose)
        yield Place(site, outbound)


async def test_a_change_is_posted_signed_and_told(place: Place) -> None:
    opened = place.open(ADMINISTRATOR)
    assert (await opened.survey()).found.webhooks is WebhookWay.API
    subscribed = await opened.hooks().subscribe(URL, SECRET, ["Bug"])
    assert len(subscribed.ids) == 1 and not subscribed.by_hand
    [made] = await opened.writer().create([NewRecord("Bug", {"summary": "x"}, MARKER, "WEB")])
    await opened.writer().create([NewRecord("Epic", {"summary": "x"}, MARKER, "WEB")])
    assert isinstance(made, Record)
    posted = place.site.deliveries.take_due(place.site.clock.now())
    headers = {name.lower(): it for name, it in posted[0].headers.items()}
    assert len(posted) == 1 and tuple(hints_of("jira", headers, posted[0].body, [OTHER, SECRET])) == (
        Hint(made.ref),
    )


async def test_repeated_nothing_is_made_twice_and_undone_it_is_gone(place: Place) -> None:
    hooks = place.open(ADMINISTRATOR).hooks()
    first = await hooks.subscribe(URL, SECRET, ["Bug"])
    assert await hooks.subscribe(URL, SECRET, ["Bug"]) == first and len(place.site.hooks.webhooks) == 1
    await hooks.subscribe(f"{URL}-2", OTHER, [])
    for _ in range(2):
        await hooks.unsubscribe(URL)
    assert [it.url for it in place.site.hooks.webhooks.values()] == [f"{URL}-2"]


async def test_who_is_no_administrator_is_told_what_to_make_by_hand(place: Place) -> None:
    opened = place.open(OURS)
    assert (await opened.survey()).found.webhooks is WebhookWay.BY_HAND
    subscribed = await opened.hooks().subscribe(URL, SECRET, ["Bug", "Task"])
    [paste] = subscribed.by_hand
    assert subscribed.ids == () and paste.fields["URL"] == URL and paste.text == SECRET
    assert paste.fields["JQL"] == 'issuetype in ("Bug", "Task")'
    assert CANARY not in repr(subscribed)
    with pytest.raises(errors.PermissionMissing):
        await opened.hooks().unsubscribe(URL)


async def test_one_that_would_not_be_signed_is_taken_back() -> None:
    unsigned = {"self": f"https://x{WHERE}/7", "url": URL, "filters": {}, "enabled": True, "isSigned": False}
    out = world(
        {
            f"GET {WHERE}": [Told([]), Told([unsigned])],
            f"POST {WHERE}": Told(unsigned, status=201),
            f"DELETE {WHERE}/7": Told(status=204),
        }
    )
    subscribed = await JiraHooks(out).subscribe(URL, SECRET, [])
    assert subscribed.ids == () and len(subscribed.by_hand) == 1
    assert out.lines[-1] == f"DELETE {WHERE}/7"
    sent = next(it for it in out.asked if it.method == "POST")
    assert sent.json["filters"] == {"issue-related-events-section": ""} and sent.json["secret"] == SECRET
    assert set(sent.json["events"]) >= {"jira:issue_created", "jira:issue_updated", "jira:issue_deleted"}


async def test_a_check_of_each_account(place: Place) -> None:
    assert (await place.open(OURS).survey()).can_write
    for email, token, refused in (
        ("audit@fabrikam.example", "sandbox-token-read-only", errors.PermissionMissing),
        ("new@fabrikam.example", "sandbox-token-no-projects", errors.PermissionMissing),
        ("sync@fabrikam.example", f"wrong-{CANARY}", errors.CredentialRejected),
    ):
        with pytest.raises(refused) as error:
            await place.open({"email": email, "token": token}).survey()
        assert CANARY not in f"{error.value!r} {error.value.detail}"


async def test_a_token_that_is_revoked_is_not_taken_for_an_empty_site(place: Place) -> None:
    """To nobody, the vendor says that there is nothing, with 200."""
    reader = place.open(OURS).reader()
    ids = [it.ref.id for it in (await reader.inventory("Bug", None)).changed]
    assert len(ids) == 2
    place.site.revoked.add(place.site.board.accounts[0].id)
    for ask in (reader.inventory("Bug", None), reader.fetch("Bug", ids)):
        with pytest.raises(errors.CredentialRejected):
            await ask
