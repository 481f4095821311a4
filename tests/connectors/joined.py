"""What is the same of every connector that is put through the contract, and of every simulated system."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any, Generic, TypeVar

from backing.canaries import CANARY, sings
from connectors.loopback import ELSEWHERE, Loopback
from sandbox.desk import Hands
from syncline_common.schemas.values import Values
from syncline_common.sdk.auth import Auth
from syncline_common.sdk.gateway import Gateway
from syncline_common.sdk.ports import Out, WholeReader, WholeWriter
from syncline_common.testing.contract.subject import Done, Heard, Ports, Sort
from syncline_sandbox.faults import Fault
from syncline_sandbox.ledger import Request
from syncline_sandbox.vendor import Vendor

MARKER = "sl-abcdefghij234567abcd"
FILE = b"\x00\xffcontent\n" * 200
SECRET = f"{CANARY}-of-the-credential"
V = TypeVar("V", bound=Vendor)
S = TypeVar("S", bound="Strings[Any]")


class Strings(Generic[V]):
    """What is the same in every simulated system."""

    def __init__(self, vendor: V, stream: str, hands: Hands) -> None:
        self.vendor, self._stream, self._hands = vendor, stream, hands

    def add(self) -> str:
        raise NotImplementedError

    def fill(self, count: int, *, per_second: int) -> list[str]:
        made = []
        for number in range(count):
            if number % per_second == 0:
                self.move(1)
            made.append(self.add())
        return made

    def move(self, seconds: float) -> None:
        self._hands.move(seconds)

    def late(self, seconds: float) -> None:
        self.vendor.store.lag = timedelta(seconds=seconds)

    def versions(self) -> Mapping[str, str]:
        records = self.vendor.store.records.values()
        return {
            it.id: str(it.number) for it in records if it.stream == self._stream and it.deleted_at is None
        }

    def order(self, fault: str, *, skip: int = 0, count: int | None = None, operation: str = "*") -> None:
        self.vendor.faults.order(operation, Fault(fault), count, skip)

    def lift(self) -> None:
        self.vendor.faults.lift()

    @property
    def heard(self) -> Sequence[Heard]:
        return [Heard(_name(it), it.target) for it in self.vendor.ledger.requests]

    @property
    def done(self) -> Sequence[Done]:
        return [Done(it.what, it.stream, it.id, it.request) for it in self.vendor.ledger.effects]


class Joined(Generic[S]):
    """What is the same for every subject."""

    kind: str
    address: str
    made: Callable[[], S]
    stream: str
    project: str | None
    person: str
    sample: Values
    change: Values
    key: str
    unique: str | None = None
    asks_nothing: Collection[str] = ()
    lacks: Collection[str] = ()
    changes_by: Collection[str] = ("PATCH",)
    ties_by: Collection[str] = ()
    gateway: type[Gateway] = Gateway
    origins: Collection[str] = ()  # of its API, if that lies under others than the address
    secret: str = SECRET
    elsewhere: str = ELSEWHERE

    def __init__(self, place: Loopback, **more: Any) -> None:
        self._place, self._more = place, more
        place.file = FILE

    def system(self) -> S:
        made = type(self).made()
        self._place.put(made.vendor)
        return made

    def ports(self, wrap: Callable[[Out], Out] | None = None) -> Ports:
        more = {"origins": self.origins, **self._more}
        gateway: Out = self._place.gateway(self.kind, self.address, self.auth(), self.gateway, **more)
        out = wrap(gateway) if wrap else gateway
        return Ports(self.reader(out), self.writer(out))

    def heard_elsewhere(self) -> Sequence[str]:
        return self._place.heard_elsewhere

    def sings(self, text: str) -> bool:
        return sings(text.encode(errors="replace"))

    def auth(self) -> Auth:
        raise NotImplementedError

    def reader(self, out: Out) -> WholeReader:
        raise NotImplementedError

    def writer(self, out: Out) -> WholeWriter:
        raise NotImplementedError

    def sort_of(self, heard: Heard) -> Sort:
        raise NotImplementedError


def _name(request: Request) -> str:
    """Of a batch, what it is made of says what it means when it goes wrong."""
    return f"{request.operation} of {request.within[0]}" if request.within else request.operation
