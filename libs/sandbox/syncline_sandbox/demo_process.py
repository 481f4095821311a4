"""The demo's two systems and the people who work in them, for as long as whoever started it holds its standard input."""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any

from syncline_sandbox import demo
from syncline_sandbox.colleagues import Colleagues
from syncline_sandbox.keeping import Drawer, Unreadable
from syncline_sandbox.post import LoopbackPost
from syncline_sandbox.serving import routes, served

BUGS, INCIDENTS = 18, 8  # a third of the bugs are of a project that the demo does not connect
REMEMBERED = 500  # requests and effects that the pages can show
FIRST = 2.0  # pauses until somebody does the first thing: two systems are in step by then


def announced(azure_devops: str, servicenow: str) -> dict[str, Any]:
    """What a person would read in the pages of `make sandbox`, for a program."""
    return {
        "routes": routes(azure_devops=azure_devops, servicenow=servicenow),
        "systems": {
            "a": {
                "name": "Azure DevOps",
                "url": "https://dev.azure.com/sandbox",
                "auth": {"scheme": "pat", "token": "sandbox-pat-read-write"},
                "page": f"{azure_devops}/_sandbox/data?stream=Bug&q=Fabrikam+Web",
            },
            "b": {
                "name": "ServiceNow",
                "url": "https://sandbox.service-now.com",
                "auth": {"scheme": "basic", "username": "sync.account", "password": "sandbox-password"},
                "page": f"{servicenow}/_sandbox/data?stream=incident",
            },
        },
    }


async def serve(drawer: Drawer[Colleagues], port: int, every: float) -> None:
    """`every`: seconds between two things that people do; 0, and they do nothing."""
    colleagues = drawer.found() or Colleagues(demo.organisation(count=BUGS), demo.instance(count=INCIDENTS))
    keep = partial(drawer.put, colleagues)
    keep()
    post = LoopbackPost()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(post.close)
        vendors = (colleagues.boards, port), (colleagues.instance, port + 1 if port else 0)
        urls = [
            await stack.enter_async_context(served(vendor, post, port=at, keep=keep))
            for vendor, at in vendors
        ]
        over = await _left_alone()
        print(json.dumps(announced(*urls)), flush=True)
        await working(colleagues, every, keep, over)
    keep()


async def working(
    colleagues: Colleagues, every: float, keep: Callable[[], None], over: asyncio.Event
) -> None:
    """What they did is kept before anybody can ask for it."""
    begun = 0
    pause = FIRST * every
    while every and not await _within(pause, over):
        begun += 1
        colleagues.act()
        keep()
        for vendor in (colleagues.boards, colleagues.instance):
            vendor.forget(REMEMBERED)
        pause = colleagues.pause(every, begun)
    await over.wait()


async def _within(seconds: float, over: asyncio.Event) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await over.wait()
    return over.is_set()


class _Held(asyncio.Protocol):
    def __init__(self, over: asyncio.Event) -> None:
        self._over = over

    def connection_lost(self, exc: Exception | None) -> None:
        self._over.set()


async def _left_alone() -> asyncio.Event:
    """Set when the other end of our input is closed, which its death does, too; or by a signal."""
    over, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, over.set)
    await loop.connect_read_pipe(lambda: _Held(over), sys.stdin)
    return over


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m syncline_sandbox.demo_process", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where the systems are kept")
    parser.add_argument("--port", type=int, default=9401, help="of the first, if it is free; 0: any")
    parser.add_argument("--every", type=float, default=20.0, help="seconds between two things people do")
    given = parser.parse_args()
    try:
        asyncio.run(serve(Drawer(given.folder / "systems", Colleagues), given.port, given.every))
    except Unreadable as exc:
        raise SystemExit(str(exc)) from None


if __name__ == "__main__":
    main()
