"""A gate in memory that several processes share."""

from dataclasses import dataclass, field, replace

from sdk.vendor import VENDOR, Way
from syncline_common.schemas.connector import Priority
from syncline_common.sdk.auth import Auth
from syncline_common.sdk.gate import Budget, Grant
from syncline_common.sdk.gate_state import GateState
from syncline_common.sdk.gateway import Gateway
from syncline_common.sdk.meter import Meter
from syncline_common.sdk.rates import NOT_TOLD, RateHeaders

BUDGET = Budget("vendor", limit=6_000, per=60.0)


@dataclass
class Shared:
    """The gate, and the time: it passes when somebody waits."""

    budget: Budget = BUDGET
    now: float = 1_000.0
    state: GateState = field(default_factory=GateState)

    async def wait(self, seconds: float) -> None:
        self.now += seconds

    async def take(self, budget: Budget, chunk: int, priority: Priority) -> Grant:
        self.state, grant = self.state.take(self.now, budget, chunk, priority)
        return replace(grant, tokens=min(grant.tokens, 1))

    async def slow_down(self, budget: Budget, retry_after: float) -> None:
        self.state = self.state.slow_down(self.now, retry_after)

    async def resize(self, budget: Budget, limit: int) -> None:
        self.state = self.state.resize(limit)

    async def observe(self, budget: Budget, ok: bool) -> None:
        self.state = self.state.observe(self.now, 1, 0 if ok else 1)

    async def refuse(self, budget: Budget, name: str) -> None:
        self.state = self.state.refuse(self.now, name)

    def process(
        self, way: Way, attempts: int = 4, told: RateHeaders = NOT_TOLD, auth: Auth | None = None
    ) -> Gateway:
        meter = Meter(self, self.budget, lambda: self.now, self.wait)
        client = way.outbound.client(VENDOR)
        return Gateway(client, meter, auth=auth, attempts=attempts, told=told, sleep=self.wait)
