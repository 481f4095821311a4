"""Endpoints that a vendor counts apart: a request to one of them takes from its own budget, and from that of all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

from syncline_common.errors import RateLimited, RemoteError
from syncline_common.schemas.connector import Priority
from syncline_common.sdk.exchange import Asked
from syncline_common.sdk.manifest import EndpointClass
from syncline_common.sdk.rates import RateWord


class Counting(Protocol):
    async def admit(self, priority: Priority, credential: Mapping[str, str]) -> None: ...

    async def answered(self, error: RemoteError | None, credential: Mapping[str, str]) -> None: ...

    async def heard(self, word: RateWord) -> None: ...


class Metering(Counting, Protocol):
    """Of all that a system is asked."""

    def of(self, endpoints: EndpointClass) -> Self:
        """Of some of it, by a budget of their own."""


class Meters:
    def __init__(self, whole: Metering, classes: Sequence[EndpointClass], base_path: str) -> None:
        self._whole, self._base = whole, base_path.rstrip("/")
        self._classes = [(it, Both(whole.of(it), whole, told=it.told)) for it in classes]

    def of(self, asked: Asked) -> Counting:
        path = asked.url.path.removeprefix(self._base)
        found = (both for it, both in self._classes if it.holds(asked.method, path))
        return next(found, self._whole)


@dataclass(frozen=True, slots=True)
class Both:
    own: Counting
    whole: Counting
    told: bool

    async def admit(self, priority: Priority, credential: Mapping[str, str]) -> None:
        """The scarcer first: who is not let in here takes nothing there."""
        await self.own.admit(priority, credential)
        await self.whole.admit(priority, credential)

    async def answered(self, error: RemoteError | None, credential: Mapping[str, str]) -> None:
        """Whoever asks too often here may ask elsewhere; that it answered is known of the whole system."""
        if isinstance(error, RateLimited):
            await self.own.answered(error, credential)
        await self.whole.answered(None if isinstance(error, RateLimited) else error, credential)

    async def heard(self, word: RateWord) -> None:
        """A pause without a limit is about what was asked."""
        about_all = word.limit is not None and not self.told
        await (self.whole if about_all else self.own).heard(word)
