"""One process's hold on a budget: it takes tokens from the gate in chunks, and gives each request one."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from syncline_common.errors import CredentialRejected, NeedsPerson, RateLimited, RecordFault, RemoteError
from syncline_common.schemas.connector import Priority
from syncline_common.sdk.figures import GATE_CLOSED, GATE_WAITED
from syncline_common.sdk.gate import Budget, Gate
from syncline_common.sdk.manifest import EndpointClass
from syncline_common.sdk.patience import PATIENCE
from syncline_common.sdk.rates import RateWord
from syncline_common.sdk.refused import OF_THIS_PROCESS, Refused, named
from syncline_common.sdk.trial import ON_TRIAL

CHUNK = 10
LONGEST_WAIT = 5.0  # seconds; whoever would wait longer comes back later and holds nothing meanwhile
UNASKED_PAUSE = 30.0  # a vendor that says "too many" and not until when


class Meter:
    def __init__(
        self,
        gate: Gate,
        budget: Budget,
        elapsed: Callable[[], float],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        naming_key: bytes = OF_THIS_PROCESS,
    ) -> None:
        """By `naming_key` processes that share a gate know each other's names of credentials."""
        self._gate, self._budget, self._elapsed, self._pause = gate, budget, elapsed, pause
        self._naming_key, self._refused = naming_key, Refused()
        self._tokens, self._void_at, self._told_limit = 0, 0.0, 0
        self._turn = asyncio.Lock()

    def of(self, endpoints: EndpointClass) -> "Meter":
        """What the vendor counts apart, by a budget of its own beside this one, in the same gate."""
        key = f"{self._budget.key} {endpoints.name}"
        own = replace(self._budget, key=key, limit=endpoints.calls, per=float(endpoints.per_seconds))
        return Meter(self._gate, own, self._elapsed, self._pause, self._naming_key)

    async def admit(self, priority: Priority, credential: Mapping[str, str]) -> None:
        """Returns when a request may leave, at once. RateLimited if that takes longer than whoever asks has patience for;
        CredentialRejected if nobody need try this one."""
        asked = self._elapsed()
        while wait := await self._held_up(priority, credential, asked):
            GATE_WAITED.labels(self._budget.share.value).inc(wait)
            await self._pause(wait)

    async def _held_up(self, priority: Priority, credential: Mapping[str, str], asked: float) -> float:
        """For some seconds; 0: it may leave."""
        try:
            await self._take(priority, credential, asked)
        except RateLimited as error:
            wait = error.retry_after or UNASKED_PAUSE
            if self._elapsed() + wait > asked + PATIENCE.get():
                GATE_CLOSED.labels(self._budget.share.value).inc()
                raise
            return wait
        return 0.0

    async def _take(self, priority: Priority, credential: Mapping[str, str], asked: float) -> None:
        async with self._turn:
            if self._tokens < 1 or self._elapsed() >= self._void_at:
                await self._fetch(priority)
            news = self._refused.is_news(asked, self._elapsed())
            if news and self._refused.name == named(credential, self._naming_key):
                raise CredentialRejected("It was refused since this work began")
            self._tokens -= 1

    async def answered(self, error: RemoteError | None, credential: Mapping[str, str]) -> None:
        """What came of it: a refusal for its rate slows everybody down, an absent vendor opens the breaker, and a
        credential that was refused is tried by nobody who has been at it already."""
        if isinstance(error, CredentialRejected) and not ON_TRIAL.get():
            self._refused = Refused(named(credential, self._naming_key), self._elapsed())
            await self._gate.refuse(self._budget, self._refused.name)
        if isinstance(error, RateLimited):
            self._tokens = 0
            await self._gate.slow_down(self._budget, error.retry_after or UNASKED_PAUSE)
        reached = error is None or isinstance(error, RecordFault | NeedsPerson | RateLimited)
        await self._gate.observe(self._budget, reached)

    async def heard(self, word: RateWord) -> None:
        """What the vendor said of its limit beside an answer, good or bad."""
        if word.pause:
            self._tokens = 0
            await self._gate.slow_down(self._budget, word.pause)
        if word.limit and word.limit != self._told_limit:
            self._told_limit = word.limit
            await self._gate.resize(self._budget, word.limit)

    async def _fetch(self, priority: Priority) -> None:
        waited = 0.0
        self._tokens = 0
        while self._tokens < 1:
            asked = self._elapsed()
            grant = await self._gate.take(self._budget, CHUNK, priority)
            self._tokens, self._void_at = grant.tokens, asked + grant.seconds
            self._refused = max(self._refused, Refused(grant.refused, asked - grant.refused_ago), key=_at)
            if grant.tokens < 1:
                waited += grant.seconds
                if waited > LONGEST_WAIT:
                    raise RateLimited(
                        "This system is not asked just now: its budget is used up, or it has stopped answering",
                        retry_after=grant.seconds,
                    )
                GATE_WAITED.labels(self._budget.share.value).inc(grant.seconds)
                await self._pause(grant.seconds)


def _at(refused: Refused) -> float:
    return refused.at
