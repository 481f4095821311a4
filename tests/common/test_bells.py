"""Bells wake those who wait, by name, here and elsewhere."""

import asyncio
from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any

from fastapi.sse import ServerSentEvent

from syncline_common.api.sse import follow
from syncline_common.db.bells import Bells, wait_for


def test_only_those_who_hang_on_the_name_are_woken() -> None:
    bells, heard = Bells(), list[str]()
    with (
        bells.hang("x", lambda: heard.append("x1")),
        bells.hang("x", lambda: heard.append("x2")),
        bells.hang("y", lambda: heard.append("y")),
    ):
        bells.ring(["x", "nobody"])
        assert sorted(heard) == ["x1", "x2"]
        bells.ring_all()
        assert sorted(heard) == ["x1", "x1", "x2", "x2", "y"]
    bells.ring(["x", "y"])
    assert len(heard) == 5, "who has left is not woken"


def test_who_leaves_when_woken_disturbs_nobody() -> None:
    bells, heard = Bells(), list[str]()

    def leave() -> None:
        first.__exit__(None, None, None)

    first = bells.hang("x", leave)
    first.__enter__()
    with bells.hang("x", lambda: heard.append("x")):
        bells.ring(["x"])
        bells.ring(["x"])
    assert heard == ["x", "x"]


def test_rung_everywhere_the_others_are_told_as_well() -> None:
    bells, heard, told = Bells(), list[str](), list[str]()

    def tell(names: Iterable[str]) -> None:
        told.extend(names)

    with bells.hang("x", lambda: heard.append("x")):
        bells.ring_everywhere(["x"])
        bells.outward = tell
        bells.ring_everywhere(["x"])
        bells.ring(["x"])  # as when it came from another process: it goes no further
    assert (len(heard), told) == (3, ["x"])


async def test_waiting_ends_with_the_bell_or_with_the_time() -> None:
    rung, loop = asyncio.Event(), asyncio.get_running_loop()
    started = loop.time()
    await wait_for(rung, 0.02)
    assert loop.time() - started >= 0.02
    loop.call_soon(rung.set)
    async with asyncio.timeout(30):
        await wait_for(rung, 3600)


async def test_a_stream_is_woken_by_its_bell_and_looks_no_sooner() -> None:
    bells, rows = Bells(), list[Any]()
    looked = asyncio.Event()

    async def fetch(after: int) -> Sequence[Any]:
        looked.set()
        return [it for it in rows if it.position > after]

    def show(row: Any) -> ServerSentEvent:
        return ServerSentEvent(event="x", id=str(row.position), data={})

    stream = follow(fetch, show, after=0, bell=(bells, "x"), ended=lambda: False, every=3600)
    first = asyncio.ensure_future(anext(stream))
    async with asyncio.timeout(30):
        await looked.wait()
        rows.append(SimpleNamespace(position=7))
        bells.ring(["x"])
        assert (await first).id == "7"
    await stream.aclose()
