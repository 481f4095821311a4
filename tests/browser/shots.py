"""`make shots`: a picture of every page, light, dark and on a phone, in ./shots."""

import asyncio
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from browser.chromium import DESKTOP, PHONE, window
from browser.conftest import Stage, staged
from browser.pages import furnished
from syncline_common.logging import set_up_logging
from syncline_common.settings import ProcessSettings

FOLDER = Path(__file__).parents[2] / "shots"
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"size": DESKTOP, "color_scheme": "light"},
    "dark": {"size": DESKTOP, "color_scheme": "dark"},
    "phone": {"size": PHONE, "color_scheme": "light"},
}


async def main() -> int:
    set_up_logging(ProcessSettings(log_format="text", log_level="error"))
    shutil.rmtree(FOLDER, ignore_errors=True)
    with TemporaryDirectory() as folder:
        async with staged(Path(folder)) as stage, stage.person() as person:
            paths, state = await furnished(stage, person), await person.storage_state()
            for look, facts in LOOKS.items():
                await _taken(stage, paths, FOLDER / look, {**facts, "storage_state": state})
    print(f"{len(paths) * len(LOOKS)} pictures in {FOLDER}")
    return 0


async def _taken(stage: Stage, paths: dict[str, str], folder: Path, look: dict[str, Any]) -> None:
    async with window(stage.chromium, stage.url, **look) as context:
        page = await context.new_page()
        for what, path in paths.items():
            await page.goto(path)
            await page.screenshot(
                path=folder / f"{what.replace(' ', '-').replace(',', '')}.png", full_page=True
            )


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
