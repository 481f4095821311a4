"""Who starts Syncline with something wrong is told what, and by which setting; never by a traceback or a secret."""

import asyncio
import os
from pathlib import Path

import pytest
from pydantic import SecretStr

from syncline_common.errors import SynclineError
from syncline_common.runtime.command import migrate_tables
from syncline_common.runtime.starting import explained, opened
from syncline_common.settings import AREAS, DatabaseSettings
from syncline_matching.app import SERVICE


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("SYNCLINE_"):
            monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PORT", "http", "SYNCLINE_PORT: Input should be a valid integer"),
        ("ROUTES", "{s3cret", "SYNCLINE_ROUTES is not JSON"),
        ("ADMIN_PASSWORD", "s3cret", "SYNCLINE_ADMIN_PASSWORD: "),
        ("DATABASE_URL", "s3cret", "SYNCLINE_DATABASE_URL: .*begins with postgresql://"),
        ("DATABASE_URL", "mysql://u:s3cret@host/x", "SYNCLINE_DATABASE_URL: .*begins with postgresql://"),
        ("BUS_URL", "http://u:s3cret@host/x", "SYNCLINE_BUS_URL: .*begins with amqp://"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str) -> None:
    monkeypatch.setenv(f"SYNCLINE_{name}", value)
    with pytest.raises(SystemExit, match=says) as found, explained():
        for area in AREAS:
            area()
    assert "s3cret" not in str(found.value)


def test_a_refusal_of_our_own_is_told_in_its_words() -> None:
    with pytest.raises(SystemExit, match="There is no key file"), explained():
        raise SynclineError("There is no key file")


def test_a_database_that_does_not_answer_is_told() -> None:
    settings = DatabaseSettings(database_url=SecretStr("postgresql://u:s3cret@127.0.0.1:1/x"))
    with pytest.raises(SystemExit, match=r"Connect call failed.*SYNCLINE_DATABASE_URL") as found:
        asyncio.run(migrate_tables(SERVICE, settings))
    assert "s3cret" not in str(found.value)


def test_a_data_directory_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit, match=r"Can't use .*file/data: .*SYNCLINE_DATA_DIR"):
        opened(tmp_path / "file" / "data", "lock")


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "matching.db").write_bytes(b"this is no database" * 100)
    with pytest.raises(SystemExit, match=r"file is not a database.*SYNCLINE_DATA_DIR"):
        asyncio.run(migrate_tables(SERVICE, DatabaseSettings(data_dir=tmp_path)))
