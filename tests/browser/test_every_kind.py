"""A14 in a browser: a system of every kind goes through the wizard, by its address and the fields that its kind asks for."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from browser.chromium import browser
from browser.conftest import Room, an_account, needs_chromium, opened
from browser.walking import begin, create, go_on, name_system
from connectors.everywhere import everywhere
from syncline_sandbox.every import EVERY

pytestmark = [
    needs_chromium,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(240),  # a guard against hanging, nothing more
]
OTHER_END = {kind: "servicenow" if kind != "servicenow" else "azure_devops" for kind in EVERY}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Room]:
    folder = tmp_path_factory.mktemp("every-kind")
    async with everywhere() as place, browser() as chromium, opened(folder, place.routes) as url:
        yield Room(url, chromium)


@pytest_asyncio.fixture(loop_scope="module")
async def room(house: Room) -> AsyncIterator[Room]:
    own = replace(house, email=await an_account(house), troubles=[])
    yield own
    assert own.troubles == []


@pytest.mark.parametrize("kind", EVERY)
async def test_it_is_connected_in_five_steps(room: Room, kind: str) -> None:
    network = f"For {EVERY[kind].label}"
    await room.network(network)
    async with room.person() as person:
        page = await room.page(person)
        await begin(page, network)
        await prove(page, kind)
        await go_on(page, "System B")
        await prove(page, OTHER_END[kind])
        await go_on(page, "Name")
        await create(page, f"From {kind}")
        await expect(page.locator("main").get_by_text("Connection created")).to_be_visible()


async def prove(page: Page, kind: str) -> None:
    it = EVERY[kind]
    await name_system(page, it.address)
    main, scheme = page.locator("main"), it.credential["scheme"]
    await expect(main.get_by_text("Needed beforehand")).to_be_visible()
    radio = page.locator(f'input[type="radio"][name="scheme"][value="{scheme}"]')
    if await radio.count():
        await radio.check()
    for name, value in it.credential.items():
        if name != "scheme":
            await page.locator(f'[name="auth.{scheme}.{name}"]').fill(value)
    await page.get_by_role("button", name="Check authentication").click()
    await expect(main.get_by_text("Authenticated", exact=True)).to_be_visible()
