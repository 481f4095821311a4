"""People and programs that make networks over HTTP, and remember what they were promised."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from time import monotonic
from uuid import UUID

import httpx2

from chaos.place import TOKEN

PATH = "/registry/v1/networks"
SHARE_WITH_A_KEY = 0.6
SHARE_SENT_TWICE = 0.25  # of those with a key: the same request, twice at once
ANSWER_WITHIN = 30.0
KEEPS_TRYING = 60.0


@dataclass
class Told:
    """What the world was told: the promises that the services are held to."""

    acknowledged: dict[UUID, str] = field(default_factory=dict)  # id: name
    by_writer: list[list[UUID]] = field(default_factory=list)  # each waited for an answer before it went on
    refused: list[str] = field(default_factory=list)  # answers that nobody should get
    answers: Counter[str] = field(default_factory=Counter)
    latest: float = 0.0  # when the latest acknowledged request was sent


class Writers:
    """Several at once, until told to stop; whoever has a key keeps trying until there is an answer."""

    def __init__(self, urls: Sequence[str], seed: str, *, count: int = 4, pause: float = 0.03) -> None:
        self._urls, self._seed, self._count, self._pause = urls, seed, count, pause
        self.told = Told()
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        self._stopping.set()

    async def run(self) -> None:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=ANSWER_WITHIN) as http,
            asyncio.TaskGroup() as all_of_them,
        ):
            for number in range(self._count):
                self.told.by_writer.append([])
                all_of_them.create_task(self._write(http, number))

    async def _write(self, http: httpx2.AsyncClient, number: int) -> None:
        rng = Random(f"{self._seed} {number}")
        count = 0
        while not self._stopping.is_set():
            count += 1
            name = f"{self._seed} {number} {count}"
            key = f"key-{number}-{count}" if rng.random() < SHARE_WITH_A_KEY else None
            await self._make(http, name, key, rng, number)
            await asyncio.sleep(rng.uniform(0, self._pause))  # a person thinks

    async def _make(
        self, http: httpx2.AsyncClient, name: str, key: str | None, rng: Random, number: int
    ) -> None:
        if key is None:
            found = [await self.try_once(http, rng.choice(self._urls), name)]
        else:
            times = 2 if rng.random() < SHARE_SENT_TWICE else 1
            urls = [[rng.choice(self._urls), rng.choice(self._urls)] for _ in range(times)]
            found = await asyncio.gather(*(self.insist(http, two, name, key) for two in urls))
        if len(set(found)) > 1:
            self.told.refused.append(f"{name}: one key, several networks: {found}")
        if found[0] is not None:
            self.told.by_writer[number].append(found[0])

    async def insist(self, http: httpx2.AsyncClient, urls: Sequence[str], name: str, key: str) -> UUID | None:
        """The same request, to one process and the other, until it is answered."""
        tries = 0
        try:
            async with asyncio.timeout(KEEPS_TRYING):
                while True:
                    made = await self.try_once(http, urls[tries % len(urls)], name, key)
                    if made is not None:
                        return made
                    tries += 1
                    await asyncio.sleep(0.05)
        except TimeoutError:
            self.told.refused.append(f"{name}: never answered in {KEEPS_TRYING:.0f} s, {tries} tries")
            return None

    async def try_once(
        self, http: httpx2.AsyncClient, url: str, name: str, key: str | None = None
    ) -> UUID | None:
        headers, sent = {} if key is None else {"Idempotency-Key": key}, monotonic()
        try:
            answer = await http.post(f"{url}{PATH}", json={"name": name}, headers=headers)
        except httpx2.TransportError as exc:
            self.told.answers[type(exc).__name__] += 1
            return None
        self.told.answers[str(answer.status_code)] += 1
        if answer.status_code == 201:
            made = UUID(answer.json()["id"])
            self.told.acknowledged[made] = name
            self.told.latest = max(self.told.latest, sent)
            return made
        if answer.status_code != 503:
            self.told.refused.append(f"{name}, key {key}: {answer.status_code} {answer.text[:200]}")
        return None
