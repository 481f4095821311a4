"""What came of a history."""

import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic


@dataclass
class Verdict:
    faults: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)  # promises
    events: int = 0
    figures: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    happened: bool = True  # False: what the seed stands for did not come about


Scenario = Callable[[int], Awaitable[Verdict]]  # from a seed
Scenarios = Mapping[str, Scenario]
Suite = Callable[[Sequence[str]], AbstractAsyncContextManager[Scenarios]]  # of the names that are wanted


def ready(scenarios: Scenarios) -> Suite:
    """Of scenarios that share nothing."""
    return lambda names: nullcontext({name: scenarios[name] for name in names})


@contextmanager
def verdict_in() -> Iterator[tuple[Verdict, Path]]:
    """An empty one, and a folder that is gone afterwards."""
    verdict, began = Verdict(), monotonic()
    with tempfile.TemporaryDirectory(prefix="syncline-soak-") as folder:
        yield verdict, Path(folder)
    verdict.seconds = monotonic() - began
