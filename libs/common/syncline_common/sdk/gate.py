"""The gate to a system: a budget that all processes share, and a breaker. Where its state is kept is another's matter."""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from syncline_common.schemas.connector import Priority


class Share(Enum):
    """Of a budget: each keeps an account of its own, so neither can use up the other's."""

    WORK = "work"
    PROBES = "probes"


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `limit` requests in any `per` seconds, for all who use `key`: the vendor's scope, as the manifest has it."""

    key: str
    limit: int
    per: float
    share: Share = Share.WORK

    def __post_init__(self) -> None:
        if self.limit < 2:
            raise ValueError("one request can't be shared: say so many in a longer time")

    @property
    def mine(self) -> int:
        """Probes have 5 %, at least one request; workers have the rest."""
        probes = -(-self.limit // 20)
        return probes if self.share is Share.PROBES else self.limit - probes


@dataclass(frozen=True, slots=True)
class Grant:
    """`tokens` requests may begin within `seconds` of asking; later they are void. 0: ask again in `seconds`."""

    tokens: int
    seconds: float
    probe: bool = False  # the breaker is open, and this one request tells whether it closes
    refused: str = ""  # the name of the credential that was refused last
    refused_ago: float = 0.0


class Gate(Protocol):
    async def take(self, budget: Budget, chunk: int, priority: Priority) -> Grant:
        """Up to `chunk` requests, at once or not at all."""

    async def slow_down(self, budget: Budget, retry_after: float) -> None:
        """The vendor said so (429): nobody sends for so many seconds."""

    async def resize(self, budget: Budget, limit: int) -> None:
        """The vendor said so: it allows `limit` in the budget's time, whatever was declared."""

    async def observe(self, budget: Budget, ok: bool) -> None:
        """Whether a call reached the vendor and came back; a 4xx did."""

    async def refuse(self, budget: Budget, name: str) -> None:
        """The vendor refused the credential of this name: each `take` tells it from then on."""
