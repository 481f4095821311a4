"""The locks pin everything, by version and by hash, and name no place that packages come from."""

import re
from collections.abc import Iterator

import pytest

from architecture.sources import ROOT

FOLDER = ROOT / "requirements"
NAMES = ("product", "otel", "develop")
PINNED = re.compile(
    r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[a-z,]+\])?==([^\s;\\]+)(?: ; [^\\]+)?((?: --hash=sha256:[0-9a-f]{64})+)"
)
PLACE = re.compile(
    r"[a-z]+://|--?(?:index-url|extra-index-url|find-links|trusted-host|i|f)\b|@|\w\.(?:org|com|net|io|dev)\b"
)
WANTED = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def requirements(lock: str) -> list[str]:
    """One line each: comments gone, continuations joined."""
    joined = re.sub(r"\s*\\\n\s*", " ", lock)
    return [
        line.strip() for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")
    ]


def pins(lock: str) -> dict[str, str]:
    return {normal(found[1]): found[2] for line in requirements(lock) if (found := PINNED.fullmatch(line))}


def odd_lock(lock: str) -> Iterator[str]:
    for line in requirements(lock):
        if not PINNED.fullmatch(line):
            yield f"not pinned by version and hash: {line[:60]}"
    for line in lock.splitlines():
        if PLACE.search(line):
            yield f"names a place: {line[:60]}"


def wanted(text: str) -> set[str]:
    """The names in an .in file, without those of the file it builds on."""
    found = (WANTED.match(line) for line in text.splitlines() if not line.startswith(("-", "#")))
    return {normal(it[1]) for it in found if it}


def lock(name: str) -> str:
    return (FOLDER / f"{name}.txt").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_everything_is_pinned_and_hashed(name: str) -> None:
    assert pins(lock(name))
    assert list(odd_lock(lock(name))) == []


@pytest.mark.parametrize("name", NAMES)
def test_what_is_wanted_is_pinned(name: str) -> None:
    asked = wanted((FOLDER / f"{name}.in").read_text())
    assert asked
    assert asked - set(pins(lock(name))) == set(), "run `make lock`"


@pytest.mark.parametrize("name", ["product", "otel"])
def test_what_is_tested_is_what_runs(name: str) -> None:
    running, develop = pins(lock(name)), pins(lock("develop"))
    assert {name: develop.get(name) for name in running} == running


def test_nothing_is_locked_beside_these() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(NAMES)


HASH = f"--hash=sha256:{'0' * 64}"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (f"a==1.0 \\\n    {HASH} \\\n    {HASH}\n    # via b\n", 0),
        (f"a==1.0 ; sys_platform == 'win32' \\\n    {HASH}\n", 0),
        ("a==1.0\n", 1),
        (f"a>=1.0 \\\n    {HASH}\n", 1),
        (f"a \\\n    {HASH}\n", 1),
        (f"a==1.0 \\\n    --hash=md5:{'0' * 32}\n", 1),
        ("a @ https" + "://example.test/a.whl\n", 2),
        ("--index-url https" + "://example.test/simple\n", 2),
        ("-f wheels\n", 2),
        (f"a==1.0 \\\n    {HASH}\n    # from packages.example.org\n", 1),
    ],
)
def test_odd_locks_are_found(text: str, count: int) -> None:
    assert len(list(odd_lock(text))) == count


def test_names_are_read_whatever_their_spelling() -> None:
    assert wanted("# a\n-r product.in\nsqlalchemy[asyncio]>=2.1\nRuff>=0.17\nA_b.c\n") == {
        "sqlalchemy",
        "ruff",
        "a-b-c",
    }
    assert pins(f"A_b.c==2 \\\n    {HASH}\n") == {"a-b-c": "2"}
