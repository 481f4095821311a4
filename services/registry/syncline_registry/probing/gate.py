"""The probes' part of each system's budget: a reserve for a person who waits, that fills up again at 5 % of the whole."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from syncline_common.schemas.connector import Priority
from syncline_common.sdk.gate import Budget, Grant

RESERVE = 0.5  # of the limit: a check and what is discovered after it, at once
VOID_AFTER = 60.0  # seconds
REMEMBERED = 10_000  # systems; who was quiet longest is forgotten first, and would be full again


@dataclass(slots=True)
class Reserve:
    left: float
    at: float
    not_before: float = 0.0


class ProbeGate:
    """Of this process. In the long run probes take their share and no more, whatever people ask for."""

    def __init__(self, elapsed: Callable[[], float]) -> None:
        self._elapsed = elapsed
        self._reserves: OrderedDict[str, Reserve] = OrderedDict()

    async def take(self, budget: Budget, chunk: int, priority: Priority) -> Grant:
        """One at a time, which costs nothing here: a probe lasts for a few requests, and what it left over would be lost."""
        now, reserve = self._elapsed(), self._of(budget)
        if now < reserve.not_before:
            return Grant(0, reserve.not_before - now)
        if reserve.left < 1:
            return Grant(0, (1.0 - reserve.left) * budget.per / budget.mine)
        reserve.left -= 1
        return Grant(1, VOID_AFTER)

    async def slow_down(self, budget: Budget, retry_after: float) -> None:
        reserve = self._of(budget)
        reserve.not_before = max(reserve.not_before, self._elapsed() + retry_after)

    async def resize(self, budget: Budget, limit: int) -> None:
        """What the manifest says is little enough for those who ask now and then."""

    async def observe(self, budget: Budget, ok: bool) -> None:
        """Who asks by hand may ask again: no breaker is opened by it."""

    async def refuse(self, budget: Budget, name: str) -> None:
        """Nor is anybody else kept from trying."""

    def _of(self, budget: Budget) -> Reserve:
        now, full = self._elapsed(), max(1.0, budget.limit * RESERVE)
        reserve = self._reserves.pop(budget.key, None) or Reserve(full, now)
        reserve.left = min(full, reserve.left + (now - reserve.at) * budget.mine / budget.per)
        reserve.at = now
        self._reserves[budget.key] = reserve
        if len(self._reserves) > REMEMBERED:
            self._reserves.popitem(last=False)
        return reserve
