"""Twenty secrets in five accounts, and what tests of the rotation do with them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from pydantic import SecretStr

from backing.canaries import CANARY
from syncline_common.clock import ManualClock
from syncline_common.db.tx import Database, Tx
from syncline_common.ids import new_id
from syncline_common.settings import DatabaseSettings
from syncline_common.testing.database import opened
from syncline_registry.actions.keys import rotate_once, rotation_progress, start_rotation
from syncline_registry.app import SERVICE
from syncline_registry.sealing.envelope import Vault
from syncline_registry.store.secret_store import SecretStore

ACCOUNTS = [new_id() for _ in range(5)]
NODES = [new_id() for _ in range(4)]


@asynccontextmanager
async def another(db: Database, settings: DatabaseSettings) -> AsyncIterator[Database]:
    """The database as another process has it; SQLite has one process."""
    if db.one_process:
        yield db
    else:
        async with opened(settings, SERVICE, ManualClock()) as its:
            yield its


async def fill(db: Database, vault: Vault) -> None:
    async with db.begin() as tx:
        for account in ACCOUNTS:
            await put(tx, vault, account, "once")


async def put(tx: Tx, vault: Vault, account: UUID, word: str) -> None:
    for node in NODES:
        await SecretStore(tx, account, vault).put(
            "node", node, "token", SecretStr(f"{word} {CANARY} {account} {node}")
        )


async def require_all(db: Database, vault: Vault, word: str = "once") -> None:
    async with db.read() as tx:
        for account in ACCOUNTS:
            for node in NODES:
                found = await SecretStore(tx, account, vault).open("node", node, "token")
                assert found.get_secret_value() == f"{word} {CANARY} {account} {node}"


async def to_its_end(db: Database, vault: Vault, batch: int = 3) -> list[int]:
    moved = [await rotate_once(db, vault, batch)]
    while moved[-1]:
        moved.append(await rotate_once(db, vault, batch))
    return moved


async def rotation(db: Database, vault: Vault, data_keys: bool, batch: int) -> None:
    await start_rotation(db, vault, data_keys=data_keys)
    while not (await rotation_progress(db, vault)).over:
        await to_its_end(db, vault, batch)
