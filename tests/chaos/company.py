"""Everybody in a history: the services, those who write to them, and one who follows the stream."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from uuid import UUID

import httpx2

from chaos.follower import Follower
from chaos.found import Found, look
from chaos.oracle import judge
from chaos.place import EMBEDDED, TOKEN, Place
from chaos.processes import Victim, victims
from chaos.writers import Writers

QUIET_WITHIN = 60.0
FLOWS_WITHIN = 60.0


@dataclass
class Company:
    place: Place
    mode: str
    members: Sequence[Victim]
    writers: Writers
    follower: Follower
    writing: asyncio.Task[None]
    following: asyncio.Task[None]

    async def flowing(self, more: int = 15) -> list[str]:
        """Until so many more events have reached the follower."""
        wanted, deadline = self.follower.last + more, monotonic() + FLOWS_WITHIN
        while self.follower.last < wanted:
            if monotonic() > deadline:
                return [f"only {self.follower.last} of {wanted} events came within {FLOWS_WITHIN:.0f} s"]
            await asyncio.sleep(0.05)
        return []

    async def settle(self) -> list[str]:
        """No more faults: everybody comes to an end, then every promise is checked. Those that were broken."""
        self.writers.stop()
        await self.writing
        complaints = [] if await self._quiet() else [f"not quiet within {QUIET_WITHIN:.0f} s"]
        self.following.cancel()
        await asyncio.gather(self.following, return_exceptions=True)
        for member in self.members:
            code = await member.stop()
            if code != 0:
                complaints.append(f"{member.name} ended with {code} after SIGTERM")
        found = await look(self.place.database)
        one_writer = self.mode == EMBEDDED
        complaints += judge(found, self.writers.told, self.follower.seen, one_writer=one_writer)
        complaints += self.follower.faults
        return complaints + [
            f"{it.name}'s log ends so:\n{it.last_words}" for it in self.members if complaints
        ]

    async def _quiet(self) -> bool:
        """A last network is behind all others in every queue: once it is everywhere, nothing is on its way."""
        last = await self._write_the_last()
        deadline = monotonic() + QUIET_WITHIN
        while monotonic() < deadline:
            found = await look(self.place.database)
            if last is not None and is_everywhere(found, last) and self.follower.last >= len(found.networks):
                return True
            await asyncio.sleep(0.1)
        return False

    async def _write_the_last(self) -> UUID | None:
        async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30) as http:
            urls = [member.url for member in self.members]
            return await self.writers.insist(http, urls, "the last one", "the-last-key")


def is_everywhere(found: Found, network: UUID) -> bool:
    """Announced and known; sent and done without a remainder."""
    here = network in {row["network_id"] for row in found.announced} & {row["id"] for row in found.known}
    unsent = any(row["sent_at"] is None for row in found.outbox)
    inboxes = (*found.known_inbox, *found.announced_inbox)
    return here and not unsent and not any(row["done_at"] is None for row in inboxes)


@asynccontextmanager
async def company(
    place: Place, mode: str, seed: str, *, writers: int = 4, pause: float = 0.03
) -> AsyncIterator[Company]:
    async with victims(place.folder) as them:
        names = ("a", "b") if mode == "two" else ("a",)
        members = [them.make(name, place.environment) for name in names]
        for member in members:
            await member.start()
        urls = [member.url for member in members]
        writing_ones, follower = Writers(urls, seed, count=writers, pause=pause), Follower(urls)
        writing = asyncio.create_task(writing_ones.run())
        following = asyncio.create_task(follower.run())
        try:
            yield Company(place, mode, members, writing_ones, follower, writing, following)
        finally:
            for task in (writing, following):
                task.cancel()
            await asyncio.gather(writing, following, return_exceptions=True)
