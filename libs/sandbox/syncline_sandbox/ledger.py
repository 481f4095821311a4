"""What was asked of a vendor and what came of it: the oracle of every test that a sandbox takes part in."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class Request:
    number: int
    at: datetime
    operation: str
    method: str
    target: str  # path and query
    within: tuple[str, ...] = ()  # the operations of the calls that it consists of
    caller: str | None = None
    fault: str | None = None
    status: int | None = None  # None: it was never answered


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that is true now and was not before; `request` None if a person did it inside the vendor's system."""

    number: int
    at: datetime
    who: str
    what: str  # created, changed, deleted, restored, destroyed, commented, attached, linked, unlinked
    stream: str
    id: str
    version: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    request: int | None


@dataclass(slots=True)
class Ledger:
    requests: list[Request] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    current: Request | None = None  # whose effects are being noted

    def __reduce__(self) -> tuple[type["Ledger"], tuple[()]]:
        """It is empty when what it is about has been put away and is found again."""
        return Ledger, ()

    def forget(self, kept: int) -> None:
        """Numbers go on."""
        del self.requests[:-kept], self.effects[:-kept]

    def asked(self, at: datetime, operation: str, method: str, target: str) -> Request:
        request = Request(_next(self.requests), at, operation, method, target)
        self.requests.append(request)
        return request

    def note(self, at: datetime, who: str, what: str, place: tuple[str, str, int], **values: Any) -> None:
        """`place` is stream, id and version; `before` and `after` hold what differs."""
        number = self.current.number if self.current else None
        before, after = values.get("before") or {}, values.get("after") or {}
        self.effects.append(Effect(_next(self.effects), at, who, what, *place, before, after, number))

    def count(self) -> Counter[str]:
        return Counter(it.operation for it in self.requests)

    def of(self, id: str) -> list[Effect]:
        return [it for it in self.effects if it.id == id]


def _next(of: Sequence[Request] | Sequence[Effect]) -> int:
    return of[-1].number + 1 if of else 1
