"""The guard at work: what a run would destroy is counted before it is done, by all workers together; what is beyond waits."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from syncline_common.db.tx import Tx
from syncline_common.schemas.connector import Priority
from syncline_common.schemas.values import Side
from syncline_sync_worker.actions import told
from syncline_sync_worker.domain.guarded import Guarded, GuardState
from syncline_sync_worker.domain.link import Link
from syncline_sync_worker.domain.report import Outcome
from syncline_sync_worker.domain.run import CLOSED, Run, RunStatus
from syncline_sync_worker.domain.work import Claimed, Offer, Reason
from syncline_sync_worker.engine.guard import held, lost
from syncline_sync_worker.engine.operations import Operation, Write, from_json, shown, to_json
from syncline_sync_worker.store.guard_store import GuardStore
from syncline_sync_worker.store.link_store import LinkStore
from syncline_sync_worker.store.report_writer import ReportWriter
from syncline_sync_worker.store.run_store import RunStore
from syncline_sync_worker.store.work_store import WorkStore
from syncline_sync_worker.work.beginning import still_mine
from syncline_sync_worker.work.decide import Change
from syncline_sync_worker.work.hand import Hand
from syncline_sync_worker.work.results import Result, later
from syncline_sync_worker.work.tools import Tools

AT_ONCE = 500
HELD = "It would replace {count} that nobody on the other side has seen; that waits for approval"
NOT_NOW, OVER = "not to be written now", "its run is over"


@dataclass(frozen=True, slots=True)
class _Danger:
    """A change that would destroy something: what of it, and what else it would do."""

    change: Change
    waits: tuple[Operation, ...]
    flows: tuple[Operation, ...]

    @property
    def link(self) -> Link:
        assert self.change.sight.link is not None
        return self.change.sight.link

    @property
    def pair(self) -> Claimed:
        return self.change.sight.pair

    @property
    def flow_id(self) -> str:
        return self.change.sight.flow.id


@dataclass(slots=True)
class Guardedly:
    """What is to be carried out now. Of what waits, that is the rest of it."""

    let: list[Change]
    waiting: set[int] = field(default_factory=set)  # pairs of which something waits
    approved: set[UUID] = field(default_factory=set)  # links
    results: list[Result] = field(default_factory=list)  # of what is to be looked at again


async def guarded(tools: Tools, hand: Hand, changes: Sequence[Change]) -> Guardedly:
    """Counted and committed before anything is written: of a worker that dies then, nothing is lost or counted twice."""
    dangers = [_Danger(it, *split) for it in changes if (split := held(it.plan.operations))[0]]
    if not dangers:
        return Guardedly(list(changes))
    ids = {it.pair.id for it in dangers}
    harmless = [it for it in changes if it.sight.pair.id not in ids]
    async with tools.db.begin() as tx:
        mine = await still_mine(tx, hand, [it.pair for it in dangers])
        count = _Count(tx, hand, await RunStore(tx).lock(hand.run))
        said = await count.taken(harmless, [it for it in dangers if it.pair.id in mine])
    said.results += [_later(hand, it, NOT_NOW) for it in dangers if it.pair.id not in mine]
    return said


class _Count:
    """Of one run, which is locked: two who count at the same time see each other."""

    def __init__(self, tx: Tx, hand: Hand, run: Run) -> None:
        self._tx, self._hand, self._run = tx, hand, run
        self._store = GuardStore(tx, hand.batch.connection)

    async def taken(self, harmless: Sequence[Change], dangers: Sequence[_Danger]) -> Guardedly:
        known = await self._store.of([it.link.id for it in dangers])
        said = Guardedly(list(harmless))
        by_verdict: dict[GuardState | None, list[_Danger]] = defaultdict(list)
        for it in dangers:
            by_verdict[_verdict(known.get(it.link.id), it, self._run)].append(it)
        said.let += [it.change for it in (*by_verdict[GuardState.LET], *by_verdict[GuardState.APPROVED])]
        said.approved = {it.link.id for it in by_verdict[GuardState.APPROVED]}
        new = by_verdict[GuardState.REFUSED]
        for some in _by_flow(by_verdict[None]):
            if await self._allows(some):
                await self._store.put([self._row(it, GuardState.LET) for it in some])
                said.let += [it.change for it in some]
            else:
                new += some
        waiting = by_verdict[GuardState.HELD]
        await self._tell_again([(it, known[it.link.id]) for it in waiting])
        if self._run.status in CLOSED:  # nobody could approve them: another run holds them
            said.results += [_later(self._hand, it, OVER) for it in new]
        elif new:
            await self._hold(new)
            waiting += new
        said.let += [_rest(it) for it in waiting]
        said.waiting = {it.pair.id for it in waiting}
        return said

    async def _allows(self, some: Sequence[_Danger]) -> bool:
        """A batch that would take the run beyond what it may is held whole: what comes at once is stopped at once."""
        guard, flow_id = some[0].change.sight.flow.guard, some[0].flow_id
        records = await self._store.count(self._run, flow_id) + len(some)
        if guard.allows(records, 0):
            return True
        return guard.allows(records, await LinkStore(self._tx, self._hand.batch.connection).count(flow_id))

    async def _hold(self, new: Sequence[_Danger]) -> None:
        runs = RunStore(self._tx)
        await self._store.put([self._row(it, GuardState.HELD) for it in new])
        await self._tell(self._run.id, new)
        await runs.count(self._run, Counter(f"held_back_{it.pair.side}" for it in new))
        if self._run.status is RunStatus.RUNNING and self._run.stop_requested_at is None:
            await runs.await_approval(self._run)
            await self._tx.publish(told.held(await runs.now(self._run)))

    async def _tell_again(self, keep: Sequence[tuple[_Danger, Guarded]]) -> None:
        """Somebody edited what waits already: what is shown, and approved, is what is there now."""
        changed = [(it, before) for it, before in keep if list(before.operations) != _told(it)]
        await self._store.put([replace(before, operations=_told(it)) for it, before in changed])
        for it, before in changed:
            await self._tell(before.run_id, [it])

    async def _tell(self, run_id: UUID, dangers: Sequence[_Danger]) -> None:
        report = ReportWriter(self._tx, self._hand.batch.connection, self._hand.batch.network_id)
        await report.add_outcomes(run_id, [_outcome(it) for it in dangers])

    def _row(self, it: _Danger, state: GuardState) -> Guarded:
        return Guarded(it.link.id, it.flow_id, self._run.id, state, _told(it))


def _verdict(before: Guarded | None, danger: _Danger, run: Run) -> GuardState | None:
    """None: it is counted. What was refused waits anew; so does what was approved, if it would destroy more by now."""
    if before is None:
        return None
    if before.state is GuardState.LET:
        return GuardState.LET if before.run_id == run.id else None
    if before.state is GuardState.HELD:
        return GuardState.HELD
    then, by_now = lost(map(from_json, before.operations)), lost(danger.waits)
    if before.state is GuardState.APPROVED:
        return GuardState.APPROVED if by_now <= then else GuardState.REFUSED
    return GuardState.REFUSED if by_now & then else None


def _by_flow(dangers: Iterable[_Danger]) -> Iterable[list[_Danger]]:
    found: dict[str, list[_Danger]] = defaultdict(list)
    for it in dangers:
        found[it.flow_id].append(it)
    return found.values()


def _later(hand: Hand, danger: _Danger, why: str) -> Result:
    return later(danger.change.sight, hand.claimed_at, why)


def _rest(danger: _Danger) -> Change:
    return replace(danger.change, plan=replace(danger.change.plan, operations=danger.flows))


def _told(danger: _Danger) -> list[dict[str, object]]:
    return [to_json(it) for it in danger.waits]


def _outcome(danger: _Danger) -> Outcome:
    pair, writes = danger.pair, [it for it in danger.waits if isinstance(it, Write)]
    reason = HELD.format(count="a value" if len(writes) == 1 else f"{len(writes)} values")
    detail = {"operations": [shown(it) for it in writes]}
    return Outcome(pair.flow_id, pair.side, pair.record, "held_back", reason, danger.link.id, detail)


async def settled(tools: Tools, hand: Hand, changes: Guardedly, results: Iterable[Result]) -> list[Result]:
    """What waits is not seen in this version: the next sweep comes to it again. What was approved is done with."""
    links = {it.sight.pair.id: it.sight.link for it in changes.let}
    found = [
        _waiting(it, links[it.pair.id]) if it.pair.id in changes.waiting else it for it in results
    ] + changes.results
    done = {it.pair.link_id for it in found if it.due is None and it.trouble is None} & changes.approved
    if done:
        async with tools.db.begin() as tx:
            await GuardStore(tx, hand.batch.connection).done([it for it in done if it is not None])
    return found


def _waiting(result: Result, before: Link | None) -> Result:
    link = result.link
    if link is not None and before is not None:
        link = replace(link, version_a=before.version_a, version_b=before.version_b)
    counts = {name: it for name, it in result.counts.items() if name != "unchanged"}
    return replace(result, link=link, counts=counts, agreed=False)


async def offer_approved(tools: Tools, run: Run) -> None:
    last: UUID | None = None
    more = True
    while more:
        async with tools.db.begin() as tx:
            ids = await GuardStore(tx, run.connection).approved(run, after=last, limit=AT_ONCE)
            links = await LinkStore(tx, run.connection).by_ids(ids)
            now = await tx.now()
            offers = [
                Offer(it.flow_id, Side.A, it.a, Reason.PERSON, now, Priority.USER) for it in links.values()
            ]
            await WorkStore(tx).offer(run.connection, offers)
        last, more = (ids[-1] if ids else None), len(ids) == AT_ONCE
