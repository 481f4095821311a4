"""The wizard's way, as a person goes it."""

import asyncio

from playwright.async_api import Page, expect

from browser.chromium import PATIENCE
from connectors.opened import PAT, USER

BOARDS, DESK = "HTTPS://dev.azure.com/Sandbox/_boards", "sandbox.service-now.com"


async def begin(page: Page, network: str) -> None:
    await page.goto("/networks")
    await page.get_by_role("link", name=network).click()
    await page.get_by_role("link", name="Add connection").first.click()
    await page.get_by_role("button", name="Create new connection").click()
    await expect(page.get_by_role("heading", name="System A")).to_be_visible()


async def name_system(page: Page, url: str, *, scripted: bool = True) -> None:
    await page.get_by_label("Address (URL)").fill(url)
    if not scripted:
        await page.get_by_role("button", name="Look up").click()


async def prove_boards(page: Page, token: str = PAT) -> None:
    await page.get_by_label("Personal access token", exact=True).fill(token)
    await page.get_by_role("button", name="Check authentication").click()


async def prove_desk(page: Page) -> None:
    await page.locator('[name="auth.basic.username"]').fill(USER["username"])
    await page.locator('[name="auth.basic.password"]').fill(USER["password"])
    await page.get_by_role("button", name="Check authentication").click()


async def go_on(page: Page, heading: str) -> None:
    await page.get_by_role("button", name="Next").click()
    await expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()


async def both_systems(page: Page, *, scripted: bool = True) -> None:
    """From System A to Name."""
    await name_system(page, BOARDS, scripted=scripted)
    await prove_boards(page)
    await expect(page.locator("main").get_by_text("Authenticated", exact=True)).to_be_visible()
    await go_on(page, "System B")
    await second_system(page, scripted=scripted)


async def second_system(page: Page, *, scripted: bool = True) -> None:
    """From System B to Name."""
    await name_system(page, DESK, scripted=scripted)
    await prove_desk(page)
    await expect(page.locator("main").get_by_text("Authenticated", exact=True)).to_be_visible()
    await go_on(page, "Name")


async def until_built(page: Page) -> None:
    """Without script a page is live as often as it is loaded."""
    async with asyncio.timeout(PATIENCE / 1000):
        while not await page.locator("main").get_by_text("Connection created").is_visible():
            await page.reload()


async def create(page: Page, name: str) -> None:
    """From Name until it is built."""
    await page.get_by_label("Name").fill(name)
    await go_on(page, "Review")
    await page.get_by_role("button", name="Create connection").click()
    await expect(page.get_by_role("heading", name="Progress")).to_be_visible()
