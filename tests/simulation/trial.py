"""One seed, from the history to the verdicts; and who can be tried."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from simulation.engine import Engine
from simulation.history import History, ample, calm, history_of
from simulation.lived import Lived
from simulation.naive import Naive
from simulation.oracle import judge, settled
from simulation.sturdy import Sturdy
from simulation.subject import Subject
from simulation.verdict import Verdict
from simulation.world import live


@dataclass(frozen=True, slots=True)
class Contender:
    """Somebody who is tried, on histories that it claims to survive."""

    subject: Callable[[History], Subject]
    histories: Callable[[int], History] = history_of


def calm_without_comments(seed: int) -> History:
    history = calm(history_of(seed))
    return replace(history, versions=tuple(replace(it, comments=False) for it in history.versions))


def without_comments(seed: int) -> History:
    """Comments are carried by a later part of the engine."""
    history = history_of(seed)
    return replace(history, versions=tuple(replace(it, comments=False) for it in history.versions))


def without_comments_and_company(seed: int) -> History:
    history = ample(history_of(seed))
    versions = tuple(replace(it, comments=False) for it in history.versions)
    return replace(history, versions=versions, workers=1)


CONTENDERS: Mapping[str, Contender] = {
    "engine": Contender(
        lambda history: Engine(rarely=history.seed % 2 == 1, strict=history.seed % 4 < 2), without_comments
    ),
    "stand-in": Contender(lambda history: Naive(history.versions), calm_without_comments),
    "sturdy": Contender(lambda history: Sturdy(history.versions), without_comments_and_company),
}


@dataclass(frozen=True, slots=True)
class Tried:
    lived: Lived
    verdicts: tuple[Verdict, ...]

    @property
    def promises(self) -> frozenset[str]:
        return frozenset(it.promise for it in self.verdicts)


def tried(history: History, subject: Callable[[History], Subject]) -> Tried:
    """What the oracle stumbles over is a finding, too, and the next seed goes on."""
    lived = live(history, subject(history), settled)
    try:
        verdicts = tuple(judge(lived))
    except Exception as exc:
        verdicts = (Verdict("ours", None, None, f"the oracle stumbled: {exc!r}"),)
    return Tried(lived, verdicts)
