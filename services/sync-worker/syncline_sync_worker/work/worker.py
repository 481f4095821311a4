"""One worker process: the bodies of its loops, and the batches it has in its hands."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import structlog

from syncline_common.db.tx import Tx
from syncline_common.errors import NeedsPerson, RemoteError
from syncline_common.schemas.connector import Reader, StreamTraits, Writer
from syncline_common.schemas.values import Side
from syncline_common.sdk.refused import taken_up
from syncline_sync_worker.actions.told import started
from syncline_sync_worker.domain.run import Run, RunKind
from syncline_sync_worker.domain.work import Batch
from syncline_sync_worker.engine.compile import FlowRules
from syncline_sync_worker.store.run_store import RunStore
from syncline_sync_worker.store.work_store import WorkStore
from syncline_sync_worker.work.changing import Changer
from syncline_sync_worker.work.creating import Creator
from syncline_sync_worker.work.decide import Change, Decision, LookUp, Make, Same, Seek, decide
from syncline_sync_worker.work.failing import failed
from syncline_sync_worker.work.finish import finish_once
from syncline_sync_worker.work.guarding import guarded, settled
from syncline_sync_worker.work.hand import Hand, is_stopped
from syncline_sync_worker.work.matching import Matcher, matched
from syncline_sync_worker.work.observe import Observer, with_recent_writes
from syncline_sync_worker.work.remember import remember
from syncline_sync_worker.work.results import Result, Sight, Trouble, later, set_aside
from syncline_sync_worker.work.scan import scan_once
from syncline_sync_worker.work.stopping import stop
from syncline_sync_worker.work.tools import LEASE_SECONDS, SURE_SECONDS, Tools
from syncline_sync_worker.work.unanswered import remembering
from syncline_sync_worker.work.undoing import ended, undone, with_replaced

BATCH = 100
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Worker:
    tools: Tools
    _hands: set[Hand] = field(default_factory=set)
    _last: UUID | None = None  # connections take turns

    async def scan(self) -> int:
        return await scan_once(self.tools)

    async def finish(self) -> int:
        return await finish_once(self.tools)

    async def work(self) -> int:
        """The next due pairs of one connection. How many they were."""
        taken_at = self.tools.elapsed()
        hand = await self._take()
        if hand is None:
            return 0
        self._hands.add(hand)
        try:
            with taken_up(taken_at):
                await _Attention(self.tools, hand).pay()
        except RemoteError:
            await self._give_back(hand.batch)
            raise
        finally:
            self._hands.discard(hand)
        return len(hand.batch.pairs)

    async def renew(self) -> int:
        """Every third of a lease, beside what goes on; then it has nothing more to do until the next."""
        for hand in list(self._hands):
            asked = self.tools.elapsed()
            async with self.tools.db.begin() as tx:
                kept = await WorkStore(tx).renew(hand.batch.owner, hand.batch.pairs, LEASE_SECONDS)
            if len(kept) == len(hand.batch.pairs):
                hand.sure_until = asked + LEASE_SECONDS - SURE_SECONDS
        return 0

    async def _take(self) -> Hand | None:
        asked = self.tools.elapsed()
        async with self.tools.db.begin() as tx:
            batch = await WorkStore(tx).claim(BATCH, self.tools.owner, LEASE_SECONDS, after=self._last)
            if batch is None:
                return None
            now = await tx.now()
            run = await self._run(tx, batch, now)
        self._last = batch.connection.id
        try:
            flows = await self.tools.flows.of(batch.connection, batch.version)
        except RemoteError:  # what was never looked at has killed nobody
            await self._give_back(batch)
            raise
        sure_until = asked + LEASE_SECONDS - SURE_SECONDS
        return Hand(batch, run, {it.id: it for it in flows}, now, sure_until)

    async def _give_back(self, batch: Batch) -> None:
        async with self.tools.db.begin() as tx:
            await WorkStore(tx).give_back(batch.owner, batch.pairs)

    async def _run(self, tx: Tx, batch: Batch, now: datetime) -> Run:
        new = Run(
            self.tools.new_id(), batch.connection, batch.network_id, RunKind.CONTINUOUS, batch.version, now
        )
        run = await RunStore(tx).open_continuous(new)
        if run.id == new.id:
            await tx.publish(started(run))
        return run


class _Attention:
    """Observe, decide, act, remember: of one batch."""

    def __init__(self, tools: Tools, hand: Hand) -> None:
        self._tools, self._hand = tools, hand
        self._traits: dict[str, dict[Side, StreamTraits]] = {}  # by flow

    async def pay(self) -> None:
        priority = self._hand.batch.pairs[0].priority
        systems, hand = self._tools.systems, self._hand
        readers = {side: await systems.reader(hand.batch.node(side), priority) for side in Side}
        writers = {side: await systems.writer(hand.batch.node(side), priority) for side in Side}
        observer = Observer(self._tools, hand, readers)
        sights, results = await observer.observe()
        sights = await with_replaced(self._tools, hand, sights)
        decisions = await self._matched(readers, await self._decide(observer, readers, sights))
        results += [it for it in decisions if isinstance(it, Result)]
        results += await self._act(decisions, readers, writers)
        results = remembering(results, {it.pair.id: it for it in sights})
        await remember(self._tools, hand, ended(hand, results))

    async def _decide(
        self, observer: Observer, readers: dict[Side, Reader], sights: Sequence[Sight]
    ) -> list[Decision]:
        decisions = [self._one(observer, readers, it) for it in sights]
        writing = [it.sight for it in decisions if isinstance(it, Change) and it.plan.writes]
        if not writing:
            return decisions
        again = await with_recent_writes(self._tools, self._hand, writing)
        others = [it for it in decisions if not (isinstance(it, Change) and it.plan.writes)]
        return others + [self._one(observer, readers, it) for it in again]

    async def _matched(self, readers: dict[Side, Reader], decisions: Sequence[Decision]) -> list[Decision]:
        hand = self._hand
        matcher = Matcher(self._tools.db, hand.batch.connection, readers, hand.claimed_at)
        return [await self._sought(matcher, it) if isinstance(it, Seek) else it for it in decisions]

    async def _sought(self, matcher: Matcher, seek: Seek) -> Decision:
        now = self._hand.claimed_at
        if is_stopped(self._tools, self._hand):
            return later(seek.sight, now, "stopped")
        try:
            found = await matcher.settle(seek.make)
        except RemoteError as error:
            if isinstance(error, NeedsPerson):
                await stop(self._tools, self._hand.batch.connection, error, now)
            return failed(seek.sight, error, now, self._tools.random)
        return matched(found, self._tools.new_id(), now) if isinstance(found, Same) else found

    def _one(self, observer: Observer, readers: dict[Side, Reader], sight: Sight) -> Decision:
        now = self._hand.claimed_at
        try:
            return decide(sight, observer.marker(sight.pair), self._traits_of(readers, sight.flow), now)
        except Exception as exc:  # a bug of ours concerns this record alone
            log.exception("planning failed", record=sight.pair.record.id)
            cause = f"ours:{type(exc).__name__}"
            return set_aside(sight, Trouble("ours", cause, "Syncline failed to plan this record"), now)

    def _traits_of(self, readers: dict[Side, Reader], flow: FlowRules) -> dict[Side, StreamTraits]:
        if flow.id not in self._traits:
            self._traits[flow.id] = {side: readers[side].traits(flow.flow.end(side).stream) for side in Side}
        return self._traits[flow.id]

    async def _act(
        self, decisions: Sequence[Decision], readers: dict[Side, Reader], writers: dict[Side, Writer]
    ) -> list[Result]:
        results = list[Result]()
        for to in Side:
            creator = Creator(self._tools, self._hand, to, readers[to], writers[to])
            for it in decisions:
                if isinstance(it, LookUp) and it.sight.side is to.other:
                    results.append(await creator.look_up(it))
            makes = [it for it in decisions if isinstance(it, Make) and it.sight.side is to.other]
            results += await creator.create(makes) if makes else []
        changes = await guarded(self._tools, self._hand, [it for it in decisions if isinstance(it, Change)])
        changed = await Changer(self._tools, self._hand, readers, writers).carry_out(changes.let)
        return results + await settled(self._tools, self._hand, changes, undone(changes.let, changed))
