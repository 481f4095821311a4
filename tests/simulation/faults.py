"""What may go wrong with a request, how often, and what is drawn for this one."""

from dataclasses import dataclass
from enum import StrEnum
from random import Random


class Fault(StrEnum):
    NONE = "none"
    LIMITED = "limited"  # 429
    DOWN = "down"  # 5xx or a time-out, before the effect
    AFTER = "after"  # the effect is there, the answer is lost
    LATE = "late"  # the client gives up, and the effect comes after that
    PARTLY = "partly"  # of a bulk call, some items have no answer


ONLY_WRITES = (Fault.AFTER, Fault.LATE, Fault.PARTLY)  # a read without an answer is as if it had not arrived


@dataclass(frozen=True, slots=True)
class Rates:
    """How many of a hundred requests; the rest goes well."""

    limited: int = 0
    down: int = 0
    after: int = 0
    late: int = 0
    partly: int = 0
    slow: int = 0  # take seconds

    def draw(self, random: Random) -> Fault:
        number = random.random() * 100
        for fault in (Fault.LIMITED, Fault.DOWN, Fault.AFTER, Fault.LATE, Fault.PARTLY):
            number -= getattr(self, fault.value)
            if number < 0:
                return fault
        return Fault.NONE

    def latency(self, random: Random) -> float:
        slow = random.random() * 100 < self.slow
        return random.uniform(2, 8) if slow else random.uniform(0.02, 0.4)


CALM = Rates()
