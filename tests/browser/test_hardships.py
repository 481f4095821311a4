"""The wizard when things go wrong on the way: the server is started again, and a system fails at every step."""

from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, expect

from browser.chromium import browser
from browser.conftest import Stage, needs_chromium, opened, staged
from browser.walking import (
    BOARDS,
    DESK,
    begin,
    create,
    go_on,
    name_system,
    prove_boards,
    prove_desk,
    second_system,
)
from connectors.opened import town
from syncline_sandbox.faults import Fault

pytestmark = [needs_chromium, pytest.mark.timeout(240)]  # a guard against hanging, nothing more
SLOW = (0.2, 0.4)  # seconds an answer: there is a build to be in the middle of


async def says(page: Page, text: str) -> None:
    await expect(page.locator("main").get_by_text(text)).to_be_visible()


async def test_the_server_is_started_again_in_mid_wizard_and_in_mid_build(tmp_path: Path) -> None:
    async with town() as place, AsyncExitStack() as lasting:
        chromium = await lasting.enter_async_context(browser())
        async with opened(tmp_path, place.routes) as url:
            stage = Stage(url, chromium, town=place)
            await stage.network("Started again")
            person = await lasting.enter_async_context(stage.person())
            page = await stage.page(person)
            await begin(page, "Started again")
            await name_system(page, BOARDS)
            await prove_boards(page)
            await says(page, "Authenticated")
            await go_on(page, "System B")
            where = page.url
        port = urlsplit(url).port or 0
        async with opened(tmp_path, place.routes, port):
            await page.goto(where)
            await second_system(page)
            for vendor in (place.boards, place.instance):
                vendor.latency = SLOW
            await create(page, "Twice started")
            where = page.url
        async with opened(tmp_path, place.routes, port):
            await page.goto(where)
            await says(page, "Connection created")


async def test_a_system_that_fails_at_each_step_is_named_and_nothing_typed_is_lost(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, stage.person() as person:
        boards, instance = stage.town.boards.faults, stage.town.instance.faults
        await stage.network("Hardships")
        page = await stage.page(person)
        await begin(page, "Hardships")
        next_ = page.get_by_role("button", name="Next")

        await name_system(page, BOARDS)
        boards.order("*", Fault.ERROR_BEFORE, None)
        await prove_boards(page)
        await says(page, "Authentication did not pass")
        await expect(next_).to_be_disabled()
        boards.lift()
        await prove_boards(page)
        await says(page, "Authenticated")
        await go_on(page, "System B")

        await name_system(page, DESK)
        instance.order("*", Fault.REVOKED, None)
        await prove_desk(page)
        await says(page, "Authentication did not pass")
        await expect(page.get_by_label("Address (URL)")).to_have_value(DESK)
        await expect(next_).to_be_disabled()
        instance.lift()
        await prove_desk(page)
        await says(page, "Authenticated")
        await go_on(page, "Name")

        boards.order("*", Fault.REVOKED, None)
        await create(page, "Against all odds")
        retry = page.get_by_role("button", name="Retry from this step")
        await expect(retry).to_be_visible()
        await says(page, "Stopped at: Validating credentials")
        boards.lift()
        await retry.click()
        await says(page, "Connection created")
        assert stage.troubles == []
