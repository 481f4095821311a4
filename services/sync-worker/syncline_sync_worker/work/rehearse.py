"""A test run: real records, planned by the code that a real run uses, and shown. Nothing is written."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from syncline_common.schemas.connector import Priority
from syncline_common.schemas.records import RecordRef
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.report import Outcome
from syncline_sync_worker.domain.run import Run, RunStatus
from syncline_sync_worker.engine.compile import FlowRules, compile_document
from syncline_sync_worker.store.link_store import LinkStore
from syncline_sync_worker.store.report_writer import ReportWriter
from syncline_sync_worker.store.run_store import RunStore
from syncline_sync_worker.work.stage import Pair, Stage, Studio, counted, staged
from syncline_sync_worker.work.tools import Tools

SAMPLE, CANDIDATES = 10, 100


@dataclass(frozen=True, slots=True)
class _Scene:
    flow: FlowRules
    side: Side
    refs: Sequence[RecordRef]
    sample: int | None = None  # how many of them are shown: those that the flow takes first


class Rehearsal:
    def __init__(self, tools: Tools, studio: Studio, run: Run) -> None:
        self._tools, self._studio, self._run = tools, studio, run

    async def give(self) -> RunStatus:
        """Its outcomes are stored; what it says of them all in one word."""
        drafted = await self._studio.draft(self._run.connection)
        stage = await staged(self._tools, self._studio, self._run, drafted, Priority.USER)
        flows = compile_document(drafted.document, *await self._studio.around(drafted))
        scenes = await self._scenes(flows, stage)
        outcomes = [it for scene in scenes for it in await self._play(scene, stage)]
        await self._keep(outcomes)
        failed = any(it.action == "set_aside" for it in outcomes)
        return RunStatus.COMPLETED_WITH_ISSUES if failed else RunStatus.SUCCEEDED

    async def _scenes(self, flows: Sequence[FlowRules], stage: Stage) -> list[_Scene]:
        if chosen := self._run.ask.get("records"):
            return [
                _Scene(
                    flow, side, [it for it in _refs(chosen, side) if it.stream == flow.flow.end(side).stream]
                )
                for flow in flows
                for side in Side
            ]
        return [
            _Scene(flow, side, await _newest(flow, side, stage), self._run.ask.get("sample") or SAMPLE)
            for flow in flows
            for side in Side
            if flow.flow.direction.into(side.other)
        ]

    async def _play(self, scene: _Scene, stage: Stage) -> list[Outcome]:
        if not scene.refs:
            return []
        side = scene.side
        async with self._tools.db.read() as tx:
            links = await LinkStore(tx, self._run.connection).by_side(scene.flow.id, side, scene.refs)
        ends = {ref: links[ref].ends() if ref in links else {side: ref} for ref in scene.refs}
        records = await stage.fetch(end for both in ends.values() for end in both.items())
        shown = list[Outcome]()
        for ref in scene.refs:
            seen = {it: records[it, end] for it, end in ends[ref].items() if (it, end) in records}
            played = await stage.play(scene.flow, Pair(side, ref, links.get(ref), seen))
            shown.append(played.outcome(played.shown()))
        return sorted(shown, key=lambda it: it.action == "ignored")[: scene.sample]

    async def _keep(self, outcomes: Sequence[Outcome]) -> None:
        counts: Counter[str] = Counter()
        for it in outcomes:
            counts.update(counted(it))
        async with self._tools.db.begin() as tx:
            report = ReportWriter(tx, self._run.connection, self._run.network_id)
            await report.add_outcomes(self._run.id, outcomes)
            await RunStore(tx).count(self._run, counts)


async def _newest(flow: FlowRules, side: Side, stage: Stage) -> list[RecordRef]:
    page = await stage.readers[side].inventory(flow.flow.end(side).stream, None)
    newest = sorted(page.changed, key=lambda it: (it.changed_at, it.ref.id), reverse=True)
    return [it.ref for it in newest[:CANDIDATES]]


def _refs(chosen: Sequence[Mapping[str, str]], side: Side) -> list[RecordRef]:
    return [RecordRef(it["stream"], it["id"]) for it in chosen if it["side"] == side.value]
