"""Every simulated vendor on loopback at once: whatever a person may register can be reached."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from syncline_sandbox.every import EVERY
from syncline_sandbox.serving import routes, served
from syncline_sandbox.vendor import Vendor


@dataclass
class Everywhere:
    vendors: dict[str, Vendor]
    routes: dict[str, str]


@asynccontextmanager
async def everywhere(records: int = 6) -> AsyncIterator[Everywhere]:
    """With so many records each."""
    vendors = {kind: it.make(count=records) for kind, it in EVERY.items()}
    async with AsyncExitStack() as stack:
        urls = {kind: await stack.enter_async_context(served(it)) for kind, it in vendors.items()}
        yield Everywhere(vendors, routes(**urls))
