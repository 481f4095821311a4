"""`python -m syncline_embedded`: everything in one process. With `migrate`: tables and queues of every service."""

import argparse
import asyncio
import sys
from pathlib import Path

from syncline_common.logging import set_up_logging
from syncline_common.runtime.access import PASSWORD_FILE
from syncline_common.runtime.command import migrate_all
from syncline_common.runtime.signals import until_stopped
from syncline_common.settings import (
    AccessSettings,
    BusSettings,
    DatabaseSettings,
    ProcessSettings,
    ServeSettings,
)
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
    database, process = DatabaseSettings(), _process_settings()
    set_up_logging(process)
    if what == "migrate":
        asyncio.run(migrate_all(WITH_TABLES, database, BusSettings()))
    else:
        with locked(database.data_dir):
            asyncio.run(run(database, process))


async def run(database: DatabaseSettings, process: ProcessSettings) -> None:
    first = not (database.data_dir / PASSWORD_FILE).exists()
    async with run_together(database, BusSettings(), ServeSettings(), process, AccessSettings()) as together:
        _greet(together, database.data_dir, first=first)
        await until_stopped()
        together.wind_down()
    print("Syncline has stopped.", flush=True)


def _process_settings() -> ProcessSettings:
    """At a terminal, a person reads the log: fewer words, as text, unless it was set otherwise."""
    given = ProcessSettings()
    chosen = {"log_format": "text", "log_level": "warning"} if sys.stderr.isatty() else {}
    left_open = {name: value for name, value in chosen.items() if name not in given.model_fields_set}
    return ProcessSettings(**(given.model_dump(exclude_unset=True) | left_open))


def _greet(together: Together, data_dir: Path, *, first: bool) -> None:
    """The password is shown once, when it has just been made; later, where it is kept."""
    access, url = together.platform.access, together.platform.serve.public_url or together.url
    assert access.admin_password is not None
    made_now = first and (data_dir / PASSWORD_FILE).exists()
    where = f"(in {data_dir / PASSWORD_FILE})" if (data_dir / PASSWORD_FILE).exists() else "(as it was set)"
    print(
        f"\n  Syncline is running.\n\n"
        f"  Console       {url}/\n"
        f"  Sign in as    {access.admin_email}\n"
        f"  Password      {access.admin_password.get_secret_value() if made_now else where}\n"
        f"  Data          {data_dir.resolve()}\n"
        f"  Stop          Ctrl-C\n",
        flush=True,
    )


if __name__ == "__main__":
    main()
