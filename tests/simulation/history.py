"""A history: all that happens, drawn from a seed and from then on plain data."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from random import Random
from typing import Any

from simulation.configurations import Variant
from simulation.faults import CALM, Rates
from simulation.steps import (
    Clone,
    Comment,
    Create,
    Edit,
    Freeze,
    Kill,
    Mark,
    Pause,
    Publish,
    Remove,
    Restore,
    Resume,
    Revoke,
    Sicken,
    Start,
    Step,
)
from simulation.vendors import ALDER_PEOPLE, BIRCH_PEOPLE, Facts
from syncline_common.schemas.connector import RepeatClass
from syncline_common.schemas.values import Direction, Side, Value

COLLIDING = (("Title", "short_description"), ("Description", "description"), ("State", "state"))


@dataclass(frozen=True, slots=True)
class History:
    seed: int
    facts_a: Facts
    facts_b: Facts
    versions: tuple[Variant, ...]
    workers: int
    lasts: float  # until users stop and faults are lifted
    steps: tuple[Step, ...]

    def facts(self, side: Side) -> Facts:
        return self.facts_a if side is Side.A else self.facts_b

    def with_steps(self, steps: tuple[Step, ...]) -> "History":
        return replace(self, steps=steps)

    def __str__(self) -> str:
        versions = [f"  version {n}: {it}" for n, it in enumerate(self.versions, 1)]
        head = [f"seed {self.seed}, {self.workers} workers, {self.lasts:.0f} s"]
        sides = [f"  a: {self.facts_a}", f"  b: {self.facts_b}"]
        return "\n".join([*head, *sides, *versions, *(f"  {it}" for it in self.steps)])


def history_of(seed: int) -> History:
    """In every second one nothing goes wrong but what users do: what fails there is the easiest to read."""
    return _Draft(seed).history()


def calm(history: History) -> History:
    """The same with nobody in it but users, one worker, and those who publish and pause; and with ample budgets."""
    unwell = Kill | Freeze | Start | Sicken | Revoke | Restore
    steps = tuple(it for it in history.steps if not isinstance(it, unwell))
    return replace(ample(history), workers=1, steps=steps)


def ample(history: History) -> History:
    """For those who know no gate."""
    a, b = (replace(history.facts(side), budget=Facts().budget) for side in Side)
    return replace(history, facts_a=a, facts_b=b)


class _Draft:
    def __init__(self, seed: int) -> None:
        self._random = Random(f"history {seed}")
        self._seed = seed
        self._lasts = self._random.uniform(40, 120)
        self._workers = self._random.randint(1, 3)
        self._serial = count(1)
        self._keys: dict[str, float] = {}  # and since when they are there

    def history(self) -> History:
        random = self._random
        versions = self._versions()
        steps = [*self._records(), *self._edits()]
        if random.random() < 0.5:
            kinds = [self._strikes, self._sickness, self._lost_answers, self._revoked, self._rest]
            for kind in random.sample(kinds, random.randint(1, 4)):
                steps += kind()
        steps += [Publish(self._when(), number) for number in range(2, len(versions) + 1)]
        ordered = tuple(sorted(steps, key=lambda it: it.at))
        return History(
            self._seed, self._facts(), self._facts(), versions, self._workers, self._lasts, ordered
        )

    def _when(self, earliest: float = 1.0) -> float:
        return round(self._random.uniform(earliest, max(self._lasts, earliest + 1)), 3)

    def _facts(self) -> Facts:
        choose = self._random.choice
        return Facts(
            granularity=choose([1.0, 60.0]),
            offset=choose([0.0, -40.0, 0.7, 90.0]),
            lag=choose([0.0, 0.0, 3.0, 20.0]),
            creates=choose([RepeatClass.K1, RepeatClass.K2, RepeatClass.K2, RepeatClass.K2, RepeatClass.K3]),
            conditional=choose([True, True, False]),
            page=choose([1, 2, 5]),
            lost_hooks=choose([0.0, 0.3, 1.0]),
            budget=choose([600, 600, 600, 60]),
        )

    def _versions(self) -> tuple[Variant, ...]:
        """A later one changes what may change without a word about records that are there already."""
        first, choose = self._variant(), self._random.choice
        if choose([True, True, False]):
            return (first,)
        return (first, replace(first, policy=choose(["a", "b", "latest"]), otherwise=choose([True, False])))

    def _variant(self) -> Variant:
        choose = self._random.choice
        direction = choose(
            [Direction.BOTH, Direction.BOTH, Direction.BOTH, Direction.A_TO_B, Direction.B_TO_A]
        )
        creates = "both" if direction is Direction.BOTH else {"a_to_b": "in_b", "b_to_a": "in_a"}[direction]
        return Variant(
            direction,
            choose([creates, creates, creates, "none"] if direction is Direction.BOTH else [creates]),
            choose(["a", "b", "latest", "ask", "none"]),
            otherwise=choose([True, False]),
            comments=choose([True, False]),
        )

    def _records(self) -> Iterator[Step]:
        for number in range(1, self._random.randint(1, 4) + 1):
            side, key = self._random.choice(list(Side)), f"r{number}"
            at = 0.0 if self._random.random() < 0.3 else self._when()  # mostly where faults are
            self._keys[key] = at
            yield Create(at, side, key, tuple((name, draw()) for name, draw in self._fields(side).items()))

    def _edits(self) -> Iterator[Step]:
        for _ in range(self._random.randint(4, 10)):
            key = self._random.choice(list(self._keys))
            at, number = self._when(self._keys[key] + 0.1), self._random.random()
            if number < 0.35:
                yield from self._collision(at, key)
            else:
                yield self._edit(at, self._random.choice(list(Side)), key)

    def _collision(self, at: float, key: str) -> Iterator[Step]:
        """The same field on both sides, at about the same time."""
        names = self._random.choice(COLLIDING)
        for side, name in zip(Side, names, strict=True):
            when = round(at + self._random.choice([0.0, self._random.uniform(0, 5)]), 3)
            yield Edit(when, side, key, name, self._fields(side)[name]())

    def _edit(self, at: float, side: Side, key: str) -> Step:
        random, number = self._random, self._random.random()
        if number < 0.08:
            return Comment(at, side, key, f"said {next(self._serial)}.")
        if number < 0.14:
            return Mark(at, side, key, random.choice(["delete", "hide", "show"]))
        if number < 0.20:
            return Clone(at, side, key, f"{key}+{next(self._serial)}")
        name, draw = random.choice(list(self._fields(side).items()))
        return Edit(at, side, key, name, draw())

    def _fields(self, side: Side) -> dict[str, Callable[[], Value]]:
        choose = self._random.choice
        if side is Side.A:
            return {
                "Title": lambda: f"Title {next(self._serial)} ",
                "Description": self._text,
                "State": lambda: choose(["New", "Active", "Resolved", "Closed", "Closed", "Odd"]),
                "Priority": lambda: choose([1, 2, 3, 4, 4, 5]),
                "AssignedTo": lambda: choose([None, *sorted(ALDER_PEOPLE)]),
            }
        return {
            "short_description": lambda: f"Short {next(self._serial)}",
            "description": self._text,
            "state": lambda: choose(["1", "2", "6", "7"]),
            "priority": lambda: choose([1, 2, 3, 4]),
            "assigned_to": lambda: choose([None, *sorted(BIRCH_PEOPLE)]),
        }

    def _text(self) -> Value:
        return self._random.choice([None, *[f"line {next(self._serial)}\nand more"] * 5])

    def _strikes(self) -> list[Step]:
        random, steps = self._random, list[Step]()
        for _ in range(random.randint(1, 3)):
            at, worker, points = self._when(), random.randrange(self._workers), random.randint(1, 60)
            if random.random() < 0.4:
                steps.append(Freeze(at, worker, points, round(random.uniform(1, 70), 1)))
            else:
                steps.append(Kill(at, worker, points))
                steps.append(Start(round(at + random.uniform(1, 60), 3), worker))
        return steps

    def _sickness(self) -> list[Step]:
        """From early on, and half of the time to the end: what goes wrong shall meet what users do."""
        names = ["limited", "down", "after", "late", "partly", "slow"]
        steps = list[Step]()
        for side in self._random.sample(list(Side), self._random.randint(1, 2)):
            at = self._when(0) * self._random.random()
            chosen = self._random.sample(names, self._random.randint(1, 3))
            rates: dict[str, Any] = {name: self._random.choice([5, 20, 60]) for name in chosen}
            steps.append(Sicken(round(at, 3), side, Rates(**rates)))
            if self._random.random() < 0.5:
                steps.append(Sicken(self._when(at), side, CALM))
        return steps

    def _lost_answers(self) -> list[Step]:
        """Records are made while the other side's answers get lost, and people find the copies before we do."""
        random, side, at = self._random, self._random.choice(list(Side)), self._when() * self._random.random()
        rates: dict[str, Any] = {random.choice(["after", "late", "partly"]): random.choice([30, 60])}
        steps: list[Step] = [Sicken(round(at, 3), side.other, Rates(**rates))]
        for number in range(1, random.randint(2, 4)):
            key, made = f"l{number}", round(at + random.uniform(0, 10), 3)
            values = tuple((name, draw()) for name, draw in self._fields(side).items())
            steps.append(Create(made, side, key, values))
            seen = round(made + random.uniform(10, 50), 3)
            if random.random() < 0.5:
                steps.append(Clone(seen, side.other, key, f"{key}+{next(self._serial)}"))
            else:
                name, draw = random.choice(list(self._fields(side.other).items()))
                steps.append(Edit(seen, side.other, key, name, draw()))
        return steps

    def _revoked(self) -> list[Step]:
        at, side = self._when(), self._random.choice(list(Side))
        return [Revoke(at, side), Restore(self._when(at), side)]

    def _rest(self) -> list[Step]:
        at = self._when()
        if self._random.random() < 0.2:
            return [Remove(at)]
        return [Pause(at), Resume(self._when(at + 35))]
