"""The wizard by its forms, against the real services and simulated vendors, in both modes."""

import asyncio
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.opened import BOARDS, CLIENT, INSTANCE, PAT, USER
from console.conftest import PASSWORD, Site
from console.reading import Visit

pytestmark = pytest.mark.asyncio(loop_scope="module")
READ_ONLY = "sandbox-pat-read-only"
PROVEN = {"auth__basic__username": USER["username"], "auth__basic__password": USER["password"]}


async def begun(inside: Visit, network: str) -> Visit:
    page = await inside.open(f"/networks/{network}/connections/add")
    return await page.press("Create new connection")


async def first_proven(page: Visit) -> Visit:
    named = await page.press("Look up", url=BOARDS)
    return await named.press("Check authentication", auth__pat__token=PAT)


async def both_proven(page: Visit) -> Visit:
    """Up to the name."""
    second = await (await first_proven(page)).press("Next")
    named = await second.press("Look up", url=INSTANCE)
    return await (await named.press("Check authentication", scheme="basic", **PROVEN)).press("Next")


async def created(page: Visit, name: str) -> Visit:
    review = await (await both_proven(page)).press("Next", name=name)
    return await review.press("Create connection")


async def until_built(page: Visit, word: str = "Connection created") -> Visit:
    """Asked again, as the browser is told to by the stream."""
    async with asyncio.timeout(50):
        while word not in page.text:
            await asyncio.sleep(0.1)
            page = await page.open(page.path)
    return page


async def test_three_answers_to_an_address(site: Site) -> None:
    """A4, word for word; and a system joins the network during creation, not before."""
    first, other = await site.network("First"), await site.network("Other")
    async with site.visitor() as inside:
        new = await (await begun(inside, first)).press("Look up", url="HTTPS://DEV.azure.com/Sandbox/_boards")
        assert "Needed beforehand" in new.text and "Next" in new.form("Next").closed
        await until_built(await created(await begun(inside, first), "Bugs"))
        known = await (await begun(inside, first)).press("Look up", url=BOARDS)
        assert "part of Network 'First'" in known.text and "Next" in known.form("Next").buttons
        elsewhere = await (await begun(inside, other)).press("Look up", url=BOARDS)
        assert "System registered, but not yet part of Network 'Other'" in elsewhere.text
        assert not elsewhere.has("Check authentication")
        second = await (await elsewhere.press("Next")).press("Look up", url=INSTANCE)
        name = await second.press("Next")
        assert "No system yet" in (await name.open(f"/networks/{other}/systems")).text
        taken = await name.press("Next", name=" bUGS ")
        assert taken.answer.status_code == 409 and "There is a connection of this name" in taken.text
        await until_built(await (await taken.press("Next", name="Other bugs")).press("Create connection"))
        assert "dev.azure.com/sandbox" in (await name.open(f"/networks/{other}/systems")).text


async def test_the_server_decides_whatever_the_page_allowed(site: Site) -> None:
    network = await site.network("Support")
    async with site.visitor() as inside:
        page = await begun(inside, network)
        here = page.path.removesuffix("/system-a")
        named = await page.press("Look up", url=BOARDS)
        for attempt in (named.form("Next").filled(), named.form("Next").filled(shown="https://x.example")):
            pushed = await named.send(f"{here}/system-a/next", attempt)
            assert pushed.answer.status_code == 409 and "Next" in pushed.form("Next").closed
        for step in ("system-b", "name", "review", "progress"):
            assert (await page.open(f"{here}/{step}")).path == f"{here}/system-a"
        refused = await named.press("Check authentication", auth__pat__token=READ_ONLY)
        assert "Authentication did not pass" in refused.text and READ_ONLY not in refused.answer.text
        proven = await refused.press("Check authentication", auth__pat__token=PAT)
        assert PAT not in proven.answer.text
        edited = await proven.press("Look up", url="https://dev.azure.com/another")
        stale = await edited.send(f"{here}/system-a/next", proven.form("Next").filled())
        assert stale.answer.status_code == 409, "a check of the address before is no check of this one"
        push = await edited.send(f"{here}/create", proven.form("Next").filled())
        assert push.path == f"{here}/system-a"


async def test_a_system_is_not_connected_with_itself(site: Site) -> None:
    network = await site.network("Support")
    async with site.visitor() as inside:
        page = await (await begun(inside, network)).press("Look up", url=INSTANCE)
        second = await (await page.press("Check authentication", scheme="basic", **PROVEN)).press("Next")
        same = await second.press("Look up", url=INSTANCE.upper())
        assert "This is System A" in same.text and "Next" in same.form("Next").closed


async def test_created_twice_it_is_one_and_can_be_paused_renamed_removed(site: Site) -> None:
    network = await site.network("Support")
    async with site.visitor() as inside:
        review = await (await both_proven(await begun(inside, network))).press("Next", name="Bugs")
        pages = await asyncio.gather(*(review.press("Create connection") for _ in range(3)))
        assert {it.path for it in pages} == {review.path.replace("review", "progress")}
        done = await until_built(pages[0])
        found = (await site.api.get("/connections/v1/connections", params={"network_id": network})).json()
        assert [it["name"] for it in found["items"]] == ["Bugs"]
        assert (await done.open(review.path)).path == done.path, "what is made is not made again"
        page = await done.follow("Open connection")
        assert "Ready to configure" in page.text and not page.has("Publish")
        saved = await (await page.follow("Edit")).press("Save", name="Incidents")
        assert "Incidents" in saved.text
        early = await (await page.open(f"{page.path}/pause")).press("Pause")
        assert early.answer.status_code == 409 and "Possible now:" in early.text
        question = await page.follow("Remove connection")
        assert (await question.press("Remove connection", name="Bugs")).answer.status_code == 422
        gone = await question.press("Remove connection", name="Incidents")
        assert "is being removed" in gone.text


async def test_a_build_that_fails_is_retried_with_another_credential(site: Site) -> None:
    network = await site.network("Support")
    body = {
        "network_id": network,
        "name": "Bugs",
        "b": {"url": INSTANCE, "auth": {"scheme": "basic", **USER}},
    }
    auth = {"scheme": "pat", "token": "sandbox-pat-wrong"}
    made = await site.make("/connections/v1/connections", {**body, "a": {"url": BOARDS, "auth": auth}})
    async with site.visitor() as inside:
        start = await inside.open(f"/networks/{network}/connections/{made['id']}")
        failed = await until_built(start, "Validating credentials failed")
        assert "Build failed" in (await failed.open(f"/networks/{network}")).text
        form = await failed.press("Other credentials for dev.azure.com/sandbox")
        proven = await form.press("Check authentication", auth__pat__token=PAT)
        await until_built(await proven.press("Retry with it"))


async def test_a_system_is_added_beforehand_and_given_another_credential(site: Site) -> None:
    network = await site.network("Support")
    async with site.visitor() as inside:
        page = await (await inside.open(f"/networks/{network}/systems")).press("Add system")
        proven = await first_proven(page)
        added = await proven.press("Add system")
        assert "is part of this network" in added.text and "dev.azure.com/sandbox" in added.page.links
        system = await added.follow("dev.azure.com/sandbox")
        again = await system.press("Re-authenticate")
        assert "Use this credential" in again.form("Use this credential").closed
        renewed = await (await again.press("Check authentication", auth__pat__token=PAT)).press(
            "Use this credential"
        )
        assert renewed.path == system.path and "in use" in renewed.text
        left = await (await renewed.follow("Remove")).press("Remove system")
        assert "No system yet" in left.text


async def test_what_is_live_says_that_it_changed(site: Site) -> None:
    network = await site.network("Support")
    async with site.visitor() as inside:
        review = await (await both_proven(await begun(inside, network))).press("Next", name="Bugs")
        async with asyncio.timeout(50), inside.http.stream("GET", f"/networks/{network}/live/stream") as live:
            assert live.headers["content-type"].startswith("text/event-stream")
            lines = live.aiter_lines()
            assert await anext(lines) == ": alive"
            progress = await review.press("Create connection")
            while await anext(lines) != "event: changed":
                pass
        connection = (await until_built(progress)).page.links["Open connection"]
        async with asyncio.timeout(50), inside.http.stream("GET", f"{connection}/build/stream") as build:
            lines = build.aiter_lines()
            while await anext(lines) != "event: changed":
                pass


async def test_signing_in_at_the_vendors_own_page(site: Site) -> None:
    network = await site.network("Support")
    client = {f"auth__oauth_code__{name}": value for name, value in CLIENT.items()}
    async with site.visitor() as inside:
        page = await (await begun(inside, network)).press("Look up", url=INSTANCE)
        asked = await page.press("Check authentication", scheme="oauth_code", **client)
        assert (
            "/registry/v1/oauth/callback" in asked.text and CLIENT["client_secret"] not in asked.answer.text
        )
        async with site.town.outbound.client(INSTANCE) as browser:
            there = await browser.get(asked.page.links["Sign in at ServiceNow"])
        told = parse_qs(urlsplit(there.headers["location"]).query)
        back = f"/registry/v1/oauth/callback?state={told['state'][0]}&code={told['code'][0]}"
        proven = await asked.open(back)
        assert proven.path == asked.path and "Next" in proven.form("Next").buttons
        assert (await proven.press("Next")).path.endswith("/system-b")
        uncalled = await (await begun(inside, network)).press("Look up", url=INSTANCE)
        forged = await uncalled.open(f"{uncalled.path}/signed-in?ticket=slt_made-up")
        assert "Next" in forged.form("Next").closed, "nobody was sent to the vendor from here"


async def test_what_belongs_to_others_answers_as_what_is_not_there(site: Site, other_site: Site) -> None:
    network = await other_site.network("Theirs")
    system = {"network_id": network, "url": BOARDS, "auth": {"scheme": "pat", "token": PAT}}
    made = await other_site.make("/registry/v1/systems", system)
    async with other_site.visitor() as they:
        wizard = (await begun(they, network)).path
    async with site.visitor() as inside:
        for path in (
            f"/networks/{network}",
            f"/networks/{network}/systems",
            f"/networks/{network}/systems/{made['id']}",
            f"/networks/{network}/connections/add",
            wizard,
        ):
            foreign, random = await inside.open(path), await inside.open(path[:-4] + "0000")
            assert foreign.answer.status_code == random.answer.status_code == 404, path
            assert foreign.text == random.text


async def test_a_viewer_is_offered_nothing_and_refused_everything(site: Site) -> None:
    network, vi = await site.network("Support"), f"vi-{site.email}"
    facts = {"email": vi, "name": "Vi", "role": "viewer", "network_ids": [network], "password": PASSWORD}
    await site.make("/registry/v1/people", facts)
    async with site.visitor(vi) as viewer:
        at = f"/networks/{network}"
        page = await viewer.open(at)
        systems = await page.open(f"{at}/systems")
        assert page.answer.status_code == systems.answer.status_code == 200
        assert not page.has("Add connection") and not systems.has("Add system")
        token = [("csrf", dict(page.form("Sign out").fields)["csrf"])]
        for path in (f"{at}/connections/add", f"{at}/systems/add"):
            assert (await page.send(path, token)).answer.status_code == 403, path
        assert (await page.open(f"{at}/connections/add")).answer.status_code == 403
