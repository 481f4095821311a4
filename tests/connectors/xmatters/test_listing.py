"""A list that is cut by counting: whoever stays where they were is read once, whatever happens between two pages."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from syncline_common.connectors.times import EPOCH
from syncline_common.connectors.xmatters.client import PAGE, Page
from syncline_common.connectors.xmatters.listing import OVERLAP, Place, after, everything
from syncline_common.errors import ContractBroken


class Directory:
    """Names in order, cut as the vendor cuts them."""

    def __init__(self, names: list[str]) -> None:
        self.names, self.asked = sorted(names), list[int]()

    async def __call__(self, offset: int) -> Page:
        self.asked.append(offset)
        rows = [{"id": it} for it in self.names[offset : offset + PAGE]]
        return Page(rows, len(self.names), offset + PAGE < len(self.names), EPOCH)


async def walk(ask: Any, meanwhile: Callable[[], None] = lambda: None) -> list[str]:
    place: Place | None = Place()
    found = list[str]()
    while place is not None:
        part = await after(Place.at(place.token), ask)
        found += [it["id"] for it in part.rows]
        place = part.following
        meanwhile()
    return found


def names(count: int, prefix: str = "n") -> list[str]:
    return [f"{prefix}{number:05}" for number in range(count)]


@pytest.mark.parametrize("count", [0, 1, PAGE, PAGE + 1, 2 * PAGE - OVERLAP, 950])
async def test_each_comes_once(count: int) -> None:
    directory = Directory(names(count))
    assert await walk(directory) == names(count)
    assert len(directory.asked) <= count // (PAGE - OVERLAP) + 1
    assert [it["id"] async for it in everything(directory)] == names(count)


@pytest.mark.parametrize("seed", range(12))
async def test_people_come_and_go(seed: int) -> None:
    random, directory = Random(seed), Directory(names(900))
    there, gone = set(directory.names), set[str]()

    def meanwhile() -> None:
        for _ in range(random.choice((0, 1, 7, 40))):
            leaving = directory.names.pop(random.randrange(len(directory.names)))
            gone.add(leaving)
        new = [f"n{random.randrange(900):05}.{seed}" for _ in range(random.choice((0, 1, 7, 40)))]
        directory.names = sorted({*directory.names, *new})

    found = await walk(directory, meanwhile)
    assert there - gone <= set(found)
    assert len(found) == len(set(found)), "somebody came twice"


async def test_all_of_the_last_rows_may_be_gone() -> None:
    """Then it begins anew: twice is better than never."""
    directory, turns = Directory(names(300)), iter([True])

    def meanwhile() -> None:
        if next(turns, False):
            del directory.names[PAGE - OVERLAP : PAGE]

    found = await walk(directory, meanwhile)
    assert set(directory.names) <= set(found)


async def test_many_may_come_before_the_place() -> None:
    directory, turns = Directory(names(300)), iter([True])

    def meanwhile() -> None:
        if next(turns, False):
            directory.names = sorted([*directory.names, *names(85, prefix="a")])

    found = await walk(directory, meanwhile)
    assert set(names(300)) <= set(found) and len(found) == len(set(found))


async def test_an_end_that_is_gone_is_an_end() -> None:
    directory, turns = Directory(names(150)), iter([True])

    def meanwhile() -> None:
        if next(turns, False):
            del directory.names[PAGE - 3 :]

    assert await walk(directory, meanwhile) == names(PAGE)


class Repeating(Directory):
    async def __call__(self, offset: int) -> Page:
        return await super().__call__(0 if offset else offset)


class Endless(Directory):
    async def __call__(self, offset: int) -> Page:
        return Page([], 100, True, EPOCH)


@pytest.mark.parametrize("broken", [Repeating, Endless])
async def test_a_page_that_comes_again_or_is_empty_is_no_page(broken: type[Directory]) -> None:
    with pytest.raises(ContractBroken, match="repeated"):
        await walk(broken(names(300)))
