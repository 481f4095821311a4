"""The wizard in a browser: the whole way, and all that people do on it beside going on."""

import pytest
from playwright.async_api import expect

from browser.conftest import Stage, needs_chromium, sign_in
from browser.walking import (
    BOARDS,
    DESK,
    begin,
    both_systems,
    create,
    go_on,
    name_system,
    prove_boards,
    second_system,
    until_built,
)
from connectors.opened import PAT

pytestmark = [
    needs_chromium,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(240),  # a guard against hanging, nothing more
]


async def test_the_whole_way(stage: Stage) -> None:
    """A2 to A12, with a wrong credential, an edit after the check, a reload, and the way back."""
    await stage.network("The whole way")
    async with stage.person() as person:
        page = await stage.page(person)
        await begin(page, "The whole way")
        next_ = page.get_by_role("button", name="Next")
        await expect(next_).to_be_disabled()
        await name_system(page, BOARDS)
        await expect(page.locator("main").get_by_text("Needed beforehand")).to_be_visible()
        await prove_boards(page, "sandbox-pat-read-only")
        await expect(page.locator("main").get_by_text("Authentication did not pass")).to_be_visible()
        await expect(next_).to_be_disabled()
        await prove_boards(page)
        await expect(next_).to_be_enabled()
        assert PAT not in await page.content()
        await name_system(page, "https://dev.azure.com/other")
        await expect(next_).to_be_disabled()
        await expect(
            page.locator("main").get_by_text("https://dev.azure.com/other", exact=True)
        ).to_be_visible()
        await name_system(page, "https://dev.azure.com/sandbox")
        await expect(
            page.locator("main").get_by_text("https://dev.azure.com/sandbox", exact=True)
        ).to_be_visible()
        await prove_boards(page)
        await expect(page.locator("main").get_by_text("Authenticated", exact=True)).to_be_visible()
        await page.reload()
        await expect(page.locator("main").get_by_text("Authenticated", exact=True)).to_be_visible()
        await go_on(page, "System B")
        await page.go_back()
        await expect(page.get_by_role("heading", name="System A")).to_be_visible()
        await expect(page.locator("main").get_by_text("Authenticated", exact=True)).to_be_visible()
        await page.go_forward()
        await expect(page.get_by_role("heading", name="System B")).to_be_visible()
        await second_system(page)
        await create(page, "Bugs and incidents")
        address = page.url
        await page.goto("/networks")  # closed, and opened again
        await page.goto(address)
        await expect(page.locator("main").get_by_text("Connection created")).to_be_visible()
        for label in ("Validating credentials", "Configuring node settings", "Finalizing set-up"):
            await expect(page.locator("main").get_by_text(label)).to_be_visible()
        await page.go_back()
        await page.goto("/networks")
        await page.get_by_role("link", name="The whole way").click()
        row = page.get_by_role("row").filter(has_text="Bugs and incidents")
        await expect(row.get_by_text("Ready to configure")).to_be_visible()


async def test_two_tabs_and_a_session_that_ends_on_the_way(stage: Stage) -> None:
    await stage.network("Two tabs")
    async with stage.person() as person:
        first, second = await stage.page(person), await stage.page(person)
        await begin(first, "Two tabs")
        await begin(second, "Two tabs")  # another beginning: neither disturbs the other
        await name_system(second, "https://acme.example.com")
        await expect(second.locator("#answer .notice")).to_be_visible()
        await both_systems(first)
        await second.goto(first.url)
        await second.get_by_role("link", name="System A").click()
        await second.get_by_role("button", name="Change credentials").click()
        await expect(second.get_by_role("button", name="Check authentication")).to_be_visible()
        await first.get_by_label("Name").fill("Late")
        await first.get_by_role("button", name="Next").click()
        await expect(first.get_by_role("heading", name="System A")).to_be_visible()
        await prove_boards(first)
        await expect(first.locator("main").get_by_text("Authenticated", exact=True)).to_be_visible()
        await person.clear_cookies(name="syncline_session")
        await first.reload()
        await expect(first.get_by_role("heading", name="Sign in")).to_be_visible()
        await sign_in(first, stage.email)
        await expect(first.get_by_role("heading", name="System A")).to_be_visible()
        await expect(first.locator("main").get_by_text("Authenticated", exact=True)).to_be_visible()


async def test_without_script(stage: Stage) -> None:
    """Every step by forms alone, and a name that is taken."""
    await stage.network("Without script")
    async with stage.person(java_script_enabled=False) as person:
        page = await stage.page(person)
        await begin(page, "Without script")
        await both_systems(page, scripted=False)
        await create(page, "By forms alone")
        await until_built(page)
        await begin(page, "Without script")
        await name_system(page, BOARDS, scripted=False)
        await go_on(page, "System B")
        await name_system(page, DESK, scripted=False)
        await go_on(page, "Name")
        await page.get_by_label("Name").fill("  by FORMS alone ")
        await page.get_by_role("button", name="Next").click()
        await expect(page.locator("main").get_by_text("There is a connection of this name")).to_be_visible()
