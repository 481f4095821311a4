"""What the rules read: the repository's own files, as text and as syntax trees."""

import ast
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMMON = "libs/common/syncline_common/"
PRODUCT = ("libs/", "services/")
SERVICES = {  # the name a service has on the bus and in paths, and its package
    "registry": "syncline_registry",
    "connections": "syncline_connections",
    "sync": "syncline_sync_worker",
    "matching": "syncline_matching",
}


@dataclass(frozen=True)
class Source:
    """A Python file, real or made up. `path` is relative to the repository."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def is_product(self) -> bool:
        return self.path.startswith(PRODUCT)

    @property
    def package(self) -> str:
        """The distribution-like package it is in: `syncline_common`, `syncline_registry`, ..."""
        return next((part for part in self.path.split("/") if part.startswith("syncline_")), "")

    @property
    def inside(self) -> str:
        """The path within that package: `domain/network.py`."""
        return self.path.partition(f"{self.package}/")[2] if self.package else self.path

    @property
    def is_service(self) -> bool:
        return self.package in SERVICES.values()

    def is_at(self, places: tuple[str, ...]) -> bool:
        """A place is a file, or a folder if it ends with a slash."""
        return any(self.path.startswith(it) if it.endswith("/") else self.path == it for it in places)

    def names(self) -> Iterator[str]:
        """Every name that the code uses, however it came by it."""
        for node in ast.walk(self.tree):
            match node:
                case ast.Attribute(attr=name) | ast.Name(id=name):
                    yield name
                case ast.alias(name=name) | ast.ImportFrom(module=str(name)):
                    yield from name.split(".")

    def imports(self) -> Iterator[str]:
        """Modules, absolute and whole; `from a import b` gives `a`."""
        for node in ast.walk(self.tree):
            match node:
                case ast.Import(names=aliases):
                    yield from (alias.name for alias in aliases)
                case ast.ImportFrom(module=str(module)):
                    yield module


@cache
def repository_files() -> tuple[str, ...]:
    """What is tracked, and what would be if it were added; none if this is no working copy of Git."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ()
    return tuple(sorted(path for path in set(listed.split("\0")) if path and (ROOT / path).is_file()))


@cache
def python_sources() -> tuple[Source, ...]:
    found = [path for path in repository_files() if path.endswith(".py")]
    assert len(found) > 50, "the rules are read on a working copy of Git; there is none here"
    return tuple(Source(path, (ROOT / path).read_text()) for path in found)


def avoided_words(glossary: str) -> frozenset[str]:
    """The words in `code` in the last column of the glossary's tables."""
    rows = [line.split("|") for line in glossary.splitlines() if line.startswith("|")]
    return frozenset(word for row in rows for word in re.findall(r"`([a-z_]+)`", row[-2]))


@cache
def avoided_here() -> frozenset[str]:
    return avoided_words((ROOT / "docs/glossary.md").read_text())


def words_of(name: str) -> set[str]:
    """`HTTPGateWay` and `http_gate_way` hold the same words."""
    split = re.sub(r"([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])", r"\1\3_\2\4", name)
    return set(split.lower().split("_")) - {""}
