"""Everything that became of a batch, in one transaction, of the pairs that are still this worker's."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from syncline_common.db.tx import Tx
from syncline_common.schemas.records import RecordRef
from syncline_common.schemas.values import Side
from syncline_sync_worker.actions.told import found, set_aside
from syncline_sync_worker.domain.report import Issue, Outcome
from syncline_sync_worker.domain.run import OF_RECORDS
from syncline_sync_worker.domain.work import Postponed
from syncline_sync_worker.store.conflict_store import ConflictStore
from syncline_sync_worker.store.intent_store import IntentStore
from syncline_sync_worker.store.ledger_store import LedgerStore
from syncline_sync_worker.store.link_store import LinkStore
from syncline_sync_worker.store.report_writer import ReportWriter
from syncline_sync_worker.store.run_store import RunStore
from syncline_sync_worker.store.work_store import WorkStore
from syncline_sync_worker.work.hand import Hand
from syncline_sync_worker.work.results import Result
from syncline_sync_worker.work.tools import Tools

TAKEN = "one of the two was linked with another record meanwhile"


async def remember(tools: Tools, hand: Hand, results: Sequence[Result]) -> None:
    async with tools.db.begin() as tx:
        work = WorkStore(tx)
        held = await work.hold(hand.batch.owner, [it.pair for it in results])
        ids = {it.id for it in held}
        mine = [it for it in results if it.pair.id in ids]
        mine = await _link(tx, hand, mine)
        await _keep(tx, tools, hand, mine)
        await work.finish(hand.batch.owner, [it.pair for it in mine if it.due is None])
        await work.later(hand.batch.owner, [_postponed(it) for it in mine if it.due is not None])


async def _link(tx: Tx, hand: Hand, results: Sequence[Result]) -> list[Result]:
    """Of two who link the same record one succeeds; the other looks again."""
    connection = hand.batch.connection
    new = {it.made.id: it.made for it in results if it.made is not None}
    if not new:
        return list(results)
    made, now = await LinkStore(tx, connection).insert(tx, list(new.values())), await tx.now()
    makers = [it.pair for it in results if it.made is not None and it.made.id in made]
    await WorkStore(tx).relink(connection, [new[id] for id in made], makers)
    return [it if it.made is None or it.made.id in made else _again(it, now) for it in results]


def _again(result: Result, now: datetime) -> Result:
    return Result(result.pair, reason=TAKEN, due=now, counts_attempt=True)


async def _keep(tx: Tx, tools: Tools, hand: Hand, results: Sequence[Result]) -> None:
    connection, run = hand.batch.connection, hand.run
    await LinkStore(tx, connection).save([it.link for it in results if it.link is not None])
    await IntentStore(tx, connection).settle(tx, [it.settled for it in results if it.settled is not None])
    await LedgerStore(tx, connection).append(tx, [entry for it in results for entry in it.entries])
    report = ReportWriter(tx, connection, hand.batch.network_id)
    conflicts = await report.add_conflicts([one for it in results for one in it.conflicts])
    await report.add_outcomes(run.id, [_outcome(it) for it in results if it.action])
    agreed = [it.pair.link_id for it in results if it.agreed and it.pair.link_id is not None]
    await ConflictStore(tx, connection).settle(agreed)
    issues = await report.put_issues([_issue(hand, it, tools.new_id()) for it in results if it.trouble])
    network = hand.batch.network_id
    await tx.publish(
        *(found(connection, network, it) for it in conflicts),
        *(set_aside(connection, network, it) for it in issues),
    )
    well = [it for it in results if it.trouble is None and it.due is None]
    await report.resolve_issues(
        {(it.pair.flow_id, side, ref) for it in well for side, ref in _ends(hand, it).items()}
    )
    counts: Counter[str] = Counter()
    for it in results:
        counts.update(_by_side(it))
    await RunStore(tx).count(run, counts)


def _by_side(result: Result) -> dict[str, int]:
    """Writes are told of the side they wrote; what became of a record, of the record's."""
    side = result.pair.side
    return {f"{name}_{side}" if name in OF_RECORDS else name: it for name, it in result.counts.items()} | {
        f"scanned_{side}": 1
    }


def _outcome(result: Result) -> Outcome:
    pair = result.pair
    return Outcome(
        pair.flow_id, pair.side, pair.record, result.action, result.reason, result.link_id, _detail(result)
    )


def _detail(result: Result) -> dict[str, Any] | None:
    trouble = result.trouble
    if trouble is not None:
        return {"trouble": {"kind": trouble.kind, "cause": trouble.cause, "hint": trouble.hint}}
    return {"left_alone": list(result.left_alone)} if result.left_alone else None


def _ends(hand: Hand, result: Result) -> Mapping[Side, RecordRef]:
    """Of a link both, whichever of them was offered this time."""
    pair = result.pair
    link = result.made or result.link or (hand.links.get(pair.link_id) if pair.link_id else None)
    return link.ends() if link else {pair.side: pair.record}


def _issue(hand: Hand, result: Result, id: UUID) -> Issue:
    pair, trouble = result.pair, result.trouble
    assert trouble is not None
    side = trouble.at or pair.side
    return Issue(
        id,
        pair.flow_id,
        side,
        _ends(hand, result).get(side, pair.record),
        trouble.cause[:120],
        trouble.kind,
        trouble.hint[:400],
        result.link_id,
        hand.run.id,
        result.due,
    )


def _postponed(result: Result) -> Postponed:
    assert result.due is not None
    return Postponed(result.pair, result.due, result.reason[:60], result.reason, result.counts_attempt)
