"""Secrets in the database: written, opened, described and forgotten, within one account."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from conftest import ON_POSTGRES
from services.vaults import key_file, vault_of
from syncline_common.db.tx import Database
from syncline_common.errors import NotFound
from syncline_common.ids import new_id
from syncline_common.runtime.service import Service
from syncline_registry.app import SERVICE
from syncline_registry.sealing.aead import Sealed
from syncline_registry.sealing.envelope import NOBODY, DataKey, Place, Vault
from syncline_registry.sealing.keys import KeyRing
from syncline_registry.store.secret_store import Description, SecretStore
from syncline_registry.store.tables import data_key

ACCOUNT, OTHER, NODE = new_id(), new_id(), new_id()


@pytest.fixture
def service() -> Service:
    return SERVICE


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return vault_of(key_file(tmp_path))


async def put(
    db: Database, vault: Vault, text: str, *, account: UUID = ACCOUNT, field: str = "token", **how: Any
) -> int:
    async with db.begin() as tx:
        return await SecretStore(tx, account, vault).put("node", NODE, field, SecretStr(text), **how)


async def opened(db: Database, vault: Vault, *, account: UUID = ACCOUNT, field: str = "token") -> str:
    async with db.read() as tx:
        return (await SecretStore(tx, account, vault).open("node", NODE, field)).get_secret_value()


async def described(db: Database, vault: Vault, account: UUID = ACCOUNT) -> Description:
    async with db.read() as tx:
        return await SecretStore(tx, account, vault).describe("node", NODE, "token")


async def test_what_was_put_is_opened_the_newest_only(db: Database, vault: Vault, tmp_path: Path) -> None:
    assert [await put(db, vault, it) for it in ("first", "second", "third")] == [1, 2, 3]
    assert await opened(db, vault_of(key_file(tmp_path))) == "third"


@pytest.mark.parametrize(
    ("text", "how", "last4"),
    [
        ("0123456789ab", {}, "89ab"),
        ("0123456789ab", {"hint": False}, None),
        ("0123456789a", {}, None),  # a third of it would be shown
        ("", {}, None),
    ],
)
async def test_described(
    db: Database, vault: Vault, text: str, how: dict[str, Any], last4: str | None
) -> None:
    assert await described(db, vault) == Description(False)
    await put(db, vault, text, **how)
    assert await described(db, vault) == Description(True, last4)
    assert await described(db, vault, OTHER) == Description(False)


async def test_forgotten(db: Database, vault: Vault) -> None:
    for field in ("token", "password", "client"):
        await put(db, vault, field, field=field)
    async with db.begin() as tx:
        assert await SecretStore(tx, OTHER, vault).forget("node", NODE) == 0
        store = SecretStore(tx, ACCOUNT, vault)
        assert await store.forget("node", NODE, "token", "absent") == 1
        assert set(await store.describe_all("node", NODE)) == {"password", "client"}
        assert await store.forget("node", NODE) == 2
    with pytest.raises(NotFound):
        await opened(db, vault, field="client")
    assert await put(db, vault, "again") == 1


async def test_all_fields_at_one_moment(db: Database, vault: Vault) -> None:
    for field in ("username", "password"):
        await put(db, vault, f"the {field}", field=field)
    async with db.read() as tx:
        store = SecretStore(tx, ACCOUNT, vault)
        assert {it: text.get_secret_value() for it, text in (await store.open_all("node", NODE)).items()} == {
            "username": "the username",
            "password": "the password",
        }
        assert set(await store.open_all("node", NODE, "password", "absent")) == {"password"}
        assert await store.open_all("node", new_id()) == {}


async def test_within_an_account(db: Database, vault: Vault) -> None:
    for account in (ACCOUNT, OTHER, NOBODY):
        await put(db, vault, f"of {account}", account=account)
    assert [await opened(db, vault, account=it) for it in (OTHER, NOBODY)] == [f"of {OTHER}", f"of {NOBODY}"]
    with pytest.raises(NotFound):
        await opened(db, vault, account=new_id())


async def test_a_reader_can_not_write(db: Database, vault: Vault) -> None:
    async with db.read() as tx:
        store = SecretStore(tx, ACCOUNT, vault)
        with pytest.raises(TypeError):
            await store.put("node", NODE, "token", SecretStr("x"))
        with pytest.raises(TypeError):
            await store.forget("node", NODE)


async def test_taken_back_with_its_transaction(db: Database, vault: Vault) -> None:
    with pytest.raises(ZeroDivisionError):
        async with db.begin() as tx:
            await SecretStore(tx, ACCOUNT, vault).put("node", NODE, "token", SecretStr("x"))
            raise ZeroDivisionError
    assert await described(db, vault) == Description(False)
    assert await put(db, vault, "after that") == 1, "with a data key made anew"
    assert await opened(db, vault) == "after that"


async def test_first_versions_at_once(db: Database, tmp_path: Path) -> None:
    vaults = [vault_of(key_file(tmp_path)) for _ in range(12)]
    versions = await asyncio.gather(*(put(db, it, f"by {at}") for at, it in enumerate(vaults)))
    assert sorted(versions) == list(range(1, 13))
    assert await opened(db, vaults[0]) == f"by {versions.index(12)}"
    async with db.read() as tx:
        assert len((await tx.session.execute(select(data_key))).all()) == 1


class Together(Vault):
    """Who seals waits for the others, once: all of them have found no earlier version."""

    def __init__(self, path: Path, count: int) -> None:
        super().__init__(KeyRing(path), learn=lambda _: None)
        self._others, self._coming = asyncio.Barrier(count), count

    async def seal(self, key: DataKey, place: Place, value: SecretStr) -> Sealed:
        if self._coming:
            self._coming -= 1
            await self._others.wait()
        return await super().seal(key, place, value)


@ON_POSTGRES
async def test_first_versions_of_those_who_found_none(db: Database, tmp_path: Path) -> None:
    vault = Together(key_file(tmp_path), 4)
    await put(db, vault_of(key_file(tmp_path)), "the account has a data key", field="another")
    assert sorted(await asyncio.gather(*(put(db, vault, f"by {at}") for at in range(4)))) == [1, 2, 3, 4]
    assert (await opened(db, vault)).startswith("by ")
