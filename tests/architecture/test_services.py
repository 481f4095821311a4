"""Every service has the same inside, and its migrations are one line of numbered files."""

import re
from collections.abc import Collection, Iterator, Mapping

import pytest

from architecture.sources import SERVICES, python_sources
from syncline_embedded.services import SERVICES as TOGETHER

ALWAYS = {
    "__init__.py", "__main__.py", "app.py", "api", "actions", "domain", "store", "events", "migrations",
}  # fmt: skip
AT_WILL = {
    "settings.py",
    "loops.py",
    "engine",
    "work",
    "scoring",
    "sealing",
    "credentials",
    "probing",
    "drafting",
    "own.py",
    "registry.py",
}
ALWAYS_IN = {"store": {"tables.py"}, "events": {"handlers.py"}}
REVISION = re.compile(r'^revision = "(.*)"$', re.MULTILINE)
DOWN = re.compile(r'^down_revision = (?:"(.*)"|None)$', re.MULTILINE)


def odd_inside(paths: Collection[str]) -> Iterator[str]:
    """`paths` are those of one service's files, within its package."""
    rooms = {path.partition("/")[0] for path in paths}
    yield from (f"{name} is missing" for name in sorted(ALWAYS - rooms))
    yield from (f"{name} has no place in a service" for name in sorted(rooms - ALWAYS - AT_WILL))
    for room, files in ALWAYS_IN.items():
        yield from (f"{room}/{file} is missing" for file in sorted(files) if f"{room}/{file}" not in paths)


def odd_migrations(texts: Mapping[str, str]) -> Iterator[str]:
    """By file name. `db/migrate.py` reads the version from the names, so they have to be true."""
    before = None
    for number, (name, text) in enumerate(sorted(texts.items()), 1):
        version = f"{number:04}"
        if not re.fullmatch(rf"{version}_[a-z0-9_]+\.py", name):
            yield f"{name} should be {version}_<what>.py: one line, no gaps, one head"
        revision, down = REVISION.search(text), DOWN.search(text)
        if revision is None or revision[1] != version:
            yield f"{name}: its revision is not {version}"
        if down is None or down[1] != before:
            yield f"{name}: it does not follow {before or 'nothing'}"
        before = version


def inside(package: str) -> dict[str, str]:
    return {it.inside: it.text for it in python_sources() if it.package == package}


@pytest.mark.parametrize("package", SERVICES.values())
def test_every_service_has_the_same_inside(package: str) -> None:
    assert list(odd_inside(inside(package))) == []


@pytest.mark.parametrize("package", SERVICES.values())
def test_migrations_are_one_line(package: str) -> None:
    found = inside(package).items()
    migrations = {path.removeprefix("migrations/"): text for path, text in found if "migrations/" in path}
    assert migrations
    assert list(odd_migrations(migrations)) == []


def test_every_service_is_hosted() -> None:
    """By the rules of this house, and by the process that runs them all."""
    on_disk = {it.package for it in python_sources() if it.path.startswith("services/")}
    assert on_disk == {*SERVICES.values(), "syncline_console", "syncline_embedded"}
    assert {service.name for service in TOGETHER} == set(SERVICES)


WHOLE = [
    "__init__.py", "__main__.py", "app.py", "api/a.py", "actions/a.py", "domain/a.py", "store/tables.py",
    "events/handlers.py", "migrations/0001_a.py",
]  # fmt: skip


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        (WHOLE, []),
        ([*WHOLE, "loops.py", "engine/plan.py"], []),
        (WHOLE[1:], ["__init__.py is missing"]),
        ([it for it in WHOLE if "domain" not in it], ["domain is missing"]),
        ([*WHOLE, "logic/a.py"], ["logic has no place in a service"]),
        ([*WHOLE, "models.py"], ["models.py has no place in a service"]),
        ([it.replace("tables", "rows") for it in WHOLE], ["store/tables.py is missing"]),
    ],
)
def test_an_odd_inside_is_found(paths: list[str], found: list[str]) -> None:
    assert list(odd_inside(paths)) == found


FIRST = 'revision = "0001"\ndown_revision = None\n'
SECOND = 'revision = "0002"\ndown_revision = "0001"\n'


@pytest.mark.parametrize(
    ("texts", "count"),
    [
        ({"0001_a.py": FIRST, "0002_b.py": SECOND}, 0),
        ({"0001_a.py": FIRST, "0001_b.py": FIRST}, 3),  # two heads
        ({"0001_a.py": FIRST, "0003_b.py": SECOND}, 1),  # a gap
        ({"0001_a.py": FIRST, "0002_b.py": FIRST}, 2),
        ({"0001_a.py": ""}, 2),
        ({"first.py": FIRST}, 1),
    ],
)
def test_odd_migrations_are_found(texts: dict[str, str], count: int) -> None:
    assert len(list(odd_migrations(texts))) == count
