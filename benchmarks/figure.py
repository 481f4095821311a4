"""A figure: what was measured, beside what, how far apart the rounds were, and whether the aim is met."""

import operator
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from statistics import median

Measure = Callable[[], Awaitable[Sequence[float]]]
OPERATORS = {">=": operator.ge, "<": operator.lt, "<=": operator.le}


@dataclass(frozen=True, slots=True)
class Aim:
    """For ours, or for the ratio of ours to the peer's."""

    sign: str
    value: float
    of_ratio: bool = False

    def __str__(self) -> str:
        return f"{self.sign} {self.value:.0%} of peer" if self.of_ratio else f"{self.sign} {self.value:g}"

    def met(self, line: "Line") -> bool:
        value = line.ratio if self.of_ratio else median(line.ours)
        return value is not None and bool(OPERATORS[self.sign](value, self.value))


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table. The rounds of `ours` and `peer` took turns."""

    what: str
    unit: str
    ours: Sequence[float]
    peer: Sequence[float] = ()
    aim: Aim | None = None

    @property
    def ratio(self) -> float | None:
        """Of neighbours in time, so that a slow minute of the machine counts on both sides."""
        return median(self._ratios()) if self.peer else None

    def cells(self) -> tuple[str, ...]:
        verdict = "" if self.aim is None else "met" if self.aim.met(self) else "NOT MET"
        ratios = self._ratios()
        spread = f"{median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})" if ratios else "-"
        aim = "-" if self.aim is None else str(self.aim)
        return (self.what, self.unit, _spread(self.ours), _spread(self.peer), spread, aim, verdict)

    def _ratios(self) -> list[float]:
        return [ours / peer for ours, peer in zip(self.ours, self.peer, strict=True)] if self.peer else []


async def alternate(rounds: int, *measures: Measure) -> list[list[Sequence[float]]]:
    """Each once to warm up, then all in turn, round after round. By measure, then by round."""
    for measure in measures:
        await measure()
    turns = [[await measure() for measure in measures] for _ in range(rounds)]
    return [[turn[place] for turn in turns] for place in range(len(measures))]


def column(measured: Sequence[Sequence[float]], place: int) -> list[float]:
    return [values[place] for values in measured]


def _spread(values: Sequence[float]) -> str:
    if not values:
        return "-"
    return f"{_short(median(values))} ({_short(min(values))}-{_short(max(values))})"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
