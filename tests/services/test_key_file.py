"""The key file is private, whole whenever one looks, and the same for every process that reads it."""

import asyncio
import itertools
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from services.vaults import key_file
from syncline_common.settings import KeySettings
from syncline_registry.sealing.aead import UnknownKey
from syncline_registry.sealing.key_file import Kek, KeyFileRefused, Keys, read_keys, write_keys
from syncline_registry.sealing.keys import FILE, KeyRing, make_key_file, open_key_ring

TOUCHES_THE_DISK = ("open", "os.rename", "os.remove", "fcntl.flock")


def run(path: Path, what: str, limit: int) -> int:
    """In a process that is killed when it is about to touch the disk for the `limit`-th time."""
    child = os.fork()
    if child == 0:
        _die_at(limit)
        _change(path, what)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _die_at(limit: int) -> None:
    passed = itertools.count(1)

    def hook(event: str, _given: object) -> None:
        if event in TOUCHES_THE_DISK and next(passed) == limit:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def _change(path: Path, what: str) -> None:
    try:
        if what == "make":
            make_key_file(path)
        else:
            ring = KeyRing(path)
            asyncio.run(ring.renew("b") if what == "renew" else ring.drop(["a"]))
    except BaseException:
        os._exit(1)


def test_made_private_and_once(tmp_path: Path) -> None:
    path = tmp_path / FILE
    make_key_file(path)
    assert path.stat().st_mode & 0o777 == 0o600
    first = path.read_bytes()
    make_key_file(path)
    assert path.read_bytes() == first


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o620, 0o601, 0o644, 0o660, 0o777])
def test_refused_when_others_may_read_it(tmp_path: Path, mode: int) -> None:
    path = key_file(tmp_path)
    path.chmod(mode)
    with pytest.raises(KeyFileRefused, match=f"mode {mode:04o}.*chmod 600"):
        KeyRing(path)
    path.chmod(0o400)
    KeyRing(path)


async def test_refused_when_it_is_opened_to_others_later(tmp_path: Path) -> None:
    path = key_file(tmp_path)
    ring = KeyRing(path)
    wrapped = await ring.wrap(b"k", b"here")
    await KeyRing(path).renew(wrapped.kek_id)
    path.chmod(0o644)
    with pytest.raises(KeyFileRefused):
        await ring.wrap(b"k", b"here")
    assert await ring.unwrap(wrapped, b"here") == b"k", "what is known can still be read"


KEY = "QUJD" * 10 + "QUE="


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '"x"', "{}", '{"primary": "a"}', '{"primary": "a", "keys": {}}', "\xff"]
    + [json.dumps({"primary": "a", "keys": {"a": it}}) for it in ({}, {"key": KEY[:-4]}, {"key": 7}, KEY)]
    + [json.dumps({"primary": "a", "keys": {"a": {"key": KEY, "retired": True}}})],
)
def test_refused_when_it_is_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / FILE
    path.write_text(text, encoding="latin-1")
    path.chmod(0o600)
    with pytest.raises(KeyFileRefused, match="is not a key file") as told:
        KeyRing(path)
    assert KEY[:8] not in repr(told.value) and told.value.__suppress_context__


def test_where_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    open_key_ring(KeySettings(key_file=None), folder)
    assert read_keys(folder / FILE)
    with pytest.raises(KeyFileRefused, match="SYNCLINE_KEY_FILE"):
        open_key_ring(KeySettings(key_file=None), None)
    with pytest.raises(KeyFileRefused, match="There is no key file"):
        open_key_ring(KeySettings(key_file=tmp_path / "absent"), folder)
    assert open_key_ring(KeySettings(key_file=folder / FILE), None)


@pytest.mark.parametrize("what", ["make", "renew", "drop"])
def test_whole_whenever_its_writer_dies(tmp_path: Path, what: str) -> None:
    """Killed before each call that touches the disk; the next one succeeds where it left off."""
    deaths = 0
    for limit in range(1, 40):
        path = tmp_path / str(limit) / FILE
        path.parent.mkdir()
        if what != "make":
            write_keys(path, Keys("b", {"a": Kek(b"a" * 32, retired=True), "b": Kek(b"b" * 32)}))
        before = read_keys(path)[0] if path.exists() else None
        died = run(path, what, limit)
        after = read_keys(path)[0] if path.exists() else None
        if died == 0:
            break
        assert died == -signal.SIGKILL
        deaths += 1
        assert after == before or (after is not None and after.by_id[after.primary])
        assert run(path, what, 0) == 0
        assert [it.name for it in path.parent.iterdir()] == [FILE]
    assert died == 0 and after != before
    assert deaths >= 5


async def test_of_those_who_renew_at_once_one_does(tmp_path: Path) -> None:
    path = key_file(tmp_path)
    rings = [KeyRing(path) for _ in range(8)]
    before = await rings[0].primary()
    after = await asyncio.gather(*(ring.renew(before) for ring in rings))
    assert len(set(after)) == 1 and before not in after
    assert len(read_keys(path)[0].by_id) == 2


async def test_others_notice_a_new_primary(tmp_path: Path) -> None:
    path = key_file(tmp_path)
    one, other = KeyRing(path), KeyRing(path)
    old = await other.wrap(b"old", b"")
    new = await one.renew(old.kek_id)
    assert await other.unwrap(await one.wrap(b"new", b""), b"") == b"new"
    assert (await other.wrap(b"x", b"")).kek_id == new
    assert await other.unwrap(old, b"") == b"old"


async def test_only_what_was_renewed_is_dropped(tmp_path: Path) -> None:
    path = key_file(tmp_path)
    ring = KeyRing(path)
    keys = read_keys(path)[0]
    write_keys(path, Keys(keys.primary, {**keys.by_id, "laid in by hand": Kek(b"x" * 32)}))
    wrapped = await ring.wrap(b"k", b"")
    new = await ring.renew(wrapped.kek_id)
    assert await ring.retired() == {wrapped.kek_id}
    await ring.drop([new, wrapped.kek_id, "laid in by hand", "never seen"])
    assert set(read_keys(path)[0].by_id) == {new, "laid in by hand"}
    assert await ring.unwrap(wrapped, b"") == b"k", "until it ends"
    with pytest.raises(UnknownKey):
        await KeyRing(path).unwrap(wrapped, b"")


async def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    path = tmp_path / "link"
    path.symlink_to(key_file(tmp_path / "real"))
    ring = KeyRing(path)
    await ring.renew(await ring.primary())
    assert path.is_symlink() and len(read_keys(path)[0].by_id) == 2


async def test_a_file_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    path = key_file(tmp_path / "x")
    ring = KeyRing(path)
    wrapped = await ring.wrap(b"k", b"")
    path.unlink()
    assert await ring.unwrap(wrapped, b"") == b"k"
    for attempt in (
        ring.wrap(b"k", b""),
        ring.renew(wrapped.kek_id),
        ring.retired(),
        ring.drop([wrapped.kek_id]),
    ):
        with pytest.raises(KeyFileRefused):
            await attempt
    path.parent.rmdir()
    with pytest.raises(KeyFileRefused):
        await ring.renew(wrapped.kek_id)
