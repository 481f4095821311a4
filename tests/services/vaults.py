"""Vaults over a key file, as the processes of a registry have them, and ways to look for what they hide."""

import base64
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import select

from syncline_common.db.tx import Database
from syncline_registry.sealing.envelope import Vault
from syncline_registry.sealing.keys import FILE, KeyRing, make_key_file


def key_file(folder: Path) -> Path:
    path = folder / FILE
    make_key_file(path)
    return path


def vault_of(path: Path) -> Vault:
    """Each is a process of its own: it has read the file once, and has opened no key yet."""
    return Vault(KeyRing(path), learn=lambda _: None)


def encodings(plain: bytes) -> Iterator[bytes]:
    """As it is; base64, wherever it begins; hexadecimal; in a URL; as wide characters."""
    yield plain
    for offset in range(3):
        middle = base64.b64encode(b"\0" * offset + plain).decode()[4:-4].rstrip("=")
        yield middle.encode()
        yield middle.translate(str.maketrans("+/", "-_")).encode()
    yield plain.hex().encode()
    yield quote(plain, safe="").encode()
    yield plain.decode("latin-1").encode("utf-16-le")


def shown_in(dump: bytes, plain: bytes) -> bool:
    return any(re.search(re.escape(form), dump, re.IGNORECASE) for form in encodings(plain))


async def dump_of(db: Database, folder: Path) -> bytes:
    """Everything a thief of the database has: the files of SQLite, or each row of each table."""
    files = [it.read_bytes() for it in sorted(folder.glob("*.db*"))] if db.one_process else []
    rows = [repr(row).encode() + _binary(row) async for row in _rows(db)]
    return b"\n".join(files + rows)


def _binary(row: tuple[object, ...]) -> bytes:
    return b" ".join(it if isinstance(it, bytes) else str(it).encode() for it in row)


async def _rows(db: Database) -> AsyncIterator[tuple[object, ...]]:
    async with db.read() as tx:
        for table in db.tables.values():
            for row in await tx.session.execute(select(table)):
                yield tuple(row)
