"""Finding one thing by what a person calls it: its id, its name, or the beginning of its id."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from syncline_cli.api import Api
from syncline_cli.failures import Failure, Misused

SHORTEST = 4  # characters of an id
LISTED = 5
Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Noun:
    one: str
    many: str
    path: str
    called: tuple[str, ...]  # the fields by which people know it

    def names(self, item: Item) -> Iterator[str]:
        return (str(item[field]) for field in self.called if item.get(field))


NETWORK = Noun("network", "networks", "/registry/v1/networks", ("name",))
SYSTEM = Noun("system", "systems", "/registry/v1/systems", ("name", "url"))
PERSON = Noun("person", "people", "/registry/v1/people", ("email", "name"))
KEY = Noun("API key", "API keys", "/registry/v1/api-keys", ("name",))
CONNECTION = Noun("connection", "connections", "/connections/v1/connections", ("name",))


def id_of(api: Api, noun: Noun, given: str) -> str:
    """The first way in which something fits decides; it has to be one thing then."""
    if _is_id(given):
        return given
    items = list(api.items(noun.path, f"find the {noun.one} {given}"))
    for fits in _ways(noun, given):
        if found := [it for it in items if fits(it)]:
            return _only(noun, given, found)
    raise Failure(
        f"There is no {noun.one} called {given}.",
        advice=f"Look at what there is, under `list`: {_listed(noun, items)}",
    )


def ids_of(api: Api, noun: Noun, given: Sequence[str]) -> list[str]:
    return [id_of(api, noun, it) for it in given]


def _ways(noun: Noun, given: str) -> Iterator[Callable[[Item], bool]]:
    yield lambda item: given in noun.names(item)
    yield lambda item: given.casefold() in (it.casefold() for it in noun.names(item))
    if len(given) >= SHORTEST:
        yield lambda item: str(item["id"]).startswith(given.lower())


def _only(noun: Noun, given: str, found: Sequence[Item]) -> str:
    if len(found) > 1:
        which = ", ".join(f"{it['id']} ({next(noun.names(it), '')})" for it in found[:LISTED])
        raise Misused(
            f"{given} is more than one {noun.one}.", why=f"It could be {which}.", advice="Give the id."
        )
    return str(found[0]["id"])


def _listed(noun: Noun, items: Sequence[Item]) -> str:
    names = [next(noun.names(it), str(it["id"])) for it in items[:LISTED]]
    more = f" and {len(items) - LISTED} more" if len(items) > LISTED else ""
    return (", ".join(names) or f"no {noun.many}") + more


def _is_id(given: str) -> bool:
    try:
        return str(UUID(given)) == given.lower()
    except ValueError:
        return False
