"""Rotation beside writers, readers and other rotations, and beside what can't be opened any more."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from conftest import ON_POSTGRES
from services.secrets_kept import ACCOUNTS, NODES, another, fill, require_all, rotation, to_its_end
from services.vaults import key_file, vault_of
from syncline_common.db.tx import Database
from syncline_common.ids import new_id
from syncline_common.runtime.service import Service
from syncline_common.settings import DatabaseSettings
from syncline_registry.actions.keys import require_keys, rotate_once, rotation_progress, start_rotation
from syncline_registry.app import SERVICE
from syncline_registry.sealing.aead import SealBroken, Sealed
from syncline_registry.sealing.envelope import DataKey, Place, Vault
from syncline_registry.sealing.key_file import KeyFileRefused, read_keys
from syncline_registry.sealing.keys import KeyRing
from syncline_registry.store.secret_store import SecretStore
from syncline_registry.store.tables import data_key, secret

EITHER_WAY = pytest.mark.parametrize("data_keys", [False, True], ids=["keks", "data keys"])


@pytest.fixture
def service() -> Service:
    return SERVICE


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return key_file(tmp_path)


@EITHER_WAY
async def test_several_at_once(
    db: Database, database_settings: DatabaseSettings, path: Path, data_keys: bool
) -> None:
    await fill(db, vault_of(path))
    async with AsyncExitStack() as stack:
        dbs = [await stack.enter_async_context(another(db, database_settings)) for _ in range(3)]
        await asyncio.gather(*(rotation(it, vault_of(path), data_keys, 3) for it in dbs))
    await require_all(db, vault_of(path))
    await to_its_end(db, vault_of(path))
    assert len(read_keys(path)[0].by_id) == 1
    async with db.read() as tx:
        assert len((await tx.session.execute(select(data_key))).all()) == len(ACCOUNTS)


@ON_POSTGRES
async def test_a_kek_stays_while_somebody_wraps_with_it(
    db: Database, database_settings: DatabaseSettings, path: Path
) -> None:
    """His row is not seen yet; dropping its KEK would lose what he is about to commit."""
    account = new_id()
    async with another(db, database_settings) as his, his.begin() as late:
        await SecretStore(late, account, vault_of(path)).put("node", NODES[0], "token", SecretStr("late"))
        await start_rotation(db, vault_of(path))
        await to_its_end(db, vault_of(path))
        assert len(read_keys(path)[0].by_id) == 2
    assert await to_its_end(db, vault_of(path)) == [1, 0]
    assert len(read_keys(path)[0].by_id) == 1
    async with db.read() as tx:
        assert await SecretStore(tx, account, vault_of(path)).open("node", NODES[0], "token")


@ON_POSTGRES
async def test_a_data_key_stays_while_somebody_seals_with_it(
    db: Database, database_settings: DatabaseSettings, path: Path
) -> None:
    await fill(db, vault_of(path))
    async with another(db, database_settings) as his, his.begin() as late:
        node = new_id()
        await SecretStore(late, ACCOUNTS[0], vault_of(path)).put("node", node, "token", SecretStr("late"))
        await start_rotation(db, vault_of(path), data_keys=True)
        await to_its_end(db, vault_of(path))
        assert (await rotation_progress(db, vault_of(path))).keys_to_replace == 1
    assert sum(await to_its_end(db, vault_of(path))) == 2
    async with db.read() as tx:
        assert await SecretStore(tx, ACCOUNTS[0], vault_of(path)).open("node", node, "token")


class Slow(Vault):
    """Stops on its way from the choice of a data key to the row that it sealed with it."""

    def __init__(self, path: Path) -> None:
        super().__init__(KeyRing(path), learn=lambda _: None)
        self.chosen, self.go_on = asyncio.Event(), asyncio.Event()

    async def seal(self, key: DataKey, place: Place, value: SecretStr) -> Sealed:
        self.chosen.set()
        await self.go_on.wait()
        return await super().seal(key, place, value)


@ON_POSTGRES
async def test_a_data_key_that_was_chosen_is_not_removed(db: Database, path: Path) -> None:
    await fill(db, vault_of(path))
    slow, node = Slow(path), new_id()

    async def put() -> None:
        async with db.begin() as tx:
            await SecretStore(tx, ACCOUNTS[0], slow).put("node", node, "token", SecretStr("late"))

    putting = asyncio.ensure_future(put())
    await slow.chosen.wait()
    await start_rotation(db, vault_of(path), data_keys=True)
    await to_its_end(db, vault_of(path))
    slow.go_on.set()
    await putting
    assert sum(await to_its_end(db, vault_of(path))) == 2
    async with db.read() as tx:
        assert await SecretStore(tx, ACCOUNTS[0], vault_of(path)).open("node", node, "token")


@EITHER_WAY
async def test_what_does_not_open_does_not_stop_the_rest(db: Database, path: Path, data_keys: bool) -> None:
    await fill(db, vault_of(path))
    broken = [NODES[0], NODES[2]]
    first, last = min(ACCOUNTS), max(ACCOUNTS)  # nothing of the last one is broken
    async with db.begin() as tx:
        spoil = update(secret).where(secret.c.owner_id.in_(broken), secret.c.account_id != last)
        await tx.session.execute(spoil.values(nonce=b"x" * 12))
        await tx.session.execute(
            update(data_key).where(data_key.c.account_id == first).values(wrapped=b"x" * 60)
        )
    await start_rotation(db, vault_of(path), data_keys=data_keys)
    await to_its_end(db, vault_of(path), 2)
    left = await rotation_progress(db, vault_of(path))
    waiting = (left.keys_to_wrap, left.keys_to_replace, left.secrets_to_seal)
    assert waiting == ((1, 4, 10) if data_keys else (1, 0, 0))
    assert len(read_keys(path)[0].by_id) == 2, "the KEK that one data key still names"
    async with db.read() as tx:
        for account in sorted(ACCOUNTS)[1:-1]:
            store = SecretStore(tx, account, vault_of(path))
            assert await store.open("node", NODES[1], "token")
            with pytest.raises(SealBroken):
                await store.open("node", NODES[0], "token")


async def test_a_start_with_another_key_file_is_refused(db: Database, path: Path, tmp_path: Path) -> None:
    await require_keys(db, vault_of(path))
    await fill(db, vault_of(path))
    await require_keys(db, vault_of(path))
    (tmp_path / "other").mkdir()
    theirs = vault_of(key_file(tmp_path / "other"))
    with pytest.raises(KeyFileRefused, match=read_keys(path)[0].primary):
        await require_keys(db, theirs)


async def test_a_key_file_that_can_not_be_written_keeps_what_is_retired(db: Database, path: Path) -> None:
    await fill(db, vault_of(path))
    vault = vault_of(path)
    await start_rotation(db, vault)
    path.chmod(0o400)
    path.with_name(f".{path.name}.new").mkdir()  # nothing can be written beside it
    await to_its_end(db, vault)
    assert len(read_keys(path)[0].by_id) == 2
    path.with_name(f".{path.name}.new").rmdir()
    await rotate_once(db, vault)
    assert len(read_keys(path)[0].by_id) == 1
