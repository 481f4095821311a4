"""Many workers at once, for real: PostgreSQL, a connection each, and nobody waits for anybody."""

import asyncio
from collections import Counter
from contextvars import Context
from random import Random

from conftest import ON_POSTGRES
from services.sync_worker.stored import (
    a_link,
    bug,
    claimed,
    count,
    finished,
    offer,
    offered,
    pairs,
    published,
)
from syncline_common.clock import ManualClock
from syncline_common.db.tx import Database
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.work import Claimed
from syncline_sync_worker.store.link_store import LinkStore
from syncline_sync_worker.store.task_store import TaskStore
from syncline_sync_worker.store.work_store import WorkStore

WORKERS, RECORDS = 32, 600


@ON_POSTGRES
class TestOfManyWorkers:
    async def test_each_pair_is_claimed_once(self, db: Database) -> None:
        here = await published(db)
        await offered(db, here, *(offer(bug(number)) for number in range(RECORDS)))
        seen = Counter[str]()

        async def work(name: str) -> None:
            while batch := await claimed(db, name, limit=7):
                seen.update(it.record.id for it in batch.pairs)
                await finished(db, name, batch.pairs)

        await asyncio.gather(*(work(f"w{number}") for number in range(WORKERS)))
        assert len(seen) == RECORDS and set(seen.values()) == {1}
        assert await count(db, "work") == 0

    async def test_edits_that_go_on_are_all_seen_and_no_pair_is_in_two_hands(self, db: Database) -> None:
        """After its last offer every pair is taken once more; until then never by two at the same time."""
        here = await published(db)
        in_hand, last_offered, last_seen = set[str](), dict[str, int](), dict[str, int]()
        offering = True

        async def edit(seed: int) -> None:
            random = Random(seed)
            for _ in range(40):
                numbers = random.sample(range(30), 8)
                version = {number: last_offered.get(str(number), 0) + 1 for number in numbers}
                last_offered.update({str(number): version[number] for number in numbers})
                await offered(db, here, *(offer(bug(number)) for number in numbers))
                last_offered.update({str(number): last_offered[str(number)] + 1 for number in numbers})

        async def work(name: str) -> None:
            while (batch := await claimed(db, name, limit=5)) or offering:
                if batch is None:
                    await asyncio.sleep(0.005)
                    continue
                records = {it.record.id for it in batch.pairs}
                assert not records & in_hand
                in_hand.update(records)
                last_seen.update({it: last_offered[it] for it in records})
                await asyncio.sleep(0.002)
                in_hand.difference_update(records)
                await finished(db, name, batch.pairs)

        workers = asyncio.gather(*(work(f"w{number}") for number in range(8)))
        await asyncio.gather(*(edit(seed) for seed in range(4)))
        offering = False
        await workers
        assert last_seen == last_offered
        assert await count(db, "work") == 0

    async def test_offers_in_any_order_never_lock_each_other_up(self, db: Database) -> None:
        here, random = await published(db), Random(1)
        batches = []
        for _ in range(24):
            numbers = list(range(40))
            random.shuffle(numbers)
            batches.append([offer(bug(number)) for number in numbers])

        async def take() -> None:
            for _ in range(10):
                if batch := await claimed(db, "w", limit=15):
                    await finished(db, "w", batch.pairs)

        async with asyncio.timeout(40):
            await asyncio.gather(
                *(offered(db, here, *batch) for batch in batches), *(take() for _ in range(4))
            )

    async def test_a_pair_that_gets_linked_meanwhile_is_never_written_by_two(self, db: Database) -> None:
        """Both ends are due as records of their own; each worker links what it holds, then says that it wrote."""
        here = await published(db)
        links = [a_link(number, number) for number in range(60)]
        by_record = {it.a: it for it in links} | {it.b: it for it in links}
        for link in links:
            await offered(db, here, offer(link.a), offer(link.b, Side.B))
        wrote = Counter[str]()

        async def write(name: str, pair: Claimed) -> None:
            link = by_record[pair.record]
            async with db.begin() as tx:
                if not await WorkStore(tx).hold(name, [pair]):
                    return
                made = await LinkStore(tx, here).insert(tx, [link])
                if made:
                    await WorkStore(tx).relink(here, [link], [pair])
                    wrote[link.a.id] += 1
                await WorkStore(tx).finish(name, [pair])

        async def work(name: str) -> None:
            while batch := await claimed(db, name, limit=4):
                for pair in batch.pairs:
                    await write(name, pair)

        async with asyncio.timeout(40):
            await asyncio.gather(*(work(f"w{number}") for number in range(8)))
            await work("the last")
        assert set(wrote.values()) == {1} and len(wrote) == len(links)
        assert await count(db, "work") == 0

    async def test_while_its_owner_writes_nobody_takes_it_over(
        self, db: Database, clock: ManualClock
    ) -> None:
        """However late: who is found to hold it, holds it until the commit."""
        here, link = await published(db), a_link(1, 1)
        await offered(db, here, offer(bug(1)))
        taken = await pairs(db, "w1")
        clock.advance(minutes=5)
        async with db.begin() as tx:
            assert await WorkStore(tx).hold("w1", taken) == taken
            theirs = await asyncio.create_task(pairs(db, "w2"), context=Context())
            await LinkStore(tx, here).insert(tx, [link])
        assert theirs == []
        (again,) = await pairs(db, "w2")
        assert again.link_id == link.id
        async with db.begin() as tx:
            assert await WorkStore(tx).hold("w1", taken) == []

    async def test_each_task_is_claimed_once(self, db: Database) -> None:
        places = {await published(db) for _ in range(40)}
        seen = Counter[object]()

        async def work(name: str) -> None:
            for _ in range(6):
                async with db.begin() as tx:
                    seen.update(it.connection for it in await TaskStore(tx).claim(3, name, 30))

        await asyncio.gather(*(work(f"w{number}") for number in range(WORKERS)))
        assert set(seen) == places and set(seen.values()) == {1}
