"""People at work in two systems, each in fields of their own, while whatever happens to Syncline happens."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random

from chaos.vendors import Vendors

PAUSE = 0.3  # seconds between two of their edits
NEW = 0.25  # of what they do is something new


@dataclass
class Colleagues:
    """Those in a enter titles of bugs, those in b customers of incidents; whoever makes a record enters both."""

    vendors: Vendors
    random: Random
    pause: float = PAUSE
    edits: list[tuple[str, str]] = field(default_factory=list)  # field of the other side, value
    made: int = 0

    async def work(self) -> None:
        """Until cancelled."""
        while True:
            self.act()
            await asyncio.sleep(self.random.uniform(0, 2 * self.pause))

    def act(self) -> None:
        bugs, incidents = self.vendors.bugs(), self.vendors.incidents()
        value = f"value {len(self.edits) + self.made} of {self.random.getrandbits(32):08x}"
        if not (bugs and incidents) or self.random.random() < NEW:
            self._make(value)
        elif self.random.random() < 0.5:
            self.vendors.edit_bug(self.random.choice([*bugs]), title=value)
            self.edits.append(("short_description", value))
        else:
            self.vendors.edit_incident(self.random.choice([*incidents]), customer=value)
            self.edits.append(("Custom.Customer", value))

    def _make(self, value: str) -> None:
        self.made += 1
        make = self.random.choice((self.vendors.make_bug, self.vendors.make_incident))
        make(value, "nobody yet")


@asynccontextmanager
async def at_work(colleagues: Colleagues) -> AsyncIterator[Colleagues]:
    working = asyncio.create_task(colleagues.work())
    try:
        yield colleagues
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        if not working.cancelled() and working.exception():
            working.result()
