"""Keys are replaced while everybody goes on; whoever does it may die at any moment, and several may do it at once."""

from pathlib import Path

import pytest
from sqlalchemy import select

from services.secrets_kept import ACCOUNTS, NODES, fill, require_all, to_its_end
from services.vaults import key_file, vault_of
from syncline_common.db.tx import Database
from syncline_common.runtime.service import Service
from syncline_registry.actions.keys import (
    rotate_once,
    rotation_progress,
    start_rotation,
)
from syncline_registry.app import SERVICE
from syncline_registry.sealing.envelope import Vault
from syncline_registry.sealing.key_file import read_keys
from syncline_registry.sealing.keys import KeyRing, Wrapped
from syncline_registry.store.secret_store import SecretStore
from syncline_registry.store.tables import data_key, secret

EITHER_WAY = pytest.mark.parametrize("data_keys", [False, True], ids=["keks", "data keys"])


class Died(Exception):
    """Where the process would be gone."""


class Frail(KeyRing):
    """Dies when it is to wrap for the n-th time."""

    def __init__(self, path: Path, breath: int) -> None:
        super().__init__(path)
        self._breath = breath

    async def wrap(self, key: bytes, place: bytes) -> Wrapped:
        self._breath -= 1
        if self._breath < 0:
            raise Died
        return await super().wrap(key, place)


class FrailVault(Vault):
    """Dies when it is to seal anew for the n-th time."""

    breath = 0

    async def moved(self, *given: object) -> object:  # type: ignore[override]
        self.breath -= 1
        if self.breath < 0:
            raise Died
        return await super().moved(*given)  # type: ignore[arg-type]


@pytest.fixture
def service() -> Service:
    return SERVICE


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return key_file(tmp_path)


async def keys_in_use(db: Database) -> tuple[set[str], list[int]]:
    async with db.read() as tx:
        rows = (await tx.session.execute(select(data_key))).all()
    return {row.kek_id for row in rows}, sorted(row.id for row in rows)


async def sealed(db: Database) -> set[bytes]:
    async with db.read() as tx:
        return set(await tx.session.scalars(select(secret.c.ciphertext)))


async def wrapped(db: Database) -> set[bytes]:
    async with db.read() as tx:
        return set(await tx.session.scalars(select(data_key.c.wrapped)))


async def test_keks(db: Database, path: Path) -> None:
    vault = vault_of(path)
    await fill(db, vault)
    before, first = (await sealed(db), await wrapped(db)), await vault.wrapper.primary()
    assert await start_rotation(db, vault) != first
    assert (await rotation_progress(db, vault)).keys_to_wrap == 5
    assert await to_its_end(db, vault) == [3, 2, 0]
    second = read_keys(path)[0]
    assert set(second.by_id) == {second.primary} != {first}
    assert await keys_in_use(db) == ({second.primary}, [1] * 5)
    assert await sealed(db) == before[0] and not await wrapped(db) & before[1]
    for it in (vault, vault_of(path)):
        await require_all(db, it)
    assert (await rotation_progress(db, vault)).over


async def test_data_keys(db: Database, path: Path) -> None:
    vault = vault_of(path)
    await fill(db, vault)
    before = await sealed(db)
    await start_rotation(db, vault, data_keys=True)
    progress = await rotation_progress(db, vault)
    assert (progress.keys_to_wrap, progress.keys_to_replace, progress.secrets_to_seal) == (5, 5, 20)
    assert sum(await to_its_end(db, vault)) == 5 + 5 + 20 + 5
    assert await keys_in_use(db) == ({read_keys(path)[0].primary}, [2] * 5)
    assert not await sealed(db) & before and len(read_keys(path)[0].by_id) == 1
    for it in (vault, vault_of(path)):
        await require_all(db, it)
    async with db.read() as tx:
        assert (await SecretStore(tx, ACCOUNTS[0], vault).describe("node", NODES[0], "token")).last4


async def test_nothing_to_do(db: Database, path: Path) -> None:
    vault = vault_of(path)
    assert await to_its_end(db, vault) == [0]
    await fill(db, vault)
    before = await wrapped(db), path.read_bytes()
    assert await to_its_end(db, vault) == [0]
    assert before == (await wrapped(db), path.read_bytes())


async def test_a_start_that_is_repeated_makes_no_second_key(db: Database, path: Path) -> None:
    vault = vault_of(path)
    await fill(db, vault)
    seen = await vault.wrapper.primary()
    assert len({await start_rotation(db, vault_of(path), after=seen, data_keys=True) for _ in range(3)}) == 1
    await to_its_end(db, vault)
    assert await keys_in_use(db) == ({read_keys(path)[0].primary}, [2] * 5)


@EITHER_WAY
async def test_interrupted_after_any_batch(db: Database, path: Path, data_keys: bool) -> None:
    """Each batch by a process that knows nothing of the one before."""
    await fill(db, vault_of(path))
    await start_rotation(db, vault_of(path), data_keys=data_keys)
    while await rotate_once(db, vault_of(path), 4):
        await require_all(db, vault_of(path))
    await require_all(db, vault_of(path))
    assert (await rotation_progress(db, vault_of(path))).over
    assert len(read_keys(path)[0].by_id) == 1


@EITHER_WAY
async def test_interrupted_within_any_batch(db: Database, path: Path, data_keys: bool) -> None:
    """It comes one step further each time before it dies."""
    await fill(db, vault_of(path))
    await start_rotation(db, vault_of(path), data_keys=data_keys)
    deaths = 0
    for breath in range(1, 40):
        frail = FrailVault(Frail(path, breath % 7), learn=lambda _: None)
        frail.breath = breath % 5
        try:
            await to_its_end(db, frail)
            break
        except Died:
            deaths += 1
        await require_all(db, vault_of(path))
    assert (await rotation_progress(db, vault_of(path))).over
    assert deaths >= (3 if data_keys else 1)
    assert len(read_keys(path)[0].by_id) == 1
