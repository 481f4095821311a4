"""Replacing the keys that seal secrets, a little at a time, while everybody goes on reading and writing.

What is to be done is told by the rows themselves: whoever calls `rotate_once` next goes on where the last one stopped.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog

from syncline_common.db.tx import Database
from syncline_registry.sealing.aead import SealBroken, Sealed
from syncline_registry.sealing.envelope import DataKey, Place, Vault
from syncline_registry.sealing.key_file import KeyFileRefused
from syncline_registry.store.rotation_store import Held, RotationReads, RotationStore

log = structlog.get_logger(__name__)
BATCH = 200
Last = TypeVar("Last")


@dataclass(frozen=True, slots=True)
class Progress:
    """How much is left; all zero when it is over. What stays for good does not open."""

    primary: str
    keys_to_wrap: int
    keys_to_replace: int
    secrets_to_seal: int

    @property
    def over(self) -> bool:
        return not (self.keys_to_wrap or self.keys_to_replace or self.secrets_to_seal)


async def start_rotation(
    db: Database, vault: Vault, *, data_keys: bool = False, after: str | None = None
) -> str:
    """A new primary KEK, and with `data_keys` all data keys are to be replaced, too. Returns the primary's id.

    Of those who start at once, one makes the KEK. A caller that remembers the primary it saw and passes it as
    `after` may start again after a crash without making another.
    """
    primary = await vault.wrapper.renew(after or await vault.wrapper.primary())
    if data_keys:
        async with db.begin() as tx:
            await RotationStore(tx).retire_data_keys()
    return primary


async def rotate_once(db: Database, vault: Vault, batch: int = BATCH) -> int:
    """How many rows it moved; 0 when nothing is left that it could. Then what nothing needs any more is removed."""
    for step in (_wrap_anew, _replace_data_keys, _seal_anew, _remove_data_keys):
        if moved := await step(db, vault, batch):
            return moved
    await _drop_keks(db, vault)
    return 0


async def rotation_progress(db: Database, vault: Vault) -> Progress:
    primary = await vault.wrapper.primary()
    async with db.read() as tx:
        left = await RotationReads(tx).waiting(primary)
    return Progress(primary, left.keys_to_wrap, left.keys_to_replace, left.secrets_to_seal)


async def require_keys(db: Database, vault: Vault) -> int:
    """Complain of a key file that is not the one the secrets were sealed with. It finds nothing to do."""
    async with db.read() as tx:
        store = RotationReads(tx)
        found = [await store.one_wrapped_by(kek_id) for kek_id in sorted(await store.keks())]
    lacking = [key.kek_id for key in found if key is not None and not await _opens(vault, key)]
    if lacking:
        raise KeyFileRefused(
            f"The database holds secrets sealed with keys that the key file does not have: {', '.join(lacking)}. "
            "Put the key file back that they were sealed with"
        )
    return 0


async def _opens(vault: Vault, key: DataKey) -> bool:
    try:
        await vault.check(key)
    except SealBroken:
        return False
    return True


async def _wrap_anew(db: Database, vault: Vault, batch: int) -> int:
    async def page(after: DataKey | None) -> tuple[int, DataKey | None]:
        primary = await vault.wrapper.primary()
        async with db.begin() as tx:
            store = RotationStore(tx)
            keys = await store.wrapped_by_others(primary, batch, after)
            done = [it for key in keys if (it := await _wrapped(vault, key))]
            if done:
                await store.save_wrapped(done)
        return len(done), keys[-1] if keys else None

    return await _until_some_move(page)


async def _seal_anew(db: Database, vault: Vault, batch: int) -> int:
    async def page(after: Place | None) -> tuple[int, Place | None]:
        async with db.begin() as tx:
            store = RotationStore(tx)
            held = await store.sealed_by_retired(batch, after)
            done = [(one, it) for one in held if (it := await _sealed(vault, one))]
            if done:
                await store.save_sealed(done)
        return len(done), held[-1].place if held else None

    return await _until_some_move(page)


async def _replace_data_keys(db: Database, vault: Vault, batch: int) -> int:
    async with db.begin() as tx:
        return await RotationStore(tx).replace_data_keys(vault, batch)


async def _remove_data_keys(db: Database, _vault: Vault, batch: int) -> int:
    async with db.begin() as tx:
        return await RotationStore(tx).remove_data_keys(batch)


async def _drop_keks(db: Database, vault: Vault) -> None:
    """While nobody wraps, so that none is dropped with which somebody has wrapped and not yet committed."""
    if not await vault.wrapper.retired():
        return
    async with db.begin() as tx:
        store = RotationStore(tx)
        if await store.keks_alone():
            retired = set(await vault.wrapper.retired())
            await _dropped(vault, retired - await store.keks())


async def _dropped(vault: Vault, kek_ids: set[str]) -> None:
    """A key file that we may not write is its owner's to tidy up."""
    try:
        await vault.wrapper.drop(kek_ids)
    except KeyFileRefused as exc:
        log.warning("retired keys stay in the key file", error=exc.message, count=len(kek_ids))


async def _until_some_move(page: Callable[[Last | None], Awaitable[tuple[int, Last | None]]]) -> int:
    """What does not open must not stop the rest: behind a page full of it, the next one is looked at."""
    moved, last = await page(None)
    while not moved and last is not None:
        moved, last = await page(last)
    return moved


async def _wrapped(vault: Vault, key: DataKey) -> DataKey | None:
    try:
        return await vault.rewrapped(key)
    except SealBroken:
        return None


async def _sealed(vault: Vault, held: Held) -> Sealed | None:
    try:
        return await vault.moved(held.old, held.new, held.place, held.sealed)
    except SealBroken:
        return None
