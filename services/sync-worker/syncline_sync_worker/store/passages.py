"""A Passage: a budget that requests to one side of a connection go by, and whether its gate lets them through."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from syncline_common.sdk.gate import Budget
from syncline_common.sdk.gate_state import GateState
from syncline_common.sdk.manifest import EndpointClass


@dataclass(frozen=True, slots=True)
class Passage:
    """`limit` is the workers' share. What others of the same vendor use of it is nobody's business here."""

    endpoints: str | None  # of a class that the vendor counts apart
    limit: int
    per_seconds: float
    paused_until: datetime | None = None
    away_since: datetime | None = None


def budgets_by_class(whole: Budget, classes: tuple[EndpointClass, ...]) -> dict[str | None, Budget]:
    """As `Meter.of` keeps them."""
    own: dict[str | None, Budget] = {
        it.name: replace(whole, key=f"{whole.key} {it.name}", limit=it.calls, per=float(it.per_seconds))
        for it in classes
    }
    return {None: whole} | own


def passages(
    budgets: Mapping[str | None, Budget], states: Mapping[str, GateState], now: datetime
) -> list[Passage]:
    return [_passage(name, it, states.get(it.key, GateState()), now) for name, it in budgets.items()]


def _passage(endpoints: str | None, budget: Budget, state: GateState, now: datetime) -> Passage:
    share = replace(budget, limit=state.told_limit) if state.told_limit else budget
    until = max(state.not_before, state.open_until)
    paused = datetime.fromtimestamp(until, UTC) if until > now.timestamp() else None
    away = datetime.fromtimestamp(state.away_since, UTC) if state.away_since else None
    return Passage(endpoints, share.mine, budget.per, paused, away)
