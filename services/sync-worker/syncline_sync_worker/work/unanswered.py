"""Updates that nobody has answered. What of them is there after all was ours: it is not taken for somebody's edit."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from syncline_common.schemas.values import Side, Value
from syncline_sync_worker.domain.ledger import Entry
from syncline_sync_worker.domain.link import Link
from syncline_sync_worker.engine.bases import catch_up
from syncline_sync_worker.engine.operations import Write, from_json, to_json
from syncline_sync_worker.work.results import Result, Sight

LATEST_EFFECT = timedelta(minutes=1)  # of a request that its worker has given up, or died of


@dataclass(frozen=True, slots=True)
class Unanswered:
    """As a link keeps it, from before the request leaves until its answer is remembered."""

    write: Write
    at: datetime
    told: bool  # the ledger tells of it already
    run_id: UUID
    version: int  # of the configuration
    source_version: str | None
    source_changed_at: datetime
    by_person: bool = False

    def entry(self, link_id: UUID, new: Value) -> Entry:
        return Entry(
            link_id,
            self.write.rule_id,
            self.write.side,
            self.write.old,
            new,
            self.run_id,
            self.version,
            self.source_version,
            self.source_changed_at,
            self.by_person,
        )


def kept(it: Unanswered) -> dict[str, Any]:
    return {
        "write": to_json(it.write),
        "at": it.at.isoformat(),
        "told": it.told,
        "run_id": str(it.run_id),
        "version": it.version,
        "source_version": it.source_version,
        "source_changed_at": it.source_changed_at.isoformat(),
        "by_person": it.by_person,
    }


def _read(told: Mapping[str, Any]) -> Unanswered:
    write = from_json(told["write"])
    assert isinstance(write, Write)
    at, changed_at = (datetime.fromisoformat(told[name]) for name in ("at", "source_changed_at"))
    run_id = UUID(told["run_id"])
    facts = (run_id, told["version"], told["source_version"], changed_at, told.get("by_person", False))
    return Unanswered(write, at, told["told"], *facts)


def caught_up(sight: Sight) -> Sight:
    """The pair, its bases as if those that took effect had been answered."""
    link = sight.link
    if link is None or not link.unanswered or len(sight.records) < len(Side):
        return sight
    sent = [_read(it) for it in link.unanswered]
    seen = {side: it.values for side, it in sight.records.items()}
    bases, ours = catch_up((link.base_a, link.base_b), [it.write for it in sent], seen, sight.flow.rules)
    if not ours:
        return sight
    rest = tuple(kept(it) for it in sent if it.write not in ours)
    entries = [
        replace(it.entry(link.id, seen[it.write.side][it.write.field]), at=it.at)
        for it in sent
        if it.write in ours and not it.told
    ]
    known = replace(link, base_a=bases[0], base_b=bases[1], unanswered=rest)
    return replace(sight, link=known, caught_up=entries)


def remembering(results: Iterable[Result], sights: Mapping[int, Sight]) -> list[Result]:
    """What took effect is remembered also of a pair that is set aside: once somebody edits it, nobody could tell."""
    return [_remembering(it, sights.get(it.pair.id)) for it in results]


def _remembering(result: Result, sight: Sight | None) -> Result:
    if sight is None or not sight.caught_up or result.link is not None:
        return result
    return replace(result, link=sight.link, entries=(*sight.caught_up, *result.entries))


def is_open(link: Link, write: Write) -> bool:
    """Whether an earlier one of the same field is among those."""
    about = (write.rule_id, write.side)
    return any((it.write.rule_id, it.write.side) == about for it in map(_read, link.unanswered))


def left(link: Link, sent: Sequence[Unanswered], answered: Collection[Side], at: datetime) -> Sequence[Any]:
    """What a link still waits for: not what was answered since, nor what can't come any more."""
    before = [
        it
        for it in map(_read, link.unanswered)
        if it.write.side not in answered and at < it.at + LATEST_EFFECT
    ]
    return tuple(kept(it) for it in (*before, *sent) if it.write.side not in answered)
