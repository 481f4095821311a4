"""Makes a history that fails as short as it gets while it still fails, by leaving out and trying again."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from simulation.history import History
from simulation.steps import Publish, Step
from simulation.vendors import Facts

Fails = Callable[[History], bool]


def shrink(history: History, fails: Fails) -> History:
    """Nothing more can be left out of the answer without it passing."""
    if not fails(history):
        raise ValueError("a history that passes can't be shortened")
    before = None
    while before != history:
        before = history
        history = _fewer_steps(history, fails)
        for simplify in SIMPLER:
            simpler = simplify(history)
            if simpler != history and fails(simpler):
                history = simpler
    return history


def _fewer_steps(history: History, fails: Fails) -> History:
    """Delta debugging: halves first, single steps in the end."""
    size = max(1, len(history.steps) // 2)
    while True:
        for rest in _without(history.steps, size):
            if fails(history.with_steps(rest)):
                history = history.with_steps(rest)
                break
        else:
            if size == 1:
                return history
            size //= 2


def _without(steps: Sequence[Step], size: int) -> Iterator[tuple[Step, ...]]:
    for start in range(0, len(steps), size):
        yield (*steps[:start], *steps[start + size :])


def _one_version(history: History) -> History:
    published = any(isinstance(it, Publish) for it in history.steps)
    return history if published else replace(history, versions=history.versions[:1])


def _shorter(history: History) -> History:
    return replace(history, lasts=max((it.at for it in history.steps), default=0.0) + 1)


SIMPLER: tuple[Callable[[History], History], ...] = (  # what is of no account shall not be thought to be
    lambda it: replace(it, workers=1),
    lambda it: replace(it, facts_a=Facts()),
    lambda it: replace(it, facts_b=Facts()),
    _one_version,
    _shorter,
)
