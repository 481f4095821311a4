"""The file that holds the key-encryption keys: private, and rewritten whole or not at all."""

import base64
import binascii
import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from syncline_common.errors import SynclineError
from syncline_registry.sealing.aead import KEY_BYTES

OWNER_ONLY = 0o600
OTHERS = 0o077
LONGEST_ID = 60

Stamp = tuple[int, int, int]  # differs once the file was written anew


class KeyFileRefused(SynclineError):
    code = "key_file"


@dataclass(frozen=True, slots=True)
class Kek:
    """`retired`: a rotation has put another in its place, and takes it out once nothing needs it."""

    key: bytes = field(repr=False)
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Keys:
    primary: str
    by_id: Mapping[str, Kek]


def read_keys(path: Path) -> tuple[Keys, Stamp]:
    try:
        with path.open(encoding="ascii") as file:
            found = os.fstat(file.fileno())
            _require_private(path, found)
            return _parsed(json.load(file)), _stamp(found)
    except FileNotFoundError:
        raise KeyFileRefused(f"There is no key file at {path}") from None
    except OSError as exc:
        raise KeyFileRefused(f"The key file {path} can't be read: {exc.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError):  # their texts may quote it
        raise KeyFileRefused(f"{path} is not a key file, or only a part of one") from None


def stamp_of(path: Path) -> Stamp:
    try:
        return _stamp(path.stat())
    except OSError as exc:
        raise KeyFileRefused(f"The key file {path} can't be read: {exc.strerror}") from None


def write_keys(path: Path, keys: Keys) -> None:
    """On the disk when it returns. Whenever the machine stops, the file is the old one or the new one."""
    path = path.resolve()  # a link stays a link
    draft = path.with_name(f".{path.name}.new")
    try:
        draft.unlink(missing_ok=True)  # of one who died here
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            json.dump(_written(keys), file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        _keep_names(path.parent)
    except OSError as exc:
        raise KeyFileRefused(f"The key file {path} can't be written: {exc.strerror}") from None


@contextmanager
def one_writer(path: Path) -> Iterator[None]:
    """Of all processes, one at a time reads, changes and writes the file. The lock dies with the process."""
    try:
        folder = os.open(path.resolve().parent, os.O_RDONLY)
    except OSError as exc:
        raise KeyFileRefused(f"The folder of the key file {path} can't be read: {exc.strerror}") from None
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _require_private(path: Path, found: os.stat_result) -> None:
    mode = found.st_mode & 0o777
    if mode & OTHERS:
        raise KeyFileRefused(
            f"The key file {path} is open to others than its owner (mode {mode:04o}). "
            f"Run: chmod 600 {path}, and rotate the keys if somebody may have read it"
        )


def _stamp(found: os.stat_result) -> Stamp:
    return found.st_ino, found.st_mtime_ns, found.st_size


def _keep_names(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _written(keys: Keys) -> dict[str, Any]:
    rows = {
        kek_id: {"key": base64.b64encode(kek.key).decode(), "retired": kek.retired}
        for kek_id, kek in keys.by_id.items()
    }
    return {"primary": keys.primary, "keys": rows}


def _parsed(document: Any) -> Keys:
    by_id = {
        kek_id: Kek(_key(row["key"]), bool(row.get("retired", False)))
        for kek_id, row in document["keys"].items()
    }
    primary = by_id[document["primary"]]
    if primary.retired or not all(0 < len(kek_id) <= LONGEST_ID for kek_id in by_id):
        raise ValueError
    return Keys(document["primary"], by_id)


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError from None
    if len(key) != KEY_BYTES:
        raise ValueError
    return key
