"""The gate's arithmetic, the same wherever its state is kept: GCRA with head-room for the urgent, and a breaker."""

from dataclasses import dataclass, replace

from syncline_common.schemas.connector import Priority
from syncline_common.sdk.gate import Budget, Grant

TICK = 1e-6  # seconds; what today's date leaves of a float's precision
VOID_AFTER = 0.02  # of `per`: a token that waits longer could be spent in a window that has its own
BURST = 0.02  # of the share, given at once at most; the rest of it comes evenly
HEADROOM = {Priority.USER: 0.0, Priority.WEBHOOK: 0.25, Priority.POLL: 0.5, Priority.BACKFILL: 0.75}

COUNTED_FOR, LEAST_CALLS, TOLERATED = 60.0, 10, 0.5
OPEN_FOR, OPEN_AT_MOST, PROBE_WITHIN = 30.0, 600.0, 30.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Any `per` seconds see less than `burst + per / interval` tokens begin, which is at most the share.

    A token begins up to `void` seconds after it was granted, so those of `per + void` count.
    """

    interval: float  # seconds per token
    burst: int
    void: float

    @classmethod
    def of(cls, budget: Budget) -> "Pace":
        burst = 1 + int(budget.mine * BURST)
        void = budget.per * VOID_AFTER
        return cls((budget.per + void + 2 * TICK) / (budget.mine - burst + 1), burst, void)

    def room(self, priority: Priority) -> int:
        """What this class may take of a full burst; the rest is left for those before it."""
        return max(1, self.burst - int(self.burst * HEADROOM[priority]))


@dataclass(frozen=True, slots=True)
class GateState:
    """Times are seconds since 1970, by the clock of whoever keeps it."""

    paid_until: float = 0.0  # GCRA's theoretical arrival time
    not_before: float = 0.0
    counted_from: float = 0.0
    calls: int = 0
    failures: int = 0
    open_until: float = 0.0
    open_for: float = 0.0  # 0: closed
    probe_until: float = 0.0  # somebody's probe is under way
    told_limit: int = 0  # what the vendor said it allows; 0: nothing, so what was declared holds
    away_since: float = 0.0  # when the breaker opened first; 0: closed
    refused: str = ""  # the name of a credential
    refused_at: float = 0.0

    def take(self, now: float, budget: Budget, chunk: int, priority: Priority) -> tuple["GateState", Grant]:
        state, grant = self._taken(now, budget, chunk, priority)
        return state, replace(grant, refused=self.refused, refused_ago=now - self.refused_at)

    def _taken(self, now: float, budget: Budget, chunk: int, priority: Priority) -> tuple["GateState", Grant]:
        pace = Pace.of(replace(budget, limit=self.told_limit) if self.told_limit else budget)
        closed_until = max(self.not_before, self.open_until, self.probe_until if self.open_for else 0.0)
        if now < closed_until:
            return self, Grant(0, closed_until - now)
        start = max(now, self.paid_until)
        behind = max(0.0, start - now - TICK) / pace.interval
        free = int(pace.room(priority) - behind)
        if free < 1:
            return self, Grant(0, (behind - pace.room(priority) + 1) * pace.interval + TICK)
        if self.open_for:
            state = replace(self, paid_until=start + pace.interval, probe_until=now + PROBE_WITHIN)
            return state, Grant(1, pace.void, probe=True)
        tokens = min(chunk, free)
        return replace(self, paid_until=start + tokens * pace.interval), Grant(tokens, pace.void)

    def slow_down(self, now: float, retry_after: float) -> "GateState":
        return replace(self, not_before=max(self.not_before, now + retry_after))

    def resize(self, limit: int) -> "GateState":
        return replace(self, told_limit=limit)

    def refuse(self, now: float, name: str) -> "GateState":
        return replace(self, refused=name, refused_at=now)

    def observe(self, now: float, calls: int, failures: int) -> "GateState":
        if self.open_for:
            return self._probed(now, ok=not failures)
        fresh = now - self.counted_from >= COUNTED_FOR
        state = replace(
            self,
            counted_from=now if fresh else self.counted_from,
            calls=calls + (0 if fresh else self.calls),
            failures=failures + (0 if fresh else self.failures),
        )
        if state.calls >= LEAST_CALLS and state.failures > TOLERATED * state.calls:
            return state._opened(now, OPEN_FOR)
        return state

    def _probed(self, now: float, *, ok: bool) -> "GateState":
        if not self.probe_until:
            return self  # a straggler that was sent before it opened tells nothing new
        if ok:
            return GateState(
                self.paid_until,
                self.not_before,
                told_limit=self.told_limit,
                refused=self.refused,
                refused_at=self.refused_at,
            )
        return self._opened(now, min(2 * self.open_for, OPEN_AT_MOST))

    def _opened(self, now: float, seconds: float) -> "GateState":
        state = replace(self, probe_until=0.0, calls=0, failures=0, away_since=self.away_since or now)
        return replace(state, open_until=now + seconds, open_for=seconds)
