"""A test run: real records, planned by the code that a real run uses, and shown. It holds Readers only, so it can't write."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from syncline_common.configuration.facts import Surroundings
from syncline_common.schemas.connector import NodeRef, Priority, Reader, Readers
from syncline_common.schemas.records import Record, RecordRef
from syncline_common.schemas.values import Side, Values
from syncline_sync_worker.domain.link import Link
from syncline_sync_worker.domain.report import Outcome
from syncline_sync_worker.domain.run import Run, RunStatus
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.domain.work import Claimed, Reason
from syncline_sync_worker.engine.compile import FlowRules, compile_document
from syncline_sync_worker.engine.marker import marker
from syncline_sync_worker.engine.operations import shown
from syncline_sync_worker.store.link_store import LinkStore
from syncline_sync_worker.store.report_writer import ReportWriter
from syncline_sync_worker.store.run_store import RunStore
from syncline_sync_worker.work.decide import Change, Decision, Make, Same, Seek, decide
from syncline_sync_worker.work.matching import Matcher, link_of
from syncline_sync_worker.work.results import Sight
from syncline_sync_worker.work.tools import Tools

SAMPLE, CANDIDATES = 10, 100


@dataclass(frozen=True, slots=True)
class Drafted:
    document: Mapping[str, Any]
    revision: int
    nodes: Mapping[Side, NodeRef]


class Studio(Protocol):
    """What a test run goes by: the draft, and what is known of the two systems."""

    readers: Readers

    async def draft(self, connection: ConnectionRef) -> Drafted: ...

    async def around(self, drafted: Drafted) -> tuple[Surroundings, Mapping[Side, Any]]: ...


@dataclass(frozen=True, slots=True)
class _Scene:
    flow: FlowRules
    side: Side
    refs: Sequence[RecordRef]
    sample: int | None = None  # how many of them are shown: those that the flow takes first


class Rehearsal:
    def __init__(self, tools: Tools, studio: Studio, run: Run) -> None:
        self._tools, self._studio, self._run = tools, studio, run
        self._readers: dict[Side, Reader] = {}

    async def give(self) -> RunStatus:
        """Its outcomes are stored; what it says of them all in one word."""
        drafted = await self._studio.draft(self._run.connection)
        async with self._tools.db.begin() as tx:
            await RunStore(tx).note(self._run, {**self._run.ask, "draft_revision": drafted.revision})
        for side, node in drafted.nodes.items():
            self._readers[side] = await self._studio.readers.reader(node, Priority.USER)
        flows = compile_document(drafted.document, *await self._studio.around(drafted))
        outcomes = [it for scene in await self._scenes(flows) for it in await self._play(scene)]
        await self._keep(outcomes)
        failed = any(it.action == "set_aside" for it in outcomes)
        return RunStatus.COMPLETED_WITH_ISSUES if failed else RunStatus.SUCCEEDED

    async def _scenes(self, flows: Sequence[FlowRules]) -> list[_Scene]:
        if chosen := self._run.ask.get("records"):
            return [
                _Scene(
                    flow, side, [it for it in _refs(chosen, side) if it.stream == flow.flow.end(side).stream]
                )
                for flow in flows
                for side in Side
            ]
        return [
            _Scene(flow, side, await self._newest(flow, side), self._run.ask.get("sample") or SAMPLE)
            for flow in flows
            for side in Side
            if flow.flow.direction.into(side.other)
        ]

    async def _newest(self, flow: FlowRules, side: Side) -> list[RecordRef]:
        page = await self._readers[side].inventory(flow.flow.end(side).stream, None)
        newest = sorted(page.changed, key=lambda it: (it.changed_at, it.ref.id), reverse=True)
        return [it.ref for it in newest[:CANDIDATES]]

    async def _play(self, scene: _Scene) -> list[Outcome]:
        if not scene.refs:
            return []
        async with self._tools.db.read() as tx:
            links = await LinkStore(tx, self._run.connection).by_side(scene.flow.id, scene.side, scene.refs)
        here = await self._fetch(scene.side, scene.refs)
        there = await self._fetch(scene.side.other, [it.end(scene.side.other) for it in links.values()])
        shown = [await self._outcome(scene, ref, links.get(ref), {**here, **there}) for ref in scene.refs]
        return sorted(shown, key=lambda it: it.action == "ignored")[: scene.sample]

    async def _fetch(self, side: Side, refs: Sequence[RecordRef]) -> dict[RecordRef, Record]:
        if not refs:
            return {}
        found = await self._readers[side].fetch(refs[0].stream, [it.id for it in refs])
        return {it.ref: it for it in found.values()}

    async def _outcome(
        self, scene: _Scene, ref: RecordRef, link: Link | None, records: Mapping[RecordRef, Record]
    ) -> Outcome:
        ends = {side: link.end(side) for side in Side} if link else {scene.side: ref}
        seen = {side: records[it] for side, it in ends.items() if it in records}
        pair = Claimed(
            0,
            0,
            scene.flow.id,
            link.id if link else None,
            scene.side,
            ref,
            Reason.PERSON,
            Priority.USER,
            None,
            None,
            0,
            0,
        )
        traits = {side: self._readers[side].traits(scene.flow.flow.end(side).stream) for side in Side}
        mark = marker(self._tools.key, f"{self._run.connection.id}/{scene.flow.id}", scene.side, ref.id)
        sight, now = Sight(pair, scene.flow, link, seen), self._run.requested_at
        decision = decide(sight, mark, traits, now)
        if not isinstance(decision, Seek):
            return _shown(scene, ref, link, seen, decision)
        found = await Matcher(self._tools.db, self._run.connection, self._readers, now).settle(decision.make)
        if not isinstance(found, Same):
            return _shown(scene, ref, link, seen, found)
        seen = {**seen, scene.side.other: found.partner}
        pair_of = replace(sight, records=seen, link=link_of(found, self._tools.new_id(), now))
        planned = _shown(scene, ref, None, seen, decide(pair_of, mark, traits, now))
        return replace(planned, action="match", reason=f"it is the same as {found.partner.ref.id}")

    async def _keep(self, outcomes: Sequence[Outcome]) -> None:
        counts: Counter[str] = Counter()
        for it in outcomes:
            counts.update(_counted(it))
        async with self._tools.db.begin() as tx:
            await ReportWriter(tx, self._run.connection, self._run.network_id).add_outcomes(
                self._run.id, outcomes
            )
            await RunStore(tx).count(self._run, counts)


def _refs(chosen: Sequence[Mapping[str, str]], side: Side) -> list[RecordRef]:
    return [RecordRef(it["stream"], it["id"]) for it in chosen if it["side"] == side.value]


def _shown(
    scene: _Scene, ref: RecordRef, link: Link | None, seen: Mapping[Side, Record], decision: Decision
) -> Outcome:
    operations: Sequence[Any] = ()
    if isinstance(decision, Make):
        action, reason, operations = "create", "", decision.creation.operations
    elif isinstance(decision, Change):
        operations = decision.plan.operations
        action, reason = ("update" if decision.plan.writes else "unchanged"), ""
    else:
        action, reason = getattr(decision, "action", "") or "later", getattr(decision, "reason", "")
    detail = {
        "records": {side.value: _fields(scene.flow, side, it.values) for side, it in seen.items()},
        "operations": [shown(it) for it in operations],
        "trouble": _trouble(decision),
    }
    return Outcome(scene.flow.id, scene.side, ref, action, reason, link.id if link else None, detail)


def _trouble(decision: Decision) -> dict[str, str] | None:
    trouble = getattr(decision, "trouble", None)
    return {"kind": trouble.kind, "cause": trouble.cause, "hint": trouble.hint} if trouble else None


def _fields(flow: FlowRules, side: Side, values: Values) -> dict[str, Any]:
    """Those that the flow has rules for."""
    return {name: values[name] for name in sorted(flow.reads(side)) if name in values}


def _counted(outcome: Outcome) -> dict[str, int]:
    """As a real run would have counted."""
    there, here = outcome.side.other, outcome.side
    became = {"create": f"created_{there}", "unchanged": f"unchanged_{here}", "ignored": f"ignored_{here}"}
    found = {f"scanned_{here}": 1}
    if outcome.action in became:
        found[became[outcome.action]] = 1
    if outcome.action == "set_aside":
        found[f"set_aside_{here}"] = 1
    sides = {it["side"] for it in (outcome.detail or {}).get("operations", []) if it["kind"] == "write"}
    return found | ({f"updated_{side}": 1 for side in sides} if outcome.action == "update" else {})
