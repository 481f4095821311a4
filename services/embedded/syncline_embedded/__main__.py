"""`python -m syncline_embedded`: everything in one process. With `migrate`: tables and queues of every service."""

import argparse
import asyncio
import sys
from pathlib import Path

from syncline_common.errors import SynclineError
from syncline_common.logging import set_up_logging
from syncline_common.runtime.access import PASSWORD_FILE
from syncline_common.runtime.command import migrate_all
from syncline_common.runtime.signals import until_stopped
from syncline_common.runtime.spans import exporting
from syncline_common.runtime.starting import explained
from syncline_common.settings import (
    AccessSettings,
    BusSettings,
    DatabaseSettings,
    DemoSettings,
    ProcessSettings,
    RouteSettings,
    ServeSettings,
    SpanSettings,
)
from syncline_console.client.line import Refused
from syncline_embedded.demo import Demo, prepared
from syncline_embedded.demo_building import NotBuilt, build, in_step
from syncline_embedded.lock import locked
from syncline_embedded.main import Together, run_together
from syncline_embedded.services import WITH_TABLES


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m syncline_embedded", description="Syncline in one process."
    )
    parser.add_argument(
        "what", nargs="?", default="run", choices=("run", "migrate"), help="run is the default"
    )
    what = parser.parse_args().what
    with explained():
        database, process = DatabaseSettings(), _process_settings()
        set_up_logging(process)
        if what == "migrate":
            asyncio.run(migrate_all(WITH_TABLES, database, BusSettings()))
        else:
            with locked(database.data_dir), exporting(SpanSettings(), "embedded"):
                asyncio.run(run(database, process))


async def run(database: DatabaseSettings, process: ProcessSettings) -> None:
    first = not (database.data_dir / PASSWORD_FILE).exists()
    async with (
        prepared(DemoSettings(), database, RouteSettings()) as ground,
        run_together(
            database, BusSettings(), ServeSettings(), process, AccessSettings(), routes=ground.routes
        ) as together,
    ):
        _greet(together, database.data_dir, first=first, demo=ground.demo)
        showing = asyncio.create_task(_show(ground.demo, together)) if ground.demo else None
        await until_stopped()
        if showing is not None:
            showing.cancel()
            await asyncio.gather(showing, return_exceptions=True)
        together.wind_down()
    print("Syncline has stopped.", flush=True)


async def _show(demo: Demo, together: Together) -> None:
    """Only the demo suffers from what goes wrong here, and the next start goes on with it."""
    if demo.is_built:
        return
    try:
        built = await build(demo, together.lines, together.platform.access)
        linked = await in_step(together.lines, together.platform.access, built)
    except (NotBuilt, Refused, SynclineError) as exc:
        print(f"  The demo could not be built: {exc}\n", flush=True)
        return
    print(
        f"  The demo's {linked} bugs and incidents are in step: edit one in its own system's page, and seconds later\n"
        f"  the other has it. In between: {_address(together)}{built.page}\n",
        flush=True,
    )


def _address(together: Together) -> str:
    return together.platform.serve.public_url or together.url


def _process_settings() -> ProcessSettings:
    """At a terminal, a person reads the log: fewer words, as text, unless it was set otherwise."""
    given = ProcessSettings()
    chosen = {"log_format": "text", "log_level": "warning"} if sys.stderr.isatty() else {}
    left_open = {name: value for name, value in chosen.items() if name not in given.model_fields_set}
    return ProcessSettings(**(given.model_dump(exclude_unset=True) | left_open))


def _greet(together: Together, data_dir: Path, *, first: bool, demo: Demo | None) -> None:
    """The password is shown once, when it has just been made; later, where it is kept."""
    access, url = together.platform.access, _address(together)
    assert access.admin_password is not None
    made_now = first and (data_dir / PASSWORD_FILE).exists()
    where = f"(in {data_dir / PASSWORD_FILE})" if (data_dir / PASSWORD_FILE).exists() else "(as it was set)"
    print(
        f"\n  Syncline is running.\n\n"
        f"  Console       {url}/\n"
        f"  Sign in as    {access.admin_email}\n"
        f"  Password      {access.admin_password.get_secret_value() if made_now else where}\n"
        f"  Data          {data_dir.resolve()}\n"
        f"{_greet_demo(demo)}"
        f"  Stop          Ctrl-C\n",
        flush=True,
    )


def _greet_demo(demo: Demo | None) -> str:
    if demo is None:
        return ""
    told = (
        "people work in two simulated systems"
        if demo.is_built
        else "two simulated systems are being connected"
    )
    pages = "".join(f"  {it['name']:<13} {it['page']}\n" for it in demo.systems.values())
    return f"  Demo          {told}; leave it out with DEMO=0\n{pages}"


if __name__ == "__main__":
    main()
