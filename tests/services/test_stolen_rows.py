"""What a thief of the database has, and what becomes of rows that he moves: nothing, and nothing opens."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlalchemy import insert, select, update

from services.vaults import dump_of, encodings, key_file, shown_in, vault_of
from syncline_common.db.tx import Database
from syncline_common.ids import new_id
from syncline_common.runtime.service import Service
from syncline_common.settings import DatabaseSettings
from syncline_registry.app import SERVICE
from syncline_registry.sealing.aead import SealBroken
from syncline_registry.sealing.envelope import NOBODY, Vault
from syncline_registry.sealing.key_file import read_keys
from syncline_registry.sealing.keys import Wrapped
from syncline_registry.store.rotation_store import RotationReads
from syncline_registry.store.secret_store import SecretStore
from syncline_registry.store.tables import data_key, networks, secret

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


AT: dict[str, Any] = {"account_id": ACCOUNT, "owner": "node", "owner_id": NODE, "field": "token"}
MOVES = [{"field": "password"}, {"owner": "webhook"}, {"owner_id": OTHER}, {"account_id": OTHER}]


@pytest.mark.parametrize("elsewhere", MOVES, ids=lambda it: next(iter(it)))
async def test_a_value_moved_to_another_row_does_not_open(
    db: Database, vault: Vault, elsewhere: dict[str, Any]
) -> None:
    to = AT | elsewhere
    async with db.begin() as tx:
        for there in (AT, to):
            store = SecretStore(tx, there["account_id"], vault)
            await store.put(there["owner"], there["owner_id"], there["field"], SecretStr("x" * 20))
        rows = [(await tx.session.execute(select(secret).filter_by(**it))).one() for it in (AT, to)]
        moved = {name: getattr(rows[0], name) for name in ("nonce", "ciphertext", "version", "data_key_id")}
        await tx.session.execute(update(secret).filter_by(**to).values(moved))
        store = SecretStore(tx, to["account_id"], vault)
        with pytest.raises(SealBroken):
            await store.open(to["owner"], to["owner_id"], to["field"])
        assert await SecretStore(tx, ACCOUNT, vault).open("node", NODE, "token")


async def test_an_older_value_does_not_open_as_the_newer(db: Database, vault: Vault) -> None:
    await put(db, vault, "old")
    async with db.begin() as tx:
        old = (await tx.session.execute(select(secret.c.nonce, secret.c.ciphertext))).one()
    await put(db, vault, "new")
    async with db.begin() as tx:
        await tx.session.execute(update(secret).values(old._asdict()))
    with pytest.raises(SealBroken):
        await opened(db, vault)


async def test_with_another_accounts_data_key_it_does_not_open(
    db: Database, vault: Vault, tmp_path: Path
) -> None:
    await put(db, vault, "mine")
    await put(db, vault, "theirs", account=OTHER)
    async with db.begin() as tx:
        theirs = await tx.session.scalar(select(data_key.c.wrapped).where(data_key.c.account_id == OTHER))
        await tx.session.execute(update(data_key).values(wrapped=theirs))
    for it in (vault, vault_of(key_file(tmp_path))):
        with pytest.raises(SealBroken):
            await opened(db, it)


async def test_a_copy_of_the_database_is_useless(
    db: Database, vault: Vault, tmp_path: Path, database_settings: DatabaseSettings
) -> None:
    texts = [f"canary-{new_id().hex}-ü" for _ in range(20)]
    for at, text in enumerate(texts):
        await put(db, vault, text, field=f"f{at % 7}", account=(ACCOUNT, OTHER, NOBODY)[at % 3])
    hidden = [text[:-6].encode() for text in texts] + [it.key for it in _keks(tmp_path)]
    hidden += [await _raw(db, vault, kek_id) for kek_id in {it async for it in _in_use(db)}]
    dump = await dump_of(db, database_settings.data_dir)
    assert len(dump) > 2000 and b"canary" not in dump
    assert [it for it in hidden if shown_in(dump, it)] == []


async def _in_use(db: Database) -> AsyncIterator[str]:
    async with db.read() as tx:
        for kek_id in await RotationReads(tx).keks():
            yield kek_id


async def _raw(db: Database, vault: Vault, kek_id: str) -> bytes:
    async with db.read() as tx:
        key = await RotationReads(tx).one_wrapped_by(kek_id)
    assert key is not None
    return await vault.wrapper.unwrap(Wrapped(key.kek_id, key.wrapped), key.place)


def _keks(folder: Path) -> Any:
    return read_keys(key_file(folder))[0].by_id.values()


@pytest.mark.parametrize("form", list(encodings(b"canary-of-the-search")))
async def test_the_search_finds_what_is_not_sealed(
    db: Database, database_settings: DatabaseSettings, form: bytes
) -> None:
    row = {"account_id": ACCOUNT, "id": new_id(), "name": "n", "name_key": "n", "version": 1}
    async with db.begin() as tx:
        row |= {
            "created_at": await tx.now(),
            "description": f"<{form.decode('latin-1')}>".replace("\0", "\1"),
        }
        await tx.session.execute(insert(networks).values(row))
    dump = (await dump_of(db, database_settings.data_dir)).replace(b"\1", b"\0")
    assert shown_in(dump, b"canary-of-the-search")
