"""Who acted when: runs of the dead (P4), two at once (P5), budgets (P6), bad credentials (P14), versions and pauses (P15)."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from simulation.cabinet import By, Effect
from simulation.configurations import CONSTANTS
from simulation.faults import Fault
from simulation.lived import Lived
from simulation.steps import Restore, Resume, Revoke
from simulation.tracker import Request
from simulation.verdict import Verdict
from syncline_common.errors import CredentialRejected
from syncline_common.schemas.values import Side

WITHIN = 30.0  # seconds, until a pause takes effect
DEAD_RUNS_WITHIN = 60.0
TRIES = 3
TELLING = 0.5  # seconds, to put it down for the others


def times(lived: Lived) -> Iterator[Verdict]:
    yield from _runs_of_the_dead(lived)
    for side in Side:
        yield from _two_at_once(lived, side)
        yield from _over_budget(lived, side)
        yield from _bad_credentials(lived, side)
        yield from _mixed_creates(lived, side)
        yield from _paused(lived, side)
    yield from _mixed_versions(lived)


def _runs_of_the_dead(lived: Lived) -> Iterator[Verdict]:
    for run in lived.remembered.runs:
        died = lived.died.get(run.owner or "")
        if run.state == "running" and died is not None and lived.ended_at - died > DEAD_RUNS_WITHIN:
            yield Verdict("P4", None, None, f"run {run.id} is still {run.owner}'s, who died at {died:.1f}")


def _two_at_once(lived: Lived, side: Side) -> Iterator[Verdict]:
    """Those who were never struck; what a frozen one had under way is refused by the vendor, not by us."""
    by_record = defaultdict(list)
    for request in lived.trackers[side].requests:
        if request.writes and request.worker is not None and not lived.strikes.get(request.worker):
            for about in request.about:
                by_record[about].append(request)
    for about, requests in by_record.items():
        for one, other in combinations(requests, 2):
            if one.worker != other.worker and other.at < (one.ended_at or lived.ended_at):
                said = f"{one.worker} and {other.worker} wrote {about} at once, at {other.at:.1f}"
                yield Verdict("P5", None, None, said)


def _over_budget(lived: Lived, side: Side) -> Iterator[Verdict]:
    """Judged where the gate is used; the vendors here allow what no history needs without a fault."""
    budget, at = lived.trackers[side].vendor.facts.budget, [it.at for it in lived.trackers[side].requests]
    for number, until in enumerate(at):
        if number + 1 - bisect_right(at, until - 60) > budget:
            yield Verdict(
                "P6", None, None, f"{side} was asked more than {budget} times in the minute to {until:.1f}"
            )
            return


def _bad_credentials(lived: Lived, side: Side) -> Iterator[Verdict]:
    """Each time a person enters one, or says "go on" with the one there is, a bad one may be tried a few times. What was
    under way when it went bad was no try; nor can one who was struck as he was refused have told the others. What left
    before any of them was answered counts as one."""
    entered = [
        it.at
        for it in lived.history.steps
        if isinstance(it, Resume) or (isinstance(it, Restore) and it.side is side)
    ]
    refused = defaultdict(list)
    for request in lived.trackers[side].requests:
        if request.answer == CredentialRejected.code and _tells_others(lived, side, request):
            refused[bisect_right(entered, request.at)].append(request)
    for number, tries in refused.items():
        known_at = min(one.ended_at or lived.ended_at for one in tries) + TELLING
        count = 1 + sum(one.at > known_at for one in tries)
        if count > TRIES:
            said = f"{count} tries in {side} with a bad credential, asked for {number + 1} times"
            yield Verdict("P14", None, None, said)
    for it in lived.remembered.failed:
        if it.code == CredentialRejected.code:
            yield Verdict("P14", it.id, it.field, "failed for a bad credential")


def _tells_others(lived: Lived, side: Side, refused: Request) -> bool:
    began, ended = refused.at, refused.ended_at or lived.ended_at
    revoked = [it.at for it in lived.history.steps if isinstance(it, Revoke) and it.side is side]
    struck = lived.strikes.get(refused.worker or "", ())
    return not (
        any(began < at <= ended for at in revoked) or any(began <= at <= ended + TELLING for at in struck)
    )


def _mixed_creates(lived: Lived, side: Side) -> Iterator[Verdict]:
    """The constants of a create are of one version, which is the one that the ledger names."""
    rows = [it for it in lived.remembered.written if it.field in CONSTANTS]
    for effect in lived.trackers[side].cabinet.effects:
        if effect.by is not By.ENGINE or effect.kind != "create":
            continue
        said = {effect.changes[name][1] for name in CONSTANTS if name in effect.changes}
        if said and _was_answered(lived, side, effect):
            said |= {f"v{it.version}" for it in rows if it.id == effect.id}
        if len(said) > 1:
            yield Verdict("P15", effect.key, None, f"was created under {sorted(said)}")


def _was_answered(lived: Lived, side: Side, effect: Effect) -> bool:
    """Else it is found later, and noted under the version of that time."""
    asked = [it for it in lived.trackers[side].requests if it.writes and effect.marker in it.about]
    return not any(it.fault is not Fault.NONE or lived.strikes.get(it.worker or "") for it in asked)


def _paused(lived: Lived, side: Side) -> Iterator[Verdict]:
    removed = [(lived.removed_at, lived.ended_at)] if lived.removed_at is not None else []
    for since, until in [*lived.paused, *removed]:
        for request in lived.trackers[side].requests:
            meant = request.writes and since + WITHIN < request.at < until
            if request.worker is not None and meant and not _just_woken(lived, request):
                said = f"{request.name} in {side} at {request.at:.1f}, stopped at {since:.1f}"
                yield Verdict("P15", None, None, said)


def _just_woken(lived: Lived, request: Request) -> bool:
    """It goes on where it was frozen, and can't know how long that was."""
    return any(0 <= request.at - at < WITHIN for at in lived.strikes.get(request.worker or "", ()))


def _mixed_versions(lived: Lived) -> Iterator[Verdict]:
    versions = defaultdict(set)
    for row in lived.remembered.written:
        versions[row.id, row.act].add(row.version)
    for (id, act), several in versions.items():
        if len(several) > 1:
            yield Verdict("P15", id, None, f"{act} was done under versions {sorted(several)}")
