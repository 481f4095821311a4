"""What keeps a process from starting is told in a line, with the setting to look at, not as a traceback."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import asyncpg
import structlog
from pydantic import ValidationError
from pydantic_settings import SettingsError
from sqlalchemy.exc import SQLAlchemyError

from syncline_common.api.problems import plainly
from syncline_common.errors import SynclineError
from syncline_common.settings import PREFIX, DatabaseSettings

log = structlog.get_logger(__name__)
FIELD = re.compile(r'field "(\w+)"')


@contextmanager
def explained() -> Iterator[None]:
    """Around all that an entry point does. Never repeats a value: it may be a secret."""
    try:
        yield
    except ValidationError as exc:
        if not exc.title.endswith("Settings"):
            raise
        raise SystemExit("\n".join(f"{_name(it['loc'])}: {plainly(it)}" for it in exc.errors())) from None
    except SettingsError as exc:
        field = FIELD.search(str(exc))
        raise SystemExit(f"{_name(field.groups() if field else ())} is not JSON") from None
    except SynclineError as exc:
        log.debug("ended", exc_info=exc)
        raise SystemExit(exc.message) from None


@contextmanager
def database_explained(settings: DatabaseSettings) -> Iterator[None]:
    """Around the first use of a database."""
    try:
        yield
    except (OSError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError) as exc:
        why = str(getattr(exc, "orig", None) or exc) or type(exc).__name__
        if settings.database_url is None:
            raise SystemExit(_unusable(settings.data_dir, why)) from None
        raise SystemExit(f"The database can't be used: {why}. Is {PREFIX}DATABASE_URL right?") from None


def opened(folder: Path, name: str) -> TextIO:
    """A file in the data directory, which is made if it is not there, for us alone."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return (folder / name).open("w")
    except OSError as exc:
        raise SystemExit(_unusable(folder, exc.strerror or "")) from None


def _unusable(folder: Path, why: str) -> str:
    return f"Can't use {folder}: {why}. Choose another {PREFIX}DATA_DIR, one that can be written to."


def _name(path: tuple[int | str, ...]) -> str:
    return PREFIX + str(path[0]).upper() if path else f"The {PREFIX} settings"
