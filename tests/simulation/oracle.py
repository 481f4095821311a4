"""Judges a history by what the trackers saw. Expectations come from the history, never from the engine's code."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from simulation.cabinet import By, Effect
from simulation.configurations import Variant, mapped
from simulation.faults import ONLY_WRITES, Fault
from simulation.lived import Lived
from simulation.oracle_content import content
from simulation.oracle_delay import in_time
from simulation.oracle_times import times
from simulation.pairs import Pair, agree, pairs, same, unsaid
from simulation.verdict import Verdict
from simulation.world import QUIET_CYCLES
from syncline_common.schemas.values import Side

Judge = Callable[[Lived], Iterator[Verdict]]


def judge(lived: Lived) -> list[Verdict]:
    """Every promise that was broken."""
    judges = (*ALWAYS, *((*AT_THE_END, in_time) if lived.removed_at is None else ()))
    return list(_heard(lived, judges))


def settled(lived: Lived) -> bool:
    """Whether it pays to wait no longer."""
    return lived.removed_at is not None or not any(True for _ in _heard(lived, AT_THE_END))


def _heard(lived: Lived, judges: Sequence[Judge]) -> Iterator[Verdict]:
    mistakable = _mistakable(lived)
    return (it for one in judges for it in one(lived) if it.key is None or it.key not in mistakable)


def _mistakable(lived: Lived) -> set[str | None]:
    """A copy that nobody told us of was cloned and taken away: the clone bears its marker, and looks like it."""
    found = set[str | None]()
    for side in Side:
        cabinet = lived.trackers[side].cabinet
        made = [it for it in cabinet.effects if it.kind == "create"]
        for ours in (it for it in made if it.by is By.ENGINE and _beyond_finding(lived, side, it)):
            clones = {it.id for it in cabinet.records.values() if it.marker == ours.marker} - {ours.id}
            theirs = {it.key for it in made if it.by is By.USER and it.id in clones}
            found |= theirs | {ours.key} if theirs else set()
    return found


def own_faults(lived: Lived) -> Iterator[Verdict]:
    for fault in lived.faults:
        yield Verdict("ours", None, None, fault)


def created_from_something(lived: Lived) -> Iterator[Verdict]:
    """P12: what we made has the key of something that a person made."""
    made = [it for side in Side for it in lived.trackers[side].cabinet.effects if it.kind == "create"]
    known = {it.key for it in made if it.by is By.USER}
    for it in made:
        if it.by is By.ENGINE and it.key not in known:
            yield Verdict("P12", it.key, None, f"{it.id} was created at {it.at:.1f}, from nothing")


def created_once(lived: Lived) -> Iterator[Verdict]:
    """P1: by the marker, and by the key that the copy got from its original."""
    for side in Side:
        made = [it for it in lived.trackers[side].cabinet.effects if it.kind == "create"]
        ours = [it for it in made if it.by is By.ENGINE]
        theirs = {it.key for it in made if it.by is By.USER}
        ours = [it for it in ours if not _beyond_finding(lived, side, it)]
        for key, count in Counter(it.key for it in ours).items():
            if count > 1 or key in theirs:
                yield Verdict("P1", key, None, f"created {count} times in {side}")
        for marker, count in Counter(it.marker for it in ours).items():
            if count > 1:
                yield Verdict("P1", None, None, f"marker {marker} created {count} times in {side}")


def _beyond_finding(lived: Lived, side: Side, made: Effect) -> bool:
    """Its answer never came, and users took it away before it could be looked up."""
    marks = (it for it in lived.trackers[side].cabinet.effects if it.id == made.id)
    taken = any(it.kind in ("delete", "hide") and it.by is By.USER for it in marks)
    asked = (it for it in lived.trackers[side].requests if it.writes and it.at == made.sent_at)
    unheard = any(it.fault in ONLY_WRITES or lived.strikes.get(it.worker or "") for it in asked)
    return taken and unheard


def nothing_lost(lived: Lived) -> Iterator[Verdict]:
    """P2: what is in scope has a copy, or a reason."""
    for pair in pairs(lived):
        there = pair.born.other
        wanted = all(it.creates_in(there) for it in lived.history.versions)
        explained = lived.remembered.explains(pair.original.id)
        if wanted and pair.untouched and not pair.records[there] and not explained:
            yield Verdict("P2", pair.key, None, f"is not in {there}, and nobody says why")
        unwanted = not any(it.creates_in(there) for it in lived.history.versions)
        if unwanted and pair.records[there]:
            yield Verdict("P2", pair.key, None, f"was created in {there}, where nothing may be")


def linked(lived: Lived) -> Iterator[Verdict]:
    """P2: two records are linked if, and only if, one is the other's copy."""
    keys = {it.id: pair.key for pair in pairs(lived) for side in Side for it in pair.records[side]}
    for a, b in lived.remembered.links:
        key, other = (keys.get(id, "unknown") for id in (a, b))
        if key != other:
            yield Verdict("P2", key, None, f"{a} is linked with {b}, which is {other}")
    known = {id for link in lived.remembered.links for id in link}
    for pair in pairs(lived):
        explained = any(lived.remembered.explains(id) for id in pair.ids())
        if pair.whole and not explained and not known.issuperset(pair.ids()):
            yield Verdict("P2", pair.key, None, "has a copy and no link")


def sides_agree(lived: Lived) -> Iterator[Verdict]:
    """P11, for every field that is not explained."""
    vendors = {side: lived.trackers[side].vendor for side in Side}
    versions = [mapped(it) for it in lived.history.versions]
    for pair in pairs(lived):
        if not pair.whole or _edited_unseen(lived, pair):
            continue
        records = {side: pair.records[side][0] for side in Side}
        for rules in zip(*versions, strict=True):
            values = {side: records[side].now.values[rules[0].field(side)] for side in Side}
            explained = any(lived.remembered.explains(records[s].id, rules[0].field(s)) for s in Side)
            if not explained and not unsaid(lived, pair, rules[0]) and not agree(rules, values, vendors):
                said = f"is {values[Side.A]!r} in a and {values[Side.B]!r} in b"
                yield Verdict("P11", pair.key, rules[0].a, said)


def _edited_unseen(lived: Lived, pair: Pair) -> bool:
    """Nobody answered the create, and a user was at the copy in the very moment that its time of creation tells of."""
    for side in Side:
        granule = lived.history.facts(side).granularity
        for made in pair.effects[side]:
            if made.by is By.ENGINE and made.kind == "create" and _was_not_answered(lived, side, made.marker):
                moment = lived.trackers[side].cabinet.when(made.at)
                edits = (it for it in pair.effects[side] if it.by is By.USER and it.id == made.id)
                if granule <= 1 and any(lived.trackers[side].cabinet.when(it.at) == moment for it in edits):
                    return True
    return False


def _was_not_answered(lived: Lived, side: Side, marker: str | None) -> bool:
    """Or only for others of the same request; or by somebody who may not have lived to hear it."""
    asked = (it for it in lived.trackers[side].requests if it.name == "create" and marker in it.about)
    return any(
        it.answer != "ok" or it.fault is not Fault.NONE or lived.strikes.get(it.worker or "") for it in asked
    )


def no_bounce(lived: Lived) -> Iterator[Verdict]:
    """P9: each edit is written once at most, and in the end nothing is written any more."""
    cycle = max(it.every for it in lived.history.versions)
    if lived.last_write() > lived.ended_at - QUIET_CYCLES * cycle:
        yield Verdict("P9", None, None, f"was still writing at {lived.last_write():.1f}")
    excused = sum(len(it) for it in lived.strikes.values())
    for pair in pairs(lived):
        repeated = excused + _unanswered(lived, pair)
        for rule in mapped(lived.history.versions[-1]):
            for side in Side:
                ours = sum(
                    it.by is By.ENGINE and it.kind == "update" for it in pair.timeline(side, rule.field(side))
                )
                edits = sum(it.by is By.USER for it in pair.timeline(side.other, rule.field(side.other)))
                if not rule.direction.into(side.other):  # the source wins over each edit of the target
                    edits += sum(it.by is By.USER for it in pair.timeline(side, rule.field(side)))
                if ours > edits + repeated:
                    said = f"was written {ours} times in {side} for {edits} edits"
                    yield Verdict("P9", pair.key, rule.field(side), said)
                if (idle := _idle_writes(lived, pair, side, rule.field(side))) > repeated:
                    said = f"was written {idle} times in {side} as it was"
                    yield Verdict("P9", pair.key, rule.field(side), said)


def _idle_writes(lived: Lived, pair: Pair, side: Side, field: str) -> int:
    """Only the difference is written. Where the vendor takes stale writes, somebody may just have entered the same."""
    if not lived.trackers[side].vendor.facts.conditional:
        return 0
    ours = (it.changes for it in pair.effects[side] if it.by is By.ENGINE and it.kind == "update")
    return sum(field in it and same(*it[field]) for it in ours)


def _unanswered(lived: Lived, pair: Pair) -> int:
    ids = {*pair.ids(), *(it.marker for stored in pair.records.values() for it in stored)}
    asked = (it for tracker in lived.trackers.values() for it in tracker.requests)
    return sum(it.writes and it.fault != "none" and bool(ids & set(it.about)) for it in asked)


def comments_once(lived: Lived) -> Iterator[Verdict]:
    """P1: each comment is a create of its own."""
    for pair in pairs(lived):
        for side in Side:
            for body, copies in _said(pair, side):
                if len(copies) > 1:
                    said = f"{body!r} was said {len(copies)} times in {side.other}"
                    yield Verdict("P1", pair.key, "comment", said)


def comments_there(lived: Lived) -> Iterator[Verdict]:
    """P2, for what was said once there were two records."""
    for pair in pairs(lived):
        if not pair.whole:
            continue
        linked_at = max(pair.records[side][0].revisions[0].at for side in Side)
        for side in Side:
            due = all(_carries(it, side.other) for it in lived.history.versions)
            explained = lived.remembered.explains(pair.records[side][0].id, "comment")
            late = {
                it.changes["comment"][1]
                for it in pair.effects[side]
                if it.kind == "comment" and it.at > linked_at
            }
            for body, copies in _said(pair, side):
                if due and body in late and not copies and not explained:
                    yield Verdict("P2", pair.key, "comment", f"{body!r} never came to {side.other}")


def _said(pair: Pair, side: Side) -> Iterator[tuple[str, list[Effect]]]:
    """What users said, and how often we said it on the other side."""
    ours = [it for it in pair.effects[side.other] if it.by is By.ENGINE and it.kind == "comment"]
    for said in pair.effects[side]:
        if said.kind == "comment" and said.by is By.USER:
            body = str(said.changes["comment"][1])
            yield body, [it for it in ours if body in str(it.changes["comment"][1])]


def _carries(variant: Variant, side: Side) -> bool:
    return variant.comments and variant.direction.into(side)


ALWAYS: tuple[Judge, ...] = (
    own_faults,
    created_once,
    created_from_something,
    comments_once,
    no_bounce,
    content,
    times,
)
AT_THE_END: tuple[Judge, ...] = (nothing_lost, linked, sides_agree, comments_there)
