"""Where drafts are rehearsed: a pair is planned by the code that a real run uses, and shown. It holds Readers only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from syncline_common.configuration.facts import Surroundings
from syncline_common.schemas.connector import NodeRef, Priority, Reader, Readers
from syncline_common.schemas.records import Record, RecordRef
from syncline_common.schemas.values import Side, Values
from syncline_sync_worker.domain.link import Link
from syncline_sync_worker.domain.report import Outcome
from syncline_sync_worker.domain.run import Run
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.domain.work import Claimed, Reason
from syncline_sync_worker.engine.compile import FlowRules
from syncline_sync_worker.engine.marker import marker
from syncline_sync_worker.engine.operations import Operation, shown
from syncline_sync_worker.store.report_writer import ReportWriter
from syncline_sync_worker.store.run_store import RunStore
from syncline_sync_worker.work.decide import Change, Decision, Make, Same, Seek, decide
from syncline_sync_worker.work.matching import Matcher, link_of
from syncline_sync_worker.work.results import Sight, Trouble
from syncline_sync_worker.work.tools import Tools
from syncline_sync_worker.work.unanswered import caught_up


@dataclass(frozen=True, slots=True)
class Drafted:
    document: Mapping[str, Any]
    revision: int
    nodes: Mapping[Side, NodeRef]


class Studio(Protocol):
    """What a rehearsal goes by: the draft, and what is known of the two systems."""

    readers: Readers

    async def draft(self, connection: ConnectionRef) -> Drafted: ...

    async def around(self, drafted: Drafted) -> tuple[Surroundings, Mapping[Side, Any]]: ...


@dataclass(frozen=True, slots=True)
class Pair:
    """A record, what it is linked with, and how both are seen. `side` is the record's."""

    side: Side
    ref: RecordRef
    link: Link | None
    seen: Mapping[Side, Record]


@dataclass(frozen=True, slots=True)
class Played:
    """What would be done about a pair under a flow."""

    flow: FlowRules
    pair: Pair
    action: str
    reason: str
    operations: Sequence[Operation]
    trouble: Trouble | None

    def outcome(self, detail: Mapping[str, Any]) -> Outcome:
        pair = self.pair
        link_id = pair.link.id if pair.link else None
        return Outcome(self.flow.id, pair.side, pair.ref, self.action, self.reason, link_id, detail)

    def shown(self) -> dict[str, Any]:
        """For people, as JSON."""
        records = {side.value: _fields(self.flow, side, it.values) for side, it in self.pair.seen.items()}
        trouble = self.trouble
        told = {"kind": trouble.kind, "cause": trouble.cause, "hint": trouble.hint} if trouble else None
        return {
            "records": records,
            "operations": [shown(it) for it in self.operations],
            "trouble": told,
        }


class Stage:
    def __init__(self, tools: Tools, run: Run, readers: Mapping[Side, Reader]) -> None:
        self._tools, self._run, self.readers = tools, run, readers

    async def fetch(self, wanted: Iterable[tuple[Side, RecordRef]]) -> dict[tuple[Side, RecordRef], Record]:
        """In bulk. What is missing in the answer is gone, or hidden from us."""
        ids: dict[tuple[Side, str], set[str]] = {}
        for side, ref in wanted:
            ids.setdefault((side, ref.stream), set()).add(ref.id)
        found: dict[tuple[Side, RecordRef], Record] = {}
        for (side, stream), some in ids.items():
            listed, batch = sorted(some), self.readers[side].traits(stream).batch
            for at in range(0, len(listed), batch):
                answer = await self.readers[side].fetch(stream, listed[at : at + batch])
                found.update({(side, it.ref): it for it in answer.values()})
        return found

    async def play(self, flow: FlowRules, pair: Pair) -> Played:
        moment = self._run.requested_at
        traits = {side: self.readers[side].traits(flow.flow.end(side).stream) for side in Side}
        mark = marker(self._tools.key, f"{self._run.connection.id}/{flow.id}", pair.side, pair.ref.id)
        sight = caught_up(Sight(_claimed(flow, pair), flow, pair.link, pair.seen))
        decision = decide(sight, mark, traits, moment)
        if not isinstance(decision, Seek):
            return _played(flow, pair, decision)
        matcher = Matcher(self._tools.db, self._run.connection, self.readers, moment)
        found = await matcher.settle(decision.make)
        if not isinstance(found, Same):
            return _played(flow, pair, found)
        both = replace(pair, seen={**pair.seen, pair.side.other: found.partner})
        linked = replace(sight, records=both.seen, link=link_of(found, self._tools.new_id(), moment))
        planned = _played(flow, both, decide(linked, mark, traits, moment))
        return replace(planned, action="match", reason=f"it is the same as {found.partner.ref.id}")


async def staged(tools: Tools, studio: Studio, run: Run, drafted: Drafted, priority: Priority) -> Stage:
    """What a worker whose time was over has told of this run is taken back: it begins anew."""
    async with tools.db.begin() as tx:
        store = RunStore(tx)
        await store.note(run, {**run.ask, "draft_revision": drafted.revision})
        await store.count_anew(run)
        await ReportWriter(tx, run.connection, run.network_id).forget_outcomes(run.id)
    readers = {side: await studio.readers.reader(node, priority) for side, node in drafted.nodes.items()}
    return Stage(tools, run, readers)


def _claimed(flow: FlowRules, pair: Pair) -> Claimed:
    """As if a person had offered it."""
    link_id = pair.link.id if pair.link else None
    return Claimed(
        id=0,
        epoch=0,
        flow_id=flow.id,
        link_id=link_id,
        side=pair.side,
        record=pair.ref,
        reasons=Reason.PERSON,
        priority=Priority.USER,
        version_a=None,
        version_b=None,
        attempts=0,
        deaths=0,
    )


def _played(flow: FlowRules, pair: Pair, decision: Decision) -> Played:
    operations: Sequence[Operation] = ()
    if isinstance(decision, Make):
        action, reason, operations = "create", "", decision.creation.operations
    elif isinstance(decision, Change):
        operations = decision.plan.operations
        action, reason = ("update" if decision.plan.writes else "unchanged"), ""
    else:
        action, reason = getattr(decision, "action", "") or "later", getattr(decision, "reason", "")
    return Played(flow, pair, action, reason, operations, getattr(decision, "trouble", None))


def _fields(flow: FlowRules, side: Side, values: Values) -> dict[str, Any]:
    """Those that the flow has rules for."""
    return {name: values[name] for name in sorted(flow.reads(side)) if name in values}


def counted(outcome: Outcome) -> dict[str, int]:
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
