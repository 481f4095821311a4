"""What every simulated vendor is made of, and the way of a request through it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import timedelta
from random import Random
from typing import Any

from syncline_sandbox.boxes import Box
from syncline_sandbox.calls import Answer, Call, Operation, Refused, match
from syncline_sandbox.clock import Now, VendorClock, real_now
from syncline_sandbox.deliveries import Deliveries, Delivery
from syncline_sandbox.faults import Faults
from syncline_sandbox.ledger import Ledger
from syncline_sandbox.limits import Budget, Used
from syncline_sandbox.store import Store, Stored

PLENTY = 36_000  # requests in a window: who believes it and keeps to it is not held up


class Vendor(ABC):
    kind: str
    address: str  # as people know it, and as it stands in answers, whatever way a call came
    granularity: timedelta
    window: timedelta  # of the rate limit
    first_number: int

    def __init__(self, seed: int = 1, now: Now = real_now) -> None:
        self.random = Random(seed)  # ids and the like; the same calls give the same ones
        self.clock = VendorClock(self.granularity, now)
        self.ledger = Ledger()
        self.store = Store(self.clock, self.ledger, self.first_number)
        self.faults = Faults()
        self.budget = Budget(self.window)
        self.deliveries = Deliveries(Random(seed + 1))
        self.latency: tuple[float, float] = (0.0, 0.0)
        self.latency_random = Random(seed + 2)
        self.revoked: set[str] = set()  # accounts whose credentials work no more

    @property
    @abstractmethod
    def operations(self) -> Sequence[Operation]: ...

    @abstractmethod
    def admit(self, operation: Operation, call: Call) -> str:
        """Who calls. Raises Refused for a credential, a right, a header or a version that the vendor wants otherwise."""

    @abstractmethod
    def reject(self, call: Call) -> Answer:
        """What a credential that does not work gets."""

    @abstractmethod
    def nothing_here(self, call: Call, methods: set[str]) -> Answer: ...

    @abstractmethod
    def unavailable(self) -> Answer: ...

    @abstractmethod
    def limit_headers(self, used: Used) -> Mapping[str, str]: ...

    @abstractmethod
    def limited(self, used: Used) -> Answer: ...

    def limited_now(self) -> Answer:
        """As if the limit were reached; where none is set, one that hardly ever binds."""
        now, limit = self.clock.now(), self.budget.limit or PLENTY
        used = Used(limit + 1, limit, now + timedelta(seconds=2), now)
        return self.limited(used).also(self.limit_headers(used))

    def is_over(self, used: Used) -> bool:
        return used.count > used.limit

    def delay(self, used: Used) -> float:
        """Seconds that the vendor holds a call back which it still answers."""
        return 0.0

    @abstractmethod
    def edit(self, id: str, values: Mapping[str, Any], by: str) -> None:
        """What a person does in the vendor's own pages. Raises Refused as the vendor's API would."""

    @abstractmethod
    def create(self, stream: str, values: Mapping[str, Any], by: str) -> Stored:
        """Likewise, a new record."""

    @property
    @abstractmethod
    def people(self) -> Sequence[str]:
        """Who may edit, by the names that `edit` takes."""

    @abstractmethod
    def boxes(self, stored: Stored) -> Sequence[Box]:
        """What of it they may edit."""

    @abstractmethod
    def headline(self, stored: Stored) -> str:
        """What it is called in a list."""

    @abstractmethod
    def push(self, stream: str, url: str, secret: str) -> None:
        """Posts the stream's changes to `url` from now on, in the vendor's way."""

    def delivered(self, delivery: Delivery, status: int | None) -> None:
        self.deliveries.answered.append((delivery, status))

    def forget(self, kept: int) -> None:
        """All but the last `kept` of what was asked, done and delivered: who runs for days needs no more."""
        self.ledger.forget(kept)
        del self.deliveries.answered[:-kept], self.deliveries.lost_ones[:-kept]

    def guid(self) -> str:
        text = f"{self.random.getrandbits(128):032x}"
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))

    def operation_of(self, call: Call) -> str:
        """Its name, in the ledger and for faults."""
        operation, _, _ = match(self.operations, call)
        return operation.name if operation else "unknown"

    def within(self, call: Call) -> Sequence[Call]:
        """The calls that a batch consists of; none if it can't be read, or is none."""
        return ()

    def answer(self, call: Call) -> tuple[Answer, float]:
        """The whole way of a call, and how long the vendor holds it back."""
        operation, call, methods = match(self.operations, call)
        if operation is None:
            return self.nothing_here(call, methods), 0.0
        try:
            caller = self.admit(operation, call)
        except Refused as refused:
            return refused.answer, 0.0
        if self.ledger.current:
            self.ledger.current.caller = caller
        used = self.budget.use(caller, self.clock.now())
        if used and self.is_over(used):
            return self.limited(used).also(self.limit_headers(used)), 0.0
        answer = self.serve(operation, call, caller)
        return (answer.also(self.limit_headers(used)), self.delay(used)) if used else (answer, 0.0)

    def again(self, call: Call) -> Answer:
        """A call within a call: by the same rules, without being counted."""
        operation, call, methods = match(self.operations, call)
        if operation is None:
            return self.nothing_here(call, methods)
        try:
            return self.serve(operation, call, self.admit(operation, call))
        except Refused as refused:
            return refused.answer

    def serve(self, operation: Operation, call: Call, caller: str) -> Answer:
        try:
            return operation.serve(call, caller)
        except Refused as refused:
            return refused.answer
