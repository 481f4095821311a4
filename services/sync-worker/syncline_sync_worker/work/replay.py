"""A replay: what has changed lately, planned under the published version and under the draft. Nothing is written."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

from syncline_common.schemas.connector import Priority
from syncline_common.schemas.records import RecordRef
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.report import Outcome
from syncline_sync_worker.domain.run import Run, RunStatus
from syncline_sync_worker.engine.compile import FlowRules, compile_document
from syncline_sync_worker.store.link_store import linked
from syncline_sync_worker.store.report_writer import ReportWriter
from syncline_sync_worker.store.run_store import RunStore
from syncline_sync_worker.store.work_offers import End
from syncline_sync_worker.work.before import Before, under
from syncline_sync_worker.work.differing import differing
from syncline_sync_worker.work.lately import AT_MOST, Lately
from syncline_sync_worker.work.stage import Pair, Stage, Studio, counted, staged
from syncline_sync_worker.work.tools import LEASE_SECONDS, Tools

STEP = 100
ByFlow = Mapping[str, FlowRules]


class Replay:
    def __init__(self, tools: Tools, studio: Studio, run: Run, at_most: int = AT_MOST) -> None:
        self._tools, self._studio, self._run, self._at_most = tools, studio, run, at_most
        self._since = run.requested_at - timedelta(days=run.ask["replay_days"])

    async def give(self) -> tuple[RunStatus, str | None]:
        """Its outcomes are stored: those that differ. What is to be said of them all, and why."""
        drafted = await self._studio.draft(self._run.connection)
        stage = await staged(self._tools, self._studio, self._run, drafted, Priority.BACKFILL)
        published = await self._tools.flows.of(self._run.connection, self._run.version)
        draft = compile_document(drafted.document, *await self._studio.around(drafted))
        versions = [{it.id: it for it in flows} for flows in (published, draft)]
        lately = Lately(self._since, self._goes_on, self._at_most)
        ends = [(side, it.flow.end(side).stream) for side in Side for it in (*published, *draft)]
        for side, stream in dict.fromkeys(ends):
            await lately.read(stage.readers[side], side, stream)
        if not await self._goes_on():  # then it has not read all, either
            return RunStatus.STOPPED, None
        failed = False
        for flow_id, side, refs in await self._steps(versions, lately, drafted.revision):
            if not await self._goes_on():
                return RunStatus.STOPPED, None
            outcomes = await self._play(stage, [it.get(flow_id) for it in versions], lately, side, refs)
            failed = failed or any(it.action == "set_aside" for it in outcomes)
            await self._keep(outcomes, side, len(refs))
        said = "; ".join(lately.cut) or None
        return (RunStatus.COMPLETED_WITH_ISSUES if failed or said else RunStatus.SUCCEEDED), said

    async def _steps(
        self, versions: Sequence[ByFlow], lately: Lately, revision: int
    ) -> list[tuple[str, Side, list[RecordRef]]]:
        """A pair is looked at once, from the side that was read first. How many there are is told."""
        ends = list(dict.fromkeys(_ends(versions, lately)))
        async with self._tools.db.begin() as tx:
            links = await linked(tx, self._run.connection, ends)
            first = {links[it]: it for it in reversed(ends) if it in links}
            once = [it for it in ends if it not in links or first[links[it]] == it]
            told = {**self._run.ask, "draft_revision": revision, "found": len(once)}
            await RunStore(tx).note(self._run, told)
        groups: dict[tuple[str, Side], list[RecordRef]] = {}
        for flow_id, side, ref in once:
            groups.setdefault((flow_id, side), []).append(ref)
        return [
            (*of, refs[at : at + STEP]) for of, refs in groups.items() for at in range(0, len(refs), STEP)
        ]

    async def _play(
        self,
        stage: Stage,
        flows: Sequence[FlowRules | None],
        lately: Lately,
        side: Side,
        refs: Sequence[RecordRef],
    ) -> list[Outcome]:
        flow_id = next(it.id for it in flows if it is not None)
        before = Before(self._tools.db, self._run.connection, self._since)
        links = await before.of(flow_id, side, refs)
        ends = {ref: links[ref].ends() if ref in links else {side: ref} for ref in refs}
        single = [(side, it) for it in refs if it not in links]
        records = {end: it for end in single if (it := lately.take(*end)) is not None}
        wanted = [end for it in ends.values() for end in it.items()]
        records |= await stage.fetch(it for it in wanted if it not in records)
        found = list[Outcome | None]()
        for ref in refs:
            seen = {it: records[it, end] for it, end in ends[ref].items() if (it, end) in records}
            pair, past = before.rewound(Pair(side, ref, links.get(ref), seen), flows[0])
            fitting = [(flow, under(flow, pair, past)) for flow in flows]
            published, draft = [
                None if flow is None or it is None else await stage.play(flow, it) for flow, it in fitting
            ]
            found.append(differing(flow_id, pair, published, draft))
        return [it for it in found if it is not None]

    async def _keep(self, outcomes: Sequence[Outcome], side: Side, looked_at: int) -> None:
        """Those that differ count as a real run under the draft would have counted them; the others are unchanged."""
        counts: Counter[str] = Counter()
        for it in outcomes:
            done = counted(it).items()
            counts.update({name: by for name, by in done if not name.startswith(("scanned", "unchanged"))})
        counts.update({f"scanned_{side}": looked_at, f"unchanged_{side}": looked_at - len(outcomes)})
        async with self._tools.db.begin() as tx:
            report = ReportWriter(tx, self._run.connection, self._run.network_id)
            await RunStore(tx).renew(self._run, LEASE_SECONDS)
            await report.add_outcomes(self._run.id, outcomes)
            await RunStore(tx).count(self._run, counts)

    async def _goes_on(self) -> bool:
        """LeaseLost if another worker has it by now."""
        async with self._tools.db.begin() as tx:
            await RunStore(tx).renew(self._run, LEASE_SECONDS)
            return (await RunStore(tx).now(self._run)).stop_requested_at is None


def _ends(versions: Sequence[ByFlow], lately: Lately) -> list[End]:
    return [
        (flow.id, side, ref)
        for side in Side
        for flows in versions
        for flow in flows.values()
        for ref in lately.refs[side, flow.flow.end(side).stream]
    ]
