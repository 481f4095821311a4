"""No value of a user vanishes (P10), and none is made up, cleared or deleted (P12)."""

from collections.abc import Iterator
from itertools import pairwise

from simulation.cabinet import By, Effect
from simulation.configurations import Mapped, mapped
from simulation.lived import Lived
from simulation.pairs import Pair, carried, pairs, same
from simulation.tracker import Tracker
from simulation.verdict import Verdict
from syncline_common.schemas.values import Side, Value

AT_ONCE = 0.1  # seconds
TURNS_WITHIN = 72.0  # seconds, for as many as the budget says: the gate leaves some of it unused
RECENT = 120.0  # seconds: an empty value may be carried over only if its source was empty so lately


def content(lived: Lived) -> Iterator[Verdict]:
    for pair in pairs(lived):
        yield from _deleted(pair)
        for rules in zip(*map(mapped, lived.history.versions), strict=True):
            for side in Side:
                yield from _vanished(lived, pair, rules, side)
                yield from _made_up(lived, pair, rules, side)


def _deleted(pair: Pair) -> Iterator[Verdict]:
    for side in Side:
        for effect in pair.effects[side]:
            if effect.kind == "delete" and effect.by is By.ENGINE:
                yield Verdict("P12", pair.key, None, f"was deleted in {side} at {effect.at:.1f}")


def _vanished(lived: Lived, pair: Pair, rules: tuple[Mapped, ...], side: Side) -> Iterator[Verdict]:
    """P10: what a user entered survived, or somebody who could see it replaced it, or it is kept."""
    field = rules[0].field(side)
    for entered, after in _overwritten(pair, side, field):
        value, put = entered.changes[field][1], after.changes[field][1]
        if entered.by is By.ENGINE or after.by is By.USER or value is None:
            continue
        kept = any(same(value, it) for id in pair.ids() for it in lived.remembered.kept.get(id, ()))
        if kept or _unseeable(lived, side, entered, after):
            continue
        if not any(_seen_by_its_author(lived, pair, it, side, entered, after) for it in rules):
            said = f"{value!r}, entered in {side} at {entered.at:.1f}, gave way to {put!r} at {after.at:.1f}"
            yield Verdict("P10", pair.key, field, said)


def _overwritten(pair: Pair, side: Side, field: str) -> Iterator[tuple[Effect, Effect]]:
    """Within a record: where users delete a copy that we don't know of yet, its values go with it."""
    timeline = pair.timeline(side, field)
    for stored in pair.records[side]:
        yield from pairwise(it for it in timeline if it.id == stored.id)


def _seen_by_its_author(
    lived: Lived, pair: Pair, rule: Mapped, side: Side, lost: Effect, after: Effect
) -> bool:
    """Whoever entered the winning value on the other side had had the losing one before their eyes.

    Many-to-one: or another of the values that mean it.
    """
    here, there = rule.field(side), rule.field(side.other)
    vendors = {it: lived.trackers[it].vendor for it in Side}
    value, put = lost.changes[here][1], after.changes[here][1]
    shown = carried(rule, value, side.other, vendors[side.other])
    for edit in pair.timeline(side.other, there):
        came_from_it = same(carried(rule, edit.changes[there][1], side, vendors[side]), put)
        if edit.by is By.USER and came_from_it and lost.at <= edit.at <= after.at:
            seen = pair.held(side.other, there, lost.at, edit.at)
            if any(same(it, shown) or same(carried(rule, it, side, vendors[side]), value) for it in seen):
                return True
    return False


def _unseeable(lived: Lived, side: Side, lost: Effect, after: Effect) -> bool:
    """Entered after our last look, where the vendor refuses no stale write: nobody can know."""
    assert after.sent_at is not None
    if lived.trackers[side].vendor.facts.conditional:
        return False
    asleep = any(lost.at <= at <= after.sent_at for struck in lived.strikes.values() for at in struck)
    return asleep or lost.at >= _last_look(lived.trackers[side], after, after.sent_at)


def _last_look(tracker: Tracker, written: Effect, sent_at: float) -> float:
    """What was written was planned by what stood there then. When it was sent, if the look was not right before."""
    about = [it for it in tracker.requests if written.id in it.about]
    (worker,) = {it.worker for it in about if it.writes and it.at == sent_at}
    looks = (
        (it.ended_at, it.served_at)
        for it in about
        if it.name == "fetch" and it.worker == worker and it.answer == "ok" and it.ended_at and it.served_at
    )
    ended_at, served_at = max((it for it in looks if it[0] <= sent_at), default=(0.0, 0.0))
    turns = 1 + sum(ended_at <= it.at <= sent_at for it in tracker.requests)  # others ask, too, or with it
    waited = sent_at - ended_at - turns * TURNS_WITHIN / tracker.vendor.facts.budget
    return served_at if waited <= AT_ONCE else sent_at


def _made_up(lived: Lived, pair: Pair, rules: tuple[Mapped, ...], side: Side) -> Iterator[Verdict]:
    """P12: each value we wrote stood on the other side before; an emptiness, a short while ago."""
    field, source = rules[0].field(side), rules[0].field(side.other)
    vendor = lived.trackers[side].vendor
    for effect in pair.timeline(side, field):
        if effect.by is By.USER:
            continue
        put = effect.changes[field][1]
        since = effect.at - RECENT if put is None else 0.0
        sources: list[Value] = pair.held(side.other, source, since, effect.at)
        if not any(same(carried(rule, it, side, vendor), put) for rule in rules for it in sources):
            yield Verdict(
                "P12", pair.key, field, f"{put!r} was written in {side} at {effect.at:.1f}; nobody said so"
            )
