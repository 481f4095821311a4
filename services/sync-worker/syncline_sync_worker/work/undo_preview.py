"""What undoing a run would give back, field by field, and what it would leave alone. It holds Readers only, so it can't write."""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from syncline_common.schemas.connector import Priority, Reader
from syncline_common.schemas.records import Record, RecordRef
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.link import Link
from syncline_sync_worker.domain.report import Outcome
from syncline_sync_worker.domain.run import Run, RunStatus
from syncline_sync_worker.domain.work import Claimed, Reason
from syncline_sync_worker.engine.compile import FlowRules
from syncline_sync_worker.engine.operations import shown
from syncline_sync_worker.engine.undo import NO_RULE, Replaced
from syncline_sync_worker.store.ledger_store import LedgerStore
from syncline_sync_worker.store.link_store import LinkStore
from syncline_sync_worker.store.report_writer import ReportWriter
from syncline_sync_worker.store.run_store import RunReads, RunStore
from syncline_sync_worker.store.task_store import TaskReads
from syncline_sync_worker.work.decide import Change, decide
from syncline_sync_worker.work.results import Result, Sight
from syncline_sync_worker.work.tools import Tools
from syncline_sync_worker.work.unanswered import caught_up
from syncline_sync_worker.work.undoing import given_back, told, why

AT_ONCE = 100
NO_MARKER = ""  # only what is not linked needs one


class UndoPreview:
    def __init__(self, tools: Tools, run: Run) -> None:
        assert run.undoes is not None
        self._tools, self._run, self._undoes = tools, run, run.undoes
        self._flows: Mapping[str, FlowRules] = {}
        self._readers: Mapping[Side, Reader] = {}

    async def give(self) -> RunStatus:
        """What a worker whose time was over has told of this run is taken back: it begins anew."""
        run, systems = self._run, self._tools.systems
        async with self._tools.db.begin() as tx:
            await RunStore(tx).count_anew(run)
            await ReportWriter(tx, run.connection, run.network_id).forget_outcomes(run.id)
        async with self._tools.db.read() as tx:
            task = await TaskReads(tx).get(run.connection)
            other = await RunReads(tx, run.connection.account_id).get(self._undoes)
            ids = await LedgerStore(tx, run.connection).links_of(other)
        self._flows = {it.id: it for it in await self._tools.flows.of(run.connection, run.version)}
        self._readers = {side: await systems.reader(task.node(side), Priority.USER) for side in Side}
        failed = False
        for at in range(0, len(ids), AT_ONCE):
            outcomes = await self._some(ids[at : at + AT_ONCE])
            failed |= any(it.action == "set_aside" for it in outcomes)
            await self._keep(outcomes)
        return RunStatus.COMPLETED_WITH_ISSUES if failed else RunStatus.SUCCEEDED

    async def _some(self, ids: Sequence[UUID]) -> list[Outcome]:
        async with self._tools.db.read() as tx:
            links = list((await LinkStore(tx, self._run.connection).by_ids(ids)).values())
            replaced = await LedgerStore(tx, self._run.connection).replaced(self._undoes, ids)
        seen = {side: await self._fetch(side, [it.end(side) for it in links]) for side in Side}
        return [self._outcome(it, replaced[it.id], seen) for it in sorted(links, key=lambda it: it.id)]

    async def _fetch(self, side: Side, refs: Sequence[RecordRef]) -> dict[RecordRef, Record]:
        found: dict[RecordRef, Record] = {}
        for stream in sorted({it.stream for it in refs}):
            ids, batch = (
                [it.id for it in refs if it.stream == stream],
                self._readers[side].traits(stream).batch,
            )
            for at in range(0, len(ids), batch):
                some = await self._readers[side].fetch(stream, ids[at : at + batch])
                found |= {it.ref: it for it in some.values()}
        return found

    def _outcome(
        self, link: Link, replaced: Sequence[Replaced], seen: Mapping[Side, Mapping[RecordRef, Record]]
    ) -> Outcome:
        flow = self._flows.get(link.flow_id)
        if flow is None:
            return Outcome(link.flow_id, Side.A, link.a, "left_alone", NO_RULE, link.id)
        records = {side: seen[side][link.end(side)] for side in Side if link.end(side) in seen[side]}
        traits = {side: self._readers[side].traits(flow.flow.end(side).stream) for side in Side}
        sight = caught_up(Sight(_pair(link), flow, link, records, replaced=replaced))
        decision = decide(sight, NO_MARKER, traits, self._run.requested_at)
        if isinstance(decision, Change):
            back, left = given_back(decision), decision.left_alone
            action, reason = ("undo", "") if back else ("left_alone", why(left))
            detail = {"operations": [shown(it) for it in back], "left_alone": [told(it) for it in left]}
            return Outcome(link.flow_id, Side.A, link.a, action, reason, link.id, detail)
        assert isinstance(decision, Result), "a pair is linked"
        return Outcome(link.flow_id, Side.A, link.a, decision.action, decision.reason, link.id)

    async def _keep(self, outcomes: Sequence[Outcome]) -> None:
        counts: Counter[str] = Counter(scanned_a=len(outcomes))
        for it in outcomes:
            sides = {one["side"] for one in (it.detail or {}).get("operations", ())}
            counts.update(f"updated_{side}" for side in sides)
            counts["set_aside_a"] += it.action == "set_aside"
        async with self._tools.db.begin() as tx:
            report = ReportWriter(tx, self._run.connection, self._run.network_id)
            await report.add_outcomes(self._run.id, outcomes)
            await RunStore(tx).count(self._run, counts)


def _pair(link: Link) -> Claimed:
    return Claimed(
        0,
        0,
        link.flow_id,
        link.id,
        Side.A,
        link.a,
        Reason.UNDO,
        Priority.USER,
        None,
        None,
        attempts=0,
        deaths=0,
    )
