"""Faults on demand: which operation, which fault, how often."""

from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase


class Fault(StrEnum):
    SLOW = "slow"  # answers well, late
    HANG_BEFORE = "hang_before"  # nothing happens, nothing is answered
    HANG_AFTER = "hang_after"  # it happens, nothing is answered
    ERROR_BEFORE = "error_before"  # 503
    ERROR_AFTER = "error_after"  # it happens, and 503 is answered
    HTML = "html"  # 200 with a page, and nothing happens
    HTML_AFTER = "html_after"  # it happens, and something in between answers with a page
    INVALID_JSON = "invalid_json"
    TRUNCATED = "truncated"  # half of the answer, as if it were all
    EMPTY = "empty"  # it happens, and 200 comes with no body
    OTHER_JSON = "other_json"  # it happens, and 200 comes with JSON that is about something else
    CUT = "cut"  # half of the answer, then the connection closes
    HUGE = "huge"
    GZIP_BOMB = "gzip_bomb"
    REDIRECT_LOOP = "redirect_loop"
    ENDLESS = "endless"  # chunks without end
    SAME_PAGE = "same_page"  # the answer of the call before, whatever page was asked for
    RATE_LIMITED = "rate_limited"
    ECHO = "echo"  # 400, and all that was sent, as a debugging page shows it
    REVOKED = "revoked"  # the credential is not accepted


WITHOUT_EFFECT = frozenset(
    {
        Fault.HANG_BEFORE,
        Fault.ERROR_BEFORE,
        Fault.HTML,
        Fault.REDIRECT_LOOP,
        Fault.RATE_LIMITED,
        Fault.ECHO,
        Fault.REVOKED,
    }
)


@dataclass(slots=True)
class Order:
    """`operation` may hold wildcards. `skip` lets that many calls pass first; `count` None means until lifted."""

    operation: str
    fault: Fault
    count: int | None = 1
    skip: int = 0


@dataclass(slots=True)
class Faults:
    orders: list[Order] = field(default_factory=list)

    def order(self, operation: str, fault: Fault, count: int | None = 1, skip: int = 0) -> None:
        self.orders.append(Order(operation, fault, count, skip))

    def lift(self) -> None:
        self.orders.clear()

    def take(self, operation: str) -> Fault | None:
        """The first order that is for this call; the later ones wait for their turn."""
        for order in self.orders:
            if not fnmatchcase(operation, order.operation):
                continue
            if order.skip > 0:
                order.skip -= 1
                continue
            if order.count is not None:
                order.count -= 1
                if order.count == 0:
                    self.orders.remove(order)
            return order.fault
        return None
