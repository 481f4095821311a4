"""What systems have, kept for moments: a draft that saves itself every few seconds need not ask for it each time."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from syncline_common.configuration.facts import FieldFacts, StreamFacts
from syncline_connections.registry import Registry

KEPT, DOUBTED = 30.0, 2.0  # seconds; the second for a draft that something seems to be wrong with
REMEMBERED = 200  # answers; what was asked for longest ago is forgotten first


class Facts(Protocol):
    """As a `Registry` has them."""

    async def streams(self, account_id: UUID, network_id: UUID, system_id: UUID) -> Sequence[StreamFacts]: ...

    async def fields(
        self, account_id: UUID, network_id: UUID, system_id: UUID, stream: str, project: str | None
    ) -> Sequence[FieldFacts]: ...


class KeptFacts:
    """Of this process. Who asks has been allowed to before."""

    def __init__(self, registry: Registry, elapsed: Callable[[], float], kept: float = KEPT) -> None:
        self.registry, self.longest = registry, kept
        self._elapsed = elapsed
        self._answers: OrderedDict[tuple[Any, ...], tuple[float, Any]] = OrderedDict()

    def within(self, seconds: float) -> "LatelyAsked":
        return LatelyAsked(self, min(seconds, self.longest))

    async def answer(self, within: float, key: tuple[Any, ...], ask: Callable[..., Awaitable[Any]]) -> Any:
        at, found = self._answers.get(key, (None, None))
        if at is not None and self._elapsed() - at < within:
            return found
        began = self._elapsed()
        found = await ask(*key)
        self._answers[key] = (began, found)
        self._answers.move_to_end(key)
        if len(self._answers) > REMEMBERED:
            self._answers.popitem(last=False)
        return found


@dataclass(frozen=True, slots=True)
class LatelyAsked:
    """`Facts` that are so many seconds old at most."""

    kept: KeptFacts
    seconds: float

    async def streams(self, account_id: UUID, network_id: UUID, system_id: UUID) -> Sequence[StreamFacts]:
        key = account_id, network_id, system_id
        found: Sequence[StreamFacts] = await self.kept.answer(self.seconds, key, self.kept.registry.streams)
        return found

    async def fields(
        self, account_id: UUID, network_id: UUID, system_id: UUID, stream: str, project: str | None
    ) -> Sequence[FieldFacts]:
        key = account_id, network_id, system_id, stream, project
        found: Sequence[FieldFacts] = await self.kept.answer(self.seconds, key, self.kept.registry.fields)
        return found
