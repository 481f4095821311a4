"""Webhooks of GitHub: verified, made in each repository, sent by the simulated system, and undone."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from backing.canaries import CANARY
from connectors.github.answers import GONE, HOOK, NAME, UNHOOK, hook, issue, repo, rows, world
from connectors.github.subject import SHOP, GitHub, Hosted
from connectors.joined import SECRET as CREDENTIAL
from connectors.loopback import Loopback, loopback
from connectors.standin import Told
from syncline_common import errors
from syncline_common.connectors.catalogue import hints_of
from syncline_common.connectors.github.subscriptions import FIRST, GitHubHooks
from syncline_common.connectors.github.webhooks import hints
from syncline_common.schemas.records import RecordRef
from syncline_common.sdk.auth import bearer
from syncline_common.sdk.ports import Hint
from syncline_sandbox.deliveries import Delivery
from syncline_sandbox.github.accounts import MEMBERS

SECRET = f"{CANARY}-hook"
URL = "http://127.0.0.1:9/sync/v1/hooks/some-token"
HINT = (Hint(RecordRef("issues", "1296269/1347")),)
ADMIN: dict[str, Any] = {"permissions": {"admin": True, "push": True, "triage": True, "pull": True}}
NO_LONGER = [("deleted", True), ("transferred", True), ("edited", False), ("closed", False)]


def posted(event: str = "issues", action: str = "opened", **more: Any) -> tuple[dict[str, str], bytes]:
    told = {"action": action, "issue": issue(), "repository": repo(), "sender": {"login": "octocat"}, **more}
    body = json.dumps(told).encode()
    return signed(body, event), body


def signed(body: bytes, event: str = "issues", secret: str = SECRET) -> dict[str, str]:
    mac = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"x-github-event": event, "x-hub-signature-256": f"sha256={mac}"}


def test_the_signature_of_the_vendors_own_example() -> None:
    """docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries"""
    expected = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    headers = {"x-github-event": "ping", "x-hub-signature-256": expected}
    assert hints(headers, b"Hello, World!", "It's a Secret to Everybody") == ()
    with pytest.raises(errors.Unauthenticated):
        hints(headers, b"Hello, World?", "It's a Secret to Everybody")


@pytest.mark.parametrize(("action", "deleted"), NO_LONGER)
def test_which_issue_it_is_and_whether_it_is_still_there(action: str, deleted: bool) -> None:
    [hint] = hints(*posted(action=action), SECRET)
    assert hint == Hint(RecordRef("issues", "1296269/1347"), deleted=deleted)


def test_a_comment_is_about_its_issue_even_if_it_was_deleted() -> None:
    assert hints(*posted("issue_comment", "deleted", comment={"id": 1}), SECRET) == HINT


def test_a_sub_issue_is_in_a_repository_of_its_own() -> None:
    both = {"sub_issue": issue(), "parent_issue": issue(9), "issue": None}
    there = {**both, "repository": repo(7, "octocat/parents"), "sub_issue_repo": repo()}
    assert hints(*posted("sub_issues", "sub_issue_added", **there), SECRET) == HINT
    assert hints(*posted("sub_issues", "parent_issue_added", **both), SECRET) == HINT


@pytest.mark.parametrize("event", ["ping", "push", "label", ""])
def test_other_events_are_nothing_to_us(event: str) -> None:
    assert hints(*posted(event), SECRET) == ()


def test_a_pull_request_is_no_issue() -> None:
    pull = issue(pull_request={"url": "x"})
    assert hints(*posted("issue_comment", issue=pull), SECRET) == ()


_, BODY = posted()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed(BODY, secret="wrong"),
        {"x-github-event": "issues", "x-hub-signature-256": signed(BODY)["x-hub-signature-256"][7:]},
        {"x-github-event": "issues", "x-hub-signature-256": "sha256="},
        {"x-github-event": "issues", "x-hub-signature-256": "é"},
        {"x-github-event": "issues", "x-hub-signature": signed(BODY)["x-hub-signature-256"]},
    ],
)
def test_who_does_not_know_the_secret_is_turned_away(headers: dict[str, str]) -> None:
    with pytest.raises(errors.Unauthenticated):
        hints(headers, BODY, SECRET)


def test_without_a_secret_nobody_is_believed() -> None:
    with pytest.raises(errors.Unauthenticated):
        hints(signed(BODY, secret=""), BODY, "")


UNREADABLE = [b"", b"[]", b"{}", b"\xff", b'"x"', b'{"action": "opened", "issue": {"number": "x"}}']


@pytest.mark.parametrize("body", UNREADABLE)
def test_what_can_not_be_read_is_refused(body: bytes) -> None:
    with pytest.raises(errors.Invalid):
        hints(signed(body), body, SECRET)


async def test_a_webhook_as_the_reference_has_it() -> None:
    ours = hook(url=URL)
    others = hook(1, "https://else.example")
    out = world(repos=rows(repo(**ADMIN)), hooks=[rows(others), rows(others, ours)], hook=Told(ours, 201))
    assert (await GitHubHooks(out).subscribe(URL, SECRET, ["issues"])).ids == ("12345678",)
    [made] = [it for it in out.asked if it.line == HOOK]
    assert made.json == {
        "name": "web",
        "active": True,
        "events": ["issue_comment", "issues"],
        "config": {"url": URL, "content_type": "json", "secret": SECRET, "insecure_ssl": "0"},
    }


@pytest.mark.parametrize("fault", [{"active": False}, {"events": ["issues"]}])
async def test_one_that_would_not_tell_all_is_made_anew(fault: dict[str, Any]) -> None:
    lists = [rows(hook(url=URL, **fault)), rows(hook(2, URL))]
    answers = {"hooks": lists, "unhook": Told(status=204), "hook": Told(hook(2, URL), 201)}
    out = world(repos=rows(repo(**ADMIN)), **answers)
    assert (await GitHubHooks(out).subscribe(URL, SECRET, ["issues"])).ids == ("2",)
    assert [it for it in out.lines if it in (UNHOOK, HOOK)] == [UNHOOK, HOOK]


async def test_what_has_none_is_named() -> None:
    reading = repo(5, "octocat/theirs")
    out = world(repos=rows(repo(**ADMIN), reading), hooks=rows(hook(url=URL)))
    told = await GitHubHooks(out).subscribe(URL, SECRET, ["issues"], [NAME])
    assert (told.ids, told.left_out) == (("12345678",), ("octocat/theirs",))


async def test_of_many_repositories_those_that_are_named_come_first() -> None:
    many = [repo(it, f"octocat/r{it}", **ADMIN) for it in range(1, FIRST + 3)]
    lists = {
        f"GET {it['url']}/hooks": rows(hook(int(it["id"]), URL)) for it in many if it["id"] not in (10, 11)
    }
    out = world(repos=rows(*many), **lists)
    told = await GitHubHooks(out).subscribe(URL, SECRET, ["issues"], ["octocat/r12"])
    assert "12" in told.ids and told.left_out == ("octocat/r10", "octocat/r11")


@pytest.mark.parametrize("refusal", [GONE, errors.PermissionMissing("403")])
async def test_who_administers_nothing_is_told_so(refusal: errors.RemoteError) -> None:
    out = world(repos=rows(repo(**ADMIN)), hooks=refusal)
    with pytest.raises(errors.PermissionMissing, match="administers none"):
        await GitHubHooks(out).subscribe(URL, SECRET, ["issues"])
    with pytest.raises(errors.PermissionMissing, match="administers none"):
        await GitHubHooks(world()).subscribe(URL, SECRET, ["issues"])


@pytest.fixture
async def place() -> AsyncIterator[Loopback]:
    async with loopback() as it:
        yield it


def hooked(place: Loopback) -> tuple[Hosted, GitHubHooks]:
    """Of the two repositories, one is administered by whom the token belongs to."""
    subject = GitHub(place)
    system = subject.system()
    system.shop.roles = {**MEMBERS, "syncline-bot": "admin"}
    auth = bearer(CREDENTIAL)
    return system, GitHubHooks(
        place.gateway(subject.kind, subject.address, auth, origins=tuple(subject.origins))
    )


def due(system: Hosted) -> list[Delivery]:
    """But for the trial that each new webhook begins with."""
    found = system.vendor.deliveries.take_due(system.vendor.clock.now())
    return [it for it in found if it.headers["X-GitHub-Event"] != "ping"]


def told(delivery: Delivery, *secrets: str) -> list[Hint]:
    headers = {name.lower(): value for name, value in delivery.headers.items()}
    return list(hints_of("github", headers, delivery.body, secrets))


async def test_a_change_is_posted_and_told_by_its_signature(place: Loopback) -> None:
    system, hooks = hooked(place)
    subscribed = await hooks.subscribe(URL, SECRET, ["issues"], [SHOP])
    assert len(subscribed.ids) == 1 and subscribed.left_out == ("octo-org/app",)
    id = system.add()
    system.edit(id)
    made, changed = due(system)
    assert told(made, SECRET) == told(changed, "old", SECRET) == [Hint(RecordRef("issues", id))]
    with pytest.raises(errors.Unauthenticated):
        told(made, "another")


async def test_asked_for_again_it_is_there_once(place: Loopback) -> None:
    system, hooks = hooked(place)
    first = await hooks.subscribe(URL, SECRET, ["issues"])
    assert await hooks.subscribe(URL, SECRET, ["issues"]) == first
    assert len(system.vendor.hooks.hooks) == 1


@pytest.mark.parametrize("fault", ["hang_after", "hang_before", "html_after"])
async def test_what_was_cut_short_is_repeated(place: Loopback, fault: str) -> None:
    system, hooks = hooked(place)
    system.order(fault, count=1, operation="hooks.create")
    with pytest.raises(errors.RemoteError):
        await hooks.subscribe(URL, SECRET, ["issues"])
    await hooks.subscribe(URL, SECRET, ["issues"])
    assert len(system.vendor.hooks.hooks) == 1


async def test_others_stay_when_it_is_undone(place: Loopback) -> None:
    system, hooks = hooked(place)
    await hooks.subscribe(f"{URL}-other", SECRET, ["issues"])
    await hooks.subscribe(URL, SECRET, ["issues"])
    await hooks.unsubscribe(URL)
    await hooks.unsubscribe(URL)
    system.add()
    assert [it.target for it in due(system)] == [f"{URL}-other"]
