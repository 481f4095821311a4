"""Every page: nothing that keeps people out, nothing that the content policy had to refuse, and the first one light."""

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, Response, expect

from browser.chromium import window
from browser.conftest import Stage, needs_chromium
from browser.pages import furnished

pytestmark = [
    needs_chromium,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(400),  # a guard against hanging, nothing more
]
HEAVIEST, MOST_REQUESTS = 100_000, 10
SHOWN_IN_DARK = ("gallery", "system A", "review", "progress", "connection", "audit", "nothing")
CONTRAST = {"runOnly": ["color-contrast"]}


async def violations(page: Page, options: dict[str, Any] | None = None) -> list[str]:
    found = (await Axe().run(page, options=options)).response["violations"]
    return [f"{it['id']}: {node['html'][:120]}" for it in found for node in it["nodes"]]


async def test_nobody_is_kept_out(stage: Stage) -> None:
    """By axe-core's rules. In dark the colours are others: there, the contrast of what shows all of them.

    `stage` sees to it that no page complained.
    """
    wrong = dict[str, list[str]]()
    async with stage.person() as person:
        paths = await furnished(stage, person)
        page = await stage.page(person)
        for what, path in paths.items():
            await page.goto(path)
            await page.emulate_media(color_scheme="light")
            wrong[what] = await violations(page)
            if what in SHOWN_IN_DARK:
                await page.emulate_media(color_scheme="dark")
                wrong[f"{what}, dark"] = await violations(page, CONTRAST)
    assert {what: found for what, found in wrong.items() if found} == {}
    assert len(paths) > 25


async def test_the_first_page_is_light(stage: Stage) -> None:
    async with window(stage.chromium, stage.url) as stranger:
        page = await stage.page(stranger)
        got: list[Response] = []

        def note(answer: Response) -> None:
            got.append(answer)

        page.on("response", note)
        await page.goto("/", wait_until="networkidle")
        assert await violations(page) == []
        weight = sum([len(await it.body()) for it in got])
    assert len(got) <= MOST_REQUESTS and weight <= HEAVIEST, (len(got), weight)
    assert {it.status for it in got} == {200}


async def test_by_keyboard_alone(stage: Stage) -> None:
    """Into the page past its navigation, to a network and back; what has the focus can be seen."""
    await stage.network("Support")
    async with stage.person() as person:
        page = await stage.page(person)
        await page.goto("/networks")
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("link", name="Go to the content")).to_be_focused()
        await page.keyboard.press("Enter")
        for _ in range(3):
            await page.keyboard.press("Tab")
            if await page.get_by_role("link", name="Support").evaluate("it => it === document.activeElement"):
                break
        await expect(page.get_by_role("link", name="Support")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Support")).to_be_visible()
