"""Undoing a run: its pairs are looked at again, and what it replaced is given back where nobody has changed it since."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from syncline_common.schemas.connector import Priority
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.run import Run, RunKind
from syncline_sync_worker.domain.work import Offer, Reason
from syncline_sync_worker.engine.operations import Write
from syncline_sync_worker.engine.undo import CREATED, Untouched
from syncline_sync_worker.store.ledger_store import LedgerStore
from syncline_sync_worker.store.link_store import LinkStore
from syncline_sync_worker.store.run_store import RunReads
from syncline_sync_worker.store.work_store import WorkStore
from syncline_sync_worker.work.decide import Change
from syncline_sync_worker.work.hand import Hand
from syncline_sync_worker.work.results import Result, Sight
from syncline_sync_worker.work.tools import Tools

AT_ONCE = 500


async def offer_undo(tools: Tools, run: Run) -> None:
    """Every pair that the other run wrote to is due."""
    assert run.undoes is not None
    async with tools.db.read() as tx:
        other = await RunReads(tx, run.connection.account_id).get(run.undoes)
        ids = await LedgerStore(tx, run.connection).links_of(other)
    for at in range(0, len(ids), AT_ONCE):
        async with tools.db.begin() as tx:
            links = await LinkStore(tx, run.connection).by_ids(ids[at : at + AT_ONCE])
            now = await tx.now()
            offers = [
                Offer(it.flow_id, Side.A, it.a, Reason.UNDO, now, Priority.USER) for it in links.values()
            ]
            await WorkStore(tx).offer(run.connection, offers)


async def with_replaced(tools: Tools, hand: Hand, sights: Sequence[Sight]) -> list[Sight]:
    """Those that an undo offered, with what it is to give back. Another run has nothing to do with that."""
    if hand.run.kind is not RunKind.UNDO or hand.run.undoes is None:
        return list(sights)
    ids = [it.link.id for it in sights if it.link is not None and it.pair.reasons & Reason.UNDO]
    if not ids:
        return list(sights)
    async with tools.db.read() as tx:
        found = await LedgerStore(tx, hand.batch.connection).replaced(hand.run.undoes, ids)
    return [replace(it, replaced=found.get(it.link.id, ())) if it.link is not None else it for it in sights]


def is_given_back(sight: Sight, write: Write) -> bool:
    """A person asked for it."""
    return any(
        (it.rule_id, it.side, it.old) == (write.rule_id, write.side, write.value) for it in sight.replaced
    )


def given_back(change: Change) -> list[Write]:
    return [it for it in change.plan.writes if is_given_back(change.sight, it)]


def undone(changes: Iterable[Change], results: Iterable[Result]) -> list[Result]:
    """With what people are told of those that were to be undone."""
    asked = {it.sight.pair.id: it for it in changes if it.sight.replaced}
    return [_told(it, asked[it.pair.id]) if it.pair.id in asked else it for it in results]


def _told(result: Result, change: Change) -> Result:
    if result.trouble is not None or result.due is not None:
        return result
    back = given_back(change)
    action, reason = ("undone", "") if back else ("left_alone", why(change.left_alone))
    return replace(result, action=action, reason=reason, left_alone=[told(it) for it in change.left_alone])


def ended(hand: Hand, results: Iterable[Result]) -> list[Result]:
    """An undo waits for what is due later, but not for what waits for a person."""
    if hand.run.kind is not RunKind.UNDO:
        return list(results)
    return [
        replace(it, due=None) if it.trouble is not None and it.pair.reasons & Reason.UNDO else it
        for it in results
    ]


def why(left: Sequence[Untouched]) -> str:
    """In a word, what a record was left alone for; field by field, it is told beside."""
    found = list(dict.fromkeys(it.why for it in left))
    return CREATED if CREATED in found else "; ".join(found)


def told(it: Untouched) -> dict[str, str]:
    return {"rule_id": it.rule_id, "side": it.side.value, "why": it.why}
