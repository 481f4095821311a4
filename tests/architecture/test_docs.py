"""The documents are short, have their parts, and name only what exists."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from architecture.sources import COMMON, ROOT, repository_files

LONGEST = {"docs/architecture/": 120, "docs/decisions/": 40}
PARTS = ["## Context", "## Decision", "## Refused", "## Consequences", "## Revisit when"]
WORDS = (
    "Account Network System Node Kind Connector Manifest Credential Connection Flow Stream Feed Record Run Cursor Pair "
    "Link Match Base Plan Operation Outcome Conflict Issue Intent Ledger Gate Event Handler Loop Action Announcement "
    "Outbox Inbox Relay Lease Bell Canary Log Parked"
)
NAMED_FILE = re.compile(r"`([\w./-]+\.(?:py|toml|yml|md|txt|in))`")
NAMED_FOLDER = re.compile(r"`((?:libs|services|tests|docs|deploy|benchmarks|requirements)/[\w./-]*)`")
LINK = re.compile(r"\]\(([^)#:]+)\)")
NAMED_TEST = re.compile(r"`((?:tests|libs)/[\w/]+\.py)::([\w:]+)`")
ANY_SERVICE = "services/registry/syncline_registry/"  # each has the same inside
ROOMS = ("", COMMON, ANY_SERVICE, "services/embedded/")


def documents() -> list[str]:
    ours = [path for path in repository_files() if path.startswith("docs/") and path.endswith(".md")]
    return [*ours, "CONTRIBUTING.md"]


def text_of(path: str) -> str:
    return (ROOT / path).read_text()


def odd_decision(path: str, text: str) -> Iterator[str]:
    number = re.match(r"(\d{4})-[a-z0-9-]+\.md$", path.rpartition("/")[2])
    if number is None:
        yield "is not called NNNN-what-was-decided.md"
    elif not text.startswith(f"# {number[1]}. "):
        yield "does not start with its number"
    if re.findall(r"^## .*$", text, re.MULTILINE) != PARTS:
        yield f"has not just the parts {', '.join(PARTS)}"


def names_nothing(path: str, text: str) -> Iterator[str]:
    """Files that are named as paths, and links. A name alone, `app.py`, stands for many and is not looked up."""
    folder = path.rpartition("/")[0]
    for named in [*NAMED_FILE.findall(text), *NAMED_FOLDER.findall(text)]:
        if "/" in named and not any((ROOT / room / named).exists() for room in ROOMS):
            yield f"names {named}, which is not there"
    for link in LINK.findall(text):
        if not (ROOT / folder / link).exists():
            yield f"links to {link}, which is not there"


@cache
def guards_in(path: str) -> frozenset[str]:
    """`test_x` and `Class::test_x`."""
    if not (ROOT / path).is_file():
        return frozenset()
    found = set()
    for node in ast.parse(text_of(path)).body:
        inner = node.body if isinstance(node, ast.ClassDef) else [node]
        prefix = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
        functions = [it for it in inner if isinstance(it, ast.FunctionDef | ast.AsyncFunctionDef)]
        found |= {f"{prefix}{it.name}" for it in functions if it.name.startswith("test_")}
    return frozenset(found)


def unguarded(text: str) -> Iterator[str]:
    """Lines of a list that name no test, or one that is not there."""
    for item in re.findall(r"^- (.*(?:\n  .*)*)", text, re.MULTILINE):
        named = NAMED_TEST.findall(item)
        if not named:
            yield f"no test: {item[:60]}"
        yield from (f"{path}::{test} is not there" for path, test in named if test not in guards_in(path))


@pytest.mark.parametrize("folder", LONGEST)
def test_pages_are_short(folder: str) -> None:
    pages = {path: text_of(path).count("\n") for path in documents() if path.startswith(folder)}
    assert pages
    assert {path: lines for path, lines in pages.items() if lines > LONGEST[folder]} == {}


def test_decisions_have_their_parts() -> None:
    pages = [path for path in documents() if path.startswith("docs/decisions/")]
    assert [f"{path} {what}" for path in pages for what in odd_decision(path, text_of(path))] == []
    numbers = [int(path.rpartition("/")[2][:4]) for path in pages]
    assert numbers == list(range(1, len(pages) + 1))


def test_what_is_named_exists() -> None:
    assert [f"{path} {what}" for path in documents() for what in names_nothing(path, text_of(path))] == []


def test_every_invariant_is_guarded_by_a_test_that_exists() -> None:
    text = text_of("docs/invariants.md")
    assert NAMED_TEST.search(text)
    assert list(unguarded(text)) == []


def test_the_glossary_has_every_word_once() -> None:
    words = re.findall(r"^\| ([\w ,]+?) \|", text_of("docs/glossary.md"), re.MULTILINE)
    defined = [word for word in words if word != "word"]
    assert {*WORDS.split(), "Side a, side b", "Set aside"} - set(defined) == set()
    assert len(defined) == len(set(defined))


GOOD = "# 0001. A\n\n## Context\n\n## Decision\n\n## Refused\n\n## Consequences\n\n## Revisit when\n"


@pytest.mark.parametrize(
    ("name", "text", "count"),
    [
        ("docs/decisions/0001-a.md", GOOD, 0),
        ("docs/decisions/1-a.md", GOOD, 1),
        ("docs/decisions/0002-a.md", GOOD, 1),
        ("docs/decisions/0001-a.md", GOOD.replace("## Refused\n", ""), 1),
    ],
)
def test_odd_decisions_are_found(name: str, text: str, count: int) -> None:
    assert len(list(odd_decision(name, text))) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("`db/tx.py`, `libs/common`, `tests/architecture/rules.py`, `app.py`", 0),
        ("`db/gone.py`", 1),
        ("`libs/uncommon`", 1),
        ("`events/<service>.py`", 0),
        ("[there](glossary.md), [elsewhere](https://example.com/x)", 0),
        ("[nowhere](gone.md)", 1),
    ],
)
def test_names_of_nothing_are_found(text: str, count: int) -> None:
    assert len(list(names_nothing("docs/x.md", text))) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("- So. `tests/architecture/test_docs.py::test_pages_are_short`\n", 0),
        ("- So, at length.\n  `tests/architecture/test_docs.py::test_pages_are_short`\n", 0),
        (
            "- So. `libs/common/syncline_common/testing/transport_contract.py::TransportContract::test_gone`\n",
            1,
        ),
        ("- So.\n", 1),
        ("- So. `tests/architecture/test_docs.py::test_gone`\n", 1),
        ("- So. `tests/gone.py::test_pages_are_short`\n", 1),
    ],
)
def test_unguarded_lines_are_found(text: str, count: int) -> None:
    assert len(list(unguarded(text))) == count
