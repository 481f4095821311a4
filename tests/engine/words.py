"""Plans in words, to compare with expectations in words; and two imaginary systems that carry plans out."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from syncline_common.schemas.values import Side, Value, Values
from syncline_sync_worker.engine.bases import Bases, remember
from syncline_sync_worker.engine.operations import Adopt, Conflict, Freeze, Operation, Write
from syncline_sync_worker.engine.plan import Observed, Plan, plan
from syncline_sync_worker.engine.rules import NoPartner, Rule

EARLY = datetime(2026, 1, 1, tzinfo=UTC)
LATE = EARLY + timedelta(seconds=1)
Dialect = Callable[[Value], Value]


class Table:
    """a's words to b's, written down for a test; the way back leads to the first."""

    def __init__(self, values: Mapping[str, str], *, else_a: str | None = None) -> None:
        self.values, self.else_a = values, else_a

    def convert(self, value: Value, to: Side) -> Value:
        pairs = self.values.items() if to is Side.B else [(b, a) for a, b in self.values.items()]
        for one, other in pairs:
            if one == value:
                return other
        if to is Side.A and self.else_a is not None:
            return self.else_a
        raise NoPartner(f"{value!r} has no partner")


STATES = Table({"New": "1", "Active": "2", "Doing": "2", "Closed": "7"})
LENIENT = Table({"New": "1", "Active": "2", "Doing": "2", "Closed": "7"}, else_a="New")


def seen(at: datetime = EARLY, /, **values: Any) -> Observed:
    return Observed(values, at)


def said(operations: Iterable[Operation]) -> list[str]:
    words = []
    for it in operations:
        match it:
            case Adopt():
                words.append("adopt")
            case Conflict(winner=winner):
                words.append(f"conflict, {winner.value if winner else 'nobody'} wins")
            case Write():
                words.append(f"{it.side.value}={it.value} was {it.old}")
            case Freeze():
                words.append(f"freeze {it.side.value}={it.value}")
    return words


def carried_out(
    planned: Plan,
    bases: Bases,
    now: tuple[Values, Values],
    rules: list[Rule],
    dialect: Dialect = lambda it: it,
) -> tuple[Bases, tuple[Values, Values]]:
    """Each side takes what is written to it, in its own dialect; what came back is remembered."""
    back = {side: {name: dialect(it) for name, it in planned.values(side).items()} for side in Side}
    after = ({**now[0], **back[Side.A]}, {**now[1], **back[Side.B]})
    return remember(bases, planned.operations, back, rules), after


def again(bases: Bases, now: tuple[Values, Values], rules: list[Rule]) -> Plan:
    return plan(*bases, Observed(now[0], EARLY), Observed(now[1], EARLY), rules)
