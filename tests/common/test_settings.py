"""One prefix, and nothing set means embedded."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from syncline_common.clients.peers import Peers
from syncline_common.redaction import MASK, REDACTOR
from syncline_common.runtime.access import complete_access, derived_key, kept_secret
from syncline_common.settings import (
    AREAS,
    AccessSettings,
    BusSettings,
    DatabaseSettings,
    PeerSettings,
    ProcessSettings,
    ServeSettings,
)


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("SYNCLINE_"):
            monkeypatch.delenv(name)


def test_nothing_set_is_embedded() -> None:
    database, serve = DatabaseSettings(), ServeSettings()
    assert (database.database_url, database.data_dir) == (None, Path("data"))
    assert (BusSettings().bus_url, AccessSettings().installation_key) == (None, None)
    assert (serve.bind, serve.port, serve.public_url) == ("127.0.0.1", 8080, None)


def test_scale_out_is_two_settings_and_neither_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCLINE_DATABASE_URL", "postgresql+asyncpg://u:s3cret@db/x")
    monkeypatch.setenv("SYNCLINE_BUS_URL", "amqp://u:s3cret@mq/")
    monkeypatch.setenv("SYNCLINE_INSTALLATION_KEY", "s3cret of twenty or more")
    database, bus, access = DatabaseSettings(), BusSettings(), AccessSettings()
    assert (
        database.database_url is not None and bus.bus_url is not None and access.installation_key is not None
    )
    assert database.database_url.get_secret_value() == "postgresql+asyncpg://u:s3cret@db/x"
    for shown in (f"{database} {bus} {access}", repr((database, bus, access))):
        assert "s3cret" not in shown


def test_empty_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "BUS_URL", "INSTALLATION_KEY", "PORT", "PUBLIC_URL"):
        monkeypatch.setenv(f"SYNCLINE_{name}", "")
    assert DatabaseSettings().database_url is None and BusSettings().bus_url is None
    assert ServeSettings().port == 8080 and AccessSettings().installation_key is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "65536"),
        ("PORT", "http"),
        ("BUS_NAMESPACE", "Not.Lower"),
        ("BUS_NAMESPACE", "a" * 62),
        ("INSTALLATION_KEY", "too short"),
        ("LEASE_SECONDS", "0"),
        ("LOG_FORMAT", "xml"),
        ("LOG_LEVEL", "loud"),
        ("DATABASE_POOL_SIZE", "0"),
        ("BUS_CANARY_SECONDS", "0"),
        ("DRAIN_SECONDS", "-1"),
    ],
)
def test_what_makes_no_sense_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"SYNCLINE_{name}", value)
    with pytest.raises(ValidationError):
        for area in AREAS:
            area()


def test_every_setting_is_described_and_belongs_to_one_area() -> None:
    fields = [(name, field) for area in AREAS for name, field in area.model_fields.items()]
    assert all((field.description or "").endswith((".", "set.")) for _, field in fields)
    names = [name for name, _ in fields]
    assert len(names) == len(set(names)) >= 20


def test_settings_never_change(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValidationError):
        ServeSettings().port = 1  # type: ignore[misc]


def test_a_process_is_named_by_host_and_number(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ProcessSettings().instance.endswith(f"-{os.getpid()}")
    monkeypatch.setenv("SYNCLINE_INSTANCE", "blue-1")
    assert ProcessSettings().instance == "blue-1"


def test_peers_are_where_they_are_said_to_be() -> None:
    assert Peers.of(PeerSettings(sync_url="http://sync:1")).urls["sync"] == "http://sync:1"
    assert set(Peers.all_at("http://all:1").urls.values()) == {"http://all:1"}


KEY = SecretStr("a secret of the test, long enough")
FILES = {"installation-key", "operator-token", "admin-password"}


class TestAccess:
    def test_is_what_is_set(self, tmp_path: Path) -> None:
        given = AccessSettings(
            installation_key=KEY,
            service_token=KEY,
            operator_token=KEY,
            admin_password=KEY,
            admin_email="a@b.c",
        )
        assert complete_access(given, tmp_path, entrance=True) == given and list(tmp_path.iterdir()) == []

    def test_is_made_once_kept_for_its_owner_only_and_never_shown(self, tmp_path: Path) -> None:
        folder = tmp_path / "new" / "data"
        made = complete_access(AccessSettings(), folder, entrance=True)
        assert complete_access(AccessSettings(), folder, entrance=True) == made
        assert {it.name for it in folder.iterdir()} == FILES
        assert {it.stat().st_mode & 0o777 for it in folder.iterdir()} == {0o600}
        for secret in (made.installation_key, made.operator_token, made.admin_password, made.service_token):
            assert secret is not None and len(secret.get_secret_value()) >= 40
            assert REDACTOR.clean(f"token {secret.get_secret_value()}") == f"token {MASK}"
        other = complete_access(AccessSettings(), tmp_path / "other", entrance=True)
        assert other.installation_key != made.installation_key

    def test_only_where_people_come_in_are_their_secrets_made(self, tmp_path: Path) -> None:
        made = complete_access(AccessSettings(), tmp_path, entrance=False)
        assert made.service_token is not None
        assert (made.operator_token, made.admin_password, made.admin_email) == (None, None, None)
        assert [it.name for it in tmp_path.iterdir()] == ["installation-key"]

    def test_processes_of_one_data_directory_know_each_other(self, tmp_path: Path) -> None:
        with ThreadPoolExecutor(16) as at_once:
            made = [at_once.submit(kept_secret, tmp_path / "installation-key") for _ in range(64)]
        assert len({it.result() for it in made}) == 1
        assert [it.name for it in tmp_path.iterdir()] == ["installation-key"]

    def test_of_a_first_start_that_was_cut_short_nothing_is_believed(self, tmp_path: Path) -> None:
        """Killed after the draft was made and before it was written."""
        (tmp_path / "installation-key.0a0b0c0d.new").write_text("half")
        assert len(kept_secret(tmp_path / "installation-key")) >= 40
        assert (tmp_path / "installation-key").stat().st_mode & 0o777 == 0o600

    def test_where_nothing_can_be_kept_it_has_to_be_set(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("no folder")
        with pytest.raises(SystemExit, match="Set SYNCLINE_INSTALLATION_KEY"):
            complete_access(AccessSettings(), tmp_path / "file", entrance=False)

    def test_what_is_derived_tells_nothing_of_its_origin_or_of_the_others(self) -> None:
        keys = {derived_key(SecretStr(f"a secret, number {it}"), use) for it in (1, 2) for use in ("x", "y")}
        assert len(keys) == 4 and {len(it) for it in keys} == {32}
        assert not any(b"secret" in it for it in keys)
