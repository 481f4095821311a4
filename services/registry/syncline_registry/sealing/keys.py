"""Key-encryption keys (KEKs): they seal nothing but the accounts' data keys, and stay outside the database."""

import asyncio
import base64
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from syncline_common.ids import new_id
from syncline_common.redaction import REDACTOR
from syncline_common.settings import KeySettings
from syncline_registry.sealing.aead import NONCE_BYTES, Sealed, UnknownKey, cipher, new_key, seal, unseal
from syncline_registry.sealing.key_file import (
    Kek,
    KeyFileRefused,
    Keys,
    Stamp,
    one_writer,
    read_keys,
    stamp_of,
    write_keys,
)

FILE = "keys.json"


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A data key, sealed by the KEK that is named."""

    kek_id: str
    blob: bytes


class Wrapper(Protocol):
    """Who has the KEKs: a file, or a key management service that never shows them."""

    async def primary(self) -> str:
        """The KEK that wraps from now on."""

    async def wrap(self, key: bytes, place: bytes) -> Wrapped:
        """By the primary of this very moment. It opens only for one who names the same `place`."""

    async def unwrap(self, wrapped: Wrapped, place: bytes) -> bytes:
        """SealBroken if it does not open; UnknownKey if its KEK is not to be had."""

    async def renew(self, after: str) -> str:
        """A new primary, unless it is another than `after` already: of those who ask at once, one is served."""

    async def retired(self) -> Collection[str]:
        """KEKs that `renew` has replaced; they never become primary again."""

    async def drop(self, kek_ids: Collection[str]) -> None:
        """Forget those of them that are retired; nothing must need them any more."""


class KeyRing:
    """The KEKs of a file that several processes read and any of them may rewrite.

    What a process has read once it can open until it ends, so that no read fails while keys are rotated.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, AESGCM] = {}
        self._adopt(*read_keys(path))

    def __repr__(self) -> str:
        return f"KeyRing({self._keys.primary})"

    async def primary(self) -> str:
        self._look_again()
        return self._keys.primary

    async def wrap(self, key: bytes, place: bytes) -> Wrapped:
        kek_id = await self.primary()
        sealed = seal(self._known[kek_id], key, place)
        return Wrapped(kek_id, sealed.nonce + sealed.ciphertext)

    async def unwrap(self, wrapped: Wrapped, place: bytes) -> bytes:
        if wrapped.kek_id not in self._known:
            self._adopt(*read_keys(self._path))
        if wrapped.kek_id not in self._known:
            raise UnknownKey(f"The key {wrapped.kek_id} is not in the key file", detail=place.decode())
        sealed = Sealed(wrapped.blob[:NONCE_BYTES], wrapped.blob[NONCE_BYTES:])
        return unseal(self._known[wrapped.kek_id], sealed, place)

    async def renew(self, after: str) -> str:
        self._adopt(*await asyncio.to_thread(_renewed, self._path, after))
        return self._keys.primary

    async def retired(self) -> Collection[str]:
        self._look_again()
        return {kek_id for kek_id, kek in self._keys.by_id.items() if kek.retired}

    async def drop(self, kek_ids: Collection[str]) -> None:
        if kek_ids:
            self._adopt(*await asyncio.to_thread(_dropped, self._path, kek_ids))

    def _look_again(self) -> None:
        if stamp_of(self._path) != self._stamp:
            self._adopt(*read_keys(self._path))

    def _adopt(self, keys: Keys, stamp: Stamp) -> None:
        self._keys, self._stamp = keys, stamp
        self._known |= {kek_id: cipher(kek.key) for kek_id, kek in keys.by_id.items()}
        for kek in keys.by_id.values():
            REDACTOR.learn(base64.b64encode(kek.key).decode())


def open_key_ring(settings: KeySettings, data_dir: Path | None) -> KeyRing:
    """The file that was set; else the one in the data directory, made on the first start."""
    if settings.key_file is not None:
        return KeyRing(settings.key_file)
    if data_dir is None:
        raise KeyFileRefused(
            "Set SYNCLINE_KEY_FILE to the file with the key-encryption keys, the same for every registry"
        )
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    make_key_file(data_dir / FILE)
    return KeyRing(data_dir / FILE)


def make_key_file(path: Path) -> None:
    """With one new key in it. A file that is there stays as it is."""
    with one_writer(path):
        if not path.exists():
            kek_id = new_id().hex
            write_keys(path, Keys(kek_id, {kek_id: Kek(new_key())}))


def _renewed(path: Path, after: str) -> tuple[Keys, Stamp]:
    with one_writer(path):
        keys, _ = read_keys(path)
        if keys.primary == after:
            kek_id, old = new_id().hex, replace(keys.by_id[after], retired=True)
            write_keys(path, Keys(kek_id, {**keys.by_id, after: old, kek_id: Kek(new_key())}))
        return read_keys(path)


def _dropped(path: Path, kek_ids: Collection[str]) -> tuple[Keys, Stamp]:
    with one_writer(path):
        keys, _ = read_keys(path)
        kept = {it: kek for it, kek in keys.by_id.items() if not (kek.retired and it in kek_ids)}
        if len(kept) < len(keys.by_id):
            write_keys(path, Keys(keys.primary, kept))
        return read_keys(path)
