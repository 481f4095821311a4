"""An invented tracker as the engine meets it: a server that answers late, wrongly or not at all, and refuses nonsense."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from simulation.cabinet import By, Cabinet, Stored
from simulation.faults import CALM, ONLY_WRITES, Fault, Rates
from simulation.process import PROCESS, outside
from simulation.vendors import Vendor
from syncline_common.errors import (
    CredentialRejected,
    RateLimited,
    RemoteError,
    Unavailable,
    UnknownOutcome,
)
from syncline_common.schemas.connector import RepeatClass

LATE_BY = (1.0, 18.0)  # seconds after the client has given up; engine.md counts on less than 20

Serve = Callable[[], Any]


@dataclass(slots=True)
class Request:
    number: int
    at: float
    worker: str | None
    name: str  # of the port's method
    writes: bool
    about: Sequence[str]  # ids, or markers
    fault: Fault
    served_at: float | None = None  # what is answered was so then
    ended_at: float | None = None
    answer: str = ""

    def __str__(self) -> str:
        about = " ".join(self.about)
        return f"{self.at:8.3f} {self.worker} {self.name} {about}: {self.fault}, {self.answer}"


class Tracker:
    def __init__(self, vendor: Vendor, random: Random) -> None:
        self.vendor, self.cabinet = vendor, Cabinet(vendor)
        self.requests: list[Request] = []
        self.rates: Rates = CALM
        self.credential_works = True
        self.credential = 1  # whichever of them was entered last
        self.tell: Callable[[str], None] = lambda _id: None  # somebody changed a record
        self._random = random

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    def shown_at(self) -> float:
        """Where a search lags, it doesn't lag equally for all."""
        return self.now() + self.vendor.facts.lag * self._random.random()

    async def ask(self, name: str, serve: Serve, about: Sequence[str] = (), *, writes: bool = False) -> Any:
        """What the vendor's server answers. It works in its own time, whatever becomes of the one who asked."""
        process = PROCESS.get()
        if process is not None:
            await process.point()
        worker = process.name if process else None
        fault = self.rates.draw(self._random)
        if fault in ONLY_WRITES and not writes:
            fault = Fault.NONE
        request = Request(len(self.requests), self.now(), worker, name, writes, tuple(about), fault)
        self.requests.append(request)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        arrives = _Arrival(self, request, serve, answer, self._random)
        asyncio.get_running_loop().call_later(
            self.rates.latency(self._random), arrives.arrive, process, context=outside()
        )
        try:
            return await answer
        finally:
            if process is not None:
                await process.point()

    def over_budget(self) -> bool:
        since = self.now() - 60
        recent = 0
        for request in reversed(self.requests):
            if request.at < since:
                break
            recent += 1
        return recent > self.vendor.facts.budget

    def changed(self, stored: Stored) -> None:
        self.tell(stored.id)


class _Arrival:
    """One request on the server's side."""

    def __init__(
        self, tracker: Tracker, request: Request, serve: Serve, answer: "asyncio.Future[Any]", random: Random
    ) -> None:
        self._tracker, self._request, self._serve, self._answer = tracker, request, serve, answer
        self._random = random
        self._lost_with_sender = random.random() < 0.5

    def arrive(self, sender: Any) -> None:
        if sender is not None and not sender.alive and self._lost_with_sender:
            self._end("lost with its sender")
            return
        try:
            self._refuse()
        except RemoteError as error:
            self._say(error)
            return
        if self._request.fault is Fault.LATE:
            self._say(UnknownOutcome("no answer in time"))
            asyncio.get_running_loop().call_later(self._random.uniform(*LATE_BY), self._do)
            return
        self._say(self._garbled(self._do()))

    def _refuse(self) -> None:
        fault = self._request.fault
        if not self._tracker.credential_works:
            raise CredentialRejected("the credential was refused")
        if fault is Fault.LIMITED or self._tracker.over_budget():
            raise RateLimited("too many requests", retry_after=self._random.choice([None, 1.0, 5.0]))
        if fault is Fault.DOWN:
            raise Unavailable("502")

    def _do(self) -> Any:
        cabinet = self._tracker.cabinet
        self._request.served_at = self._tracker.now()
        cabinet.sent_at = self._request.at
        try:
            return self._serve()
        except RemoteError as error:
            return error
        finally:
            cabinet.sent_at = None

    def _garbled(self, result: Any) -> Any:
        """The effect is there; what the client hears of it may be another thing."""
        if self._request.fault is Fault.AFTER:
            return UnknownOutcome("502")
        if self._request.fault is Fault.PARTLY and isinstance(result, list):
            return [UnknownOutcome("cut off") if self._random.random() < 0.5 else it for it in result]
        return result

    def _say(self, result: Any) -> None:
        asyncio.get_running_loop().call_later(self._random.uniform(0.01, 0.3), self._answered, result)

    def _answered(self, result: Any) -> None:
        failed = isinstance(result, RemoteError)
        self._end(result.code if failed else "ok")
        if self._answer.done():
            return
        if failed:
            self._answer.set_exception(result)
        else:
            self._answer.set_result(result)

    def _end(self, answer: str) -> None:
        self._request.ended_at, self._request.answer = self._tracker.now(), answer


class Users:
    """What people do in a tracker: at once, without faults."""

    def __init__(self, tracker: Tracker) -> None:
        self._tracker, self._cabinet = tracker, tracker.cabinet

    def create(self, values: dict[str, Any]) -> Stored:
        return self._done(self._cabinet.create(*self._times(), values, By.USER, None))

    def edit(self, stored: Stored, values: dict[str, Any]) -> None:
        self._cabinet.update(*self._times(), stored, values, By.USER)
        self._done(stored)

    def clone(self, stored: Stored, key: str) -> None:
        """The vendor's own function: it copies what it doesn't know, too, such as our marker."""
        fields = self._tracker.vendor.fields
        values = {k: v for k, v in stored.now.values.items() if not fields[k].read_only}
        values[self._tracker.vendor.key] = key
        unique = self._tracker.vendor.facts.creates is RepeatClass.K1
        marker = None if unique else stored.marker
        self._done(self._cabinet.create(*self._times(), values, By.USER, marker))

    def comment(self, stored: Stored, body: str) -> None:
        self._cabinet.comment(*self._times(), stored, body, By.USER, None)
        self._done(stored)

    def mark(self, stored: Stored, kind: str) -> None:
        self._cabinet.mark(self._tracker.now(), stored, kind, By.USER)
        if kind == "show":
            self._cabinet.touch(*self._times(), stored)
        self._done(stored)

    def _times(self) -> tuple[float, float]:
        return self._tracker.now(), self._tracker.shown_at()

    def _done(self, stored: Stored) -> Stored:
        self._tracker.changed(stored)
        return stored
