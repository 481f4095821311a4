"""Every page of the console, in the state that a person meets it in."""

import httpx2
from playwright.async_api import BrowserContext, Page, expect

from browser.conftest import Stage
from browser.walking import BOARDS, DESK, begin, both_systems, create, go_on, name_system

OPEN = {"sign in": "/sign-in", "status": "/status", "gallery": "/gallery", "nothing": "/nowhere"}
ACCOUNT = {
    "networks": "/networks",
    "new network": "/networks/new",
    "people": "/people",
    "new person": "/people/new",
    "API keys": "/api-keys",
    "new API key": "/api-keys/new",
    "audit": "/audit",
}
OF_NETWORK = {
    "empty network": "",
    "no systems": "/systems",
    "add connection": "/connections/add",
    "edit": "/edit",
}
OF_CONNECTION = {
    "connection": "",
    "build": "/build",
    "versions": "/versions",
    "edit connection": "/edit",
    "pause": "/pause",
    "remove connection": "/remove",
}


async def furnished(stage: Stage, person: BrowserContext) -> dict[str, str]:
    """A network with a connection, an empty one, people, keys; and the path of every page."""
    empty, network = await stage.network("Operations"), await stage.network("Support")
    async with await stage.api() as http:
        await _people_and_keys(http, network)
    steps, connection = await _walked(stage, person)
    system, by_hand = await _systems(stage, network)
    return {
        **OPEN,
        **ACCOUNT,
        **{what: f"/networks/{empty}{path}" for what, path in OF_NETWORK.items()},
        **steps,
        "network": f"/networks/{network}",
        "systems": f"/networks/{network}/systems",
        "system": system,
        "system with webhooks by hand": by_hand,
        "webhooks by hand": f"{by_hand}/webhooks",
        "remove system": f"{system}/remove",
        "remove network": f"/networks/{empty}/remove",
        **{what: f"{connection}{path}" for what, path in OF_CONNECTION.items()},
    }


async def _people_and_keys(http: httpx2.AsyncClient, network: str) -> None:
    vi = {"email": f"vi-{network}@example.com", "name": "Vi", "role": "viewer", "network_ids": [network]}
    for path, body in [
        ("people", vi),
        ("api-keys", {"name": "nightly report", "role": "viewer", "network_ids": [network]}),
    ]:
        answer = await http.post(f"/registry/v1/{path}", json=body)
        assert answer.status_code == 201, answer.text


async def _walked(stage: Stage, person: BrowserContext) -> tuple[dict[str, str], str]:
    """The wizard's steps left open on the way, and the path of what the last one made."""
    page, steps = await stage.page(person), dict[str, str]()
    await begin(page, "Support")
    await name_system(page, BOARDS)
    await expect(page.get_by_role("button", name="Check authentication")).to_be_visible()
    steps["system A"] = page.url
    await begin(page, "Support")
    await both_systems(page)
    steps |= {"system A, proven": page.url.replace("/name", "/system-a"), "name": page.url}
    await create(page, "Bugs and incidents")
    steps["progress"] = page.url
    await expect(page.locator("main").get_by_text("Connection created")).to_be_visible()
    await page.get_by_role("link", name="Open connection").click()
    await expect(page.get_by_role("link", name="Overview")).to_be_visible()
    connection = page.url
    steps["review"] = await _reviewed(page)
    await page.close()
    return steps, connection


async def _reviewed(page: Page) -> str:
    """Another connection of the same systems, up to the last step before it is made."""
    await begin(page, "Support")
    for url, heading in ((BOARDS, "System B"), (DESK, "Name")):
        await name_system(page, url)
        await expect(page.get_by_role("button", name="Next")).to_be_enabled()
        await go_on(page, heading)
    await page.get_by_label("Name").fill("Requests")
    await page.get_by_label("Description").fill("What customers ask for, beside what is broken")
    await go_on(page, "Review")
    return page.url


async def _systems(stage: Stage, network: str) -> list[str]:
    async with await stage.api() as http:
        found = (await http.get("/registry/v1/systems", params={"network_id": network})).json()["items"]
    return [f"/networks/{network}/systems/{it['id']}" for it in found]
