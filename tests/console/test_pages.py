"""Pages as people use them, without script: signing in, networks, people, keys, audit. One story a test, in both modes."""

import httpx2
import pytest

from backing.canaries import CANARY
from connectors.opened import INSTANCE, USER
from console.conftest import PASSWORD, Site
from console.reading import Visit

pytestmark = pytest.mark.asyncio(loop_scope="module")
OTHERS = f"another {CANARY} of the test"


async def test_coming_in_and_going_out(site: Site) -> None:
    async with site.visitor(None) as door:
        assert door.answer.status_code == 200 and "Sign in" in door.text
        wanted = await door.open("/audit?noun=network")
        assert wanted.path == "/sign-in"
        wrong = await wanted.press("Sign in", email=site.email, password="guessed it is not")
        assert wrong.answer.status_code == 401 and "not right" in wrong.text
        assert ("email", site.email) in wrong.form("Sign in").fields
        inside = await wrong.press("Sign in", password=PASSWORD)
        assert str(inside.answer.url).endswith("/audit?noun=network"), "back to where one wanted to go"
        left = await inside.press("Sign out")
        assert left.path == "/sign-in" and "You are signed out" in left.text
        assert (await left.open("/networks")).path == "/sign-in"


async def test_what_a_page_and_its_cookies_allow(site: Site) -> None:
    async with site.visitor() as inside:
        headers = inside.answer.headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store" and headers["x-frame-options"] == "DENY"
        await inside.press("Sign out")
    async with httpx2.AsyncClient(base_url=site.url, timeout=30, trust_env=False) as http:
        door = Visit(http, await http.get("/"))
        answer = (await door.press("Sign in", email=site.email, password=PASSWORD)).answer
        kept = next(it for it in answer.headers.get_list("set-cookie") if it.startswith("syncline_session="))
        assert "HttpOnly" in kept and "SameSite=lax" in kept and "Path=/" in kept
        style = await http.get("/static/console.css?v=1")
        assert "immutable" in style.headers["cache-control"]


async def test_a_form_from_elsewhere_does_nothing(site: Site) -> None:
    async with site.visitor() as inside:
        form = (await inside.open("/networks/new")).form("Make network")
        for pairs, headers in [
            ([("name", "x")], {}),
            ([("name", "x"), ("csrf", "0" * 64)], {}),
            (form.filled(name="x"), {"Origin": "https://elsewhere.example"}),
            (form.filled(name="x"), {"Sec-Fetch-Site": "cross-site"}),
        ]:
            refused = await inside.send("/networks/new", pairs, **headers)
            assert refused.answer.status_code == 403, (pairs, headers)
        async with site.visitor() as other:  # the same person in another browser
            foreign = (await other.open("/networks/new")).form("Make network")
        assert (await inside.send("/networks/new", foreign.filled(name="x"))).answer.status_code == 403
        assert "No network yet" in (await inside.open("/networks")).text


async def test_networks_are_made_changed_and_removed(site: Site) -> None:
    async with site.visitor() as inside:
        assert inside.path == "/networks" and "No network yet" in inside.text
        form = await inside.follow("Make a network")
        empty = await form.press("Make network", name="", description="Tickets")
        assert empty.answer.status_code == 422 and "Tickets" in empty.answer.text, "what was typed stays"
        made = await empty.press("Make network", name="<b>Support</b>")
        assert "No connection yet" in made.text and "&lt;b&gt;Support" in made.answer.text
        twice = await (await made.open("/networks/new")).press("Make network", name="<b>Support</b>")
        assert twice.answer.status_code == 409
        edit = await made.follow("Edit")
        saved = await edit.press("Save", name="Support")
        assert saved.path == made.path and "Saved." in saved.text
        late = await edit.press("Save", name="Too late")
        assert late.answer.status_code == 412, "what somebody else changed meanwhile is not overwritten"
        question = await (await saved.follow("Edit")).follow("Remove network")
        assert (await question.press("Remove network", name="support")).answer.status_code == 422
        gone = await question.press("Remove network", name="Support")
        assert gone.path == "/networks" and "is removed" in gone.text
        assert "There is no such page" in (await gone.open(made.path)).text


async def test_people_and_what_their_role_lets_them_see(site: Site) -> None:
    vi = f"vi-{site.email}"
    network = await site.network("Support")
    hidden = await site.network("Board")
    async with site.visitor() as inside:
        form = await (await inside.open("/people")).follow("Add person")
        short = await form.press("Add person", name="Vi", email=vi, password="short")
        assert (
            short.answer.status_code == 422
            and "short" not in short.answer.text.split("<main")[1].split("help")[0]
        )
        facts = {"name": "Vi", "email": vi, "password": OTHERS, "network_ids": [network]}
        added = await form.press("Add person", **facts)
        assert added.path == "/people" and "Vi" in added.text and "Viewer" in added.text
        async with site.visitor(vi, OTHERS) as viewer:
            assert "Support" in viewer.text and "Board" not in viewer.text
            assert not viewer.has("New network") and "People" not in viewer.page.links
            page = await viewer.open(f"/networks/{network}")
            assert page.answer.status_code == 200 and not page.has("Add connection") and not page.has("Edit")
            for path in ("/people", "/api-keys", "/audit", "/networks/new"):
                assert (await viewer.open(path)).answer.status_code == 403, path
            assert (await viewer.open(f"/networks/{hidden}")).answer.status_code == 404
            person = await (await inside.open("/people")).follow("Vi")
            await (await person.follow("Remove")).press("Remove Vi")
        assert "Vi" not in (await inside.open("/people")).page.links


async def test_a_key_is_shown_once(site: Site) -> None:
    async with site.visitor() as inside:
        form = await (await inside.open("/api-keys")).follow("Make a key")
        made = await form.press("Make key", name="report", role="administrator", days="30")
        key = made.answer.text.split('id="key"')[1].split(">")[1].split("<")[0]
        assert key.startswith("slk_")
        async with httpx2.AsyncClient(base_url=site.url, timeout=30, trust_env=False) as http:
            me = await http.get("/registry/v1/me", headers={"Authorization": f"Bearer {key}"})
            assert me.json()["kind"] == "api_key"
        listed = await made.open("/api-keys")
        assert key not in listed.answer.text and key[-4:] in listed.text
        revoked = await (await listed.follow("Revoke")).press("Revoke key")
        assert "revoked" in revoked.text and "No API key yet" in revoked.text


async def test_a_rule_for_webhooks_is_shown_with_what_to_enter(site: Site) -> None:
    network = await site.network("Support")
    system = {"network_id": network, "url": INSTANCE, "auth": {"scheme": "basic", **USER}}
    made = await site.make("/registry/v1/systems", system)
    at = f"/networks/{network}/systems/{made['id']}/webhooks"
    async with site.visitor() as inside:
        nothing = await (await inside.open(at)).press("Show the rules")
        assert nothing.answer.status_code == 422 and "setEndpoint" not in nothing.answer.text
        shown = await nothing.press("Show the rules", streams="incident")
        assert "System Definition > Business Rules > New" in shown.text and "Syncline: incident" in shown.text
        assert "setEndpoint(&#34;http://127.0.0.1:9/sync/v1/hooks/" in shown.answer.text
        assert "setEndpoint" not in (await inside.open(at)).answer.text
    body = {"email": f"mo-{site.email}", "name": "Mo", "role": "manager", "password": OTHERS}
    await site.make("/registry/v1/people", body | {"network_ids": [network]})
    async with site.visitor(f"mo-{site.email}", OTHERS) as manager:
        assert (await manager.open(at)).answer.status_code == 403


async def test_the_audit_is_that_of_all_services(site: Site) -> None:
    for number in range(3):
        await site.network(f"n{number}")
    async with site.visitor() as inside:
        everything = (await inside.open("/audit")).text
        assert "network.created" in everything and "session.begun" in everything
        only = (await inside.open("/audit?noun=network&action=network.created")).text
        assert only.count("network.created network 0") == 3 and "session.begun" not in only  # and its id
        assert "Nothing found" in (await inside.open("/audit?action=%3Cscript%3E")).text


async def test_what_is_not_there_is_said_plainly(site: Site) -> None:
    async with site.visitor() as inside:
        for path in ("/nowhere", "/networks/not-an-id", "/networks/01900000-0000-7000-8000-000000000001"):
            page = await inside.open(path)
            assert page.answer.status_code == 404 and "What to do:" in page.text, path
        assert (await inside.open("/networks/new/")).answer.status_code in (200, 404)
        assert (await inside.send("/status", [])).answer.status_code == 405
        huge = await inside.send("/networks/new", [("name", "x" * 1_100_000)])
        assert huge.answer.status_code == 413


async def test_nobody_is_led_elsewhere(site: Site) -> None:
    for bad in ("https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "javascript:x"):
        async with httpx2.AsyncClient(
            base_url=site.url, timeout=30, trust_env=False, follow_redirects=True
        ) as http:
            door = Visit(http, await http.get("/sign-in", params={"next": bad}))
            inside = await door.press("Sign in", email=site.email, password=PASSWORD)
            assert str(inside.answer.url).startswith(site.url), bad
            assert inside.path == "/networks"
