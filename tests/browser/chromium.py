"""The browser that the machine has; none is downloaded."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, BrowserContext, async_playwright, expect

CHROMIUM = os.environ.get("SYNCLINE_TEST_CHROMIUM", shutil.which("chromium") or "")
PATIENCE = 30_000  # milliseconds until a test gives up; nothing waits that long
DESKTOP, PHONE = (1280, 800), (390, 844)
expect.set_options(timeout=PATIENCE)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS, timeout=2 * PATIENCE
        )
        try:
            yield chromium
        finally:
            await chromium.close()


@asynccontextmanager
async def window(
    chromium: Browser, url: str, size: tuple[int, int] = DESKTOP, **look: object
) -> AsyncIterator[BrowserContext]:
    """A person's own: cookies of one are not those of another."""
    facts: dict[str, object] = {"viewport": {"width": size[0], "height": size[1]}, "base_url": url, **look}
    context = await chromium.new_context(reduced_motion="reduce", **facts)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    try:
        yield context
    finally:
        await context.close()
