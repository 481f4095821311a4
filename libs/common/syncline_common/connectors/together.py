"""Writing many records in one request: each part's answer as if it had come alone."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from syncline_common.connectors.bulk import one_by_one
from syncline_common.errors import (
    NeedsPerson,
    PermissionMissing,
    RecordFault,
    RemoteError,
    Retryable,
    Unavailable,
    UnknownOutcome,
)
from syncline_common.sdk.answers import Answer, explain

Item = TypeVar("Item")
Made = TypeVar("Made")
Part = dict[str, Any]


def part_of(
    status: int, headers: Mapping[str, str], content: bytes, where: str, *, unsure: bool = True
) -> Answer:
    """A good one; an error is raised, by the same rules as that of a whole request. Headers in lower case."""
    answer = Answer(status, headers, content, where, unsure)
    if not answer.ok:
        raise explain(answer)
    return answer


@dataclass(frozen=True, slots=True)
class Together(Generic[Item, Made]):
    """How a kind of record is written: `prepared` refuses one before anything is sent, `sent` answers part by part, in
    order, `read` takes one of those answers; `alone` is how it is written without a batch.
    """

    most: int
    prepared: Callable[[Item], Awaitable[Part]]
    sent: Callable[[Sequence[Part]], Awaitable[Sequence[Part]]]
    read: Callable[[Item, Part], Awaitable[Made]]
    alone: Callable[[Item], Awaitable[Made]]

    async def write(self, items: Sequence[Item]) -> list[Made | RemoteError]:
        """What concerns more than its record ends the call, as it does one by one: it is raised if nothing was
        answered before."""
        answers = list[Made | RemoteError]()
        for at in range(0, len(items), self.most):
            some = items[at : at + self.most]
            try:
                answers += await (self._in_one(some) if len(some) > 1 else one_by_one(some, self.alone))
            except RemoteError as error:
                if not answers:
                    raise
                rest = Unavailable("It was not sent") if isinstance(error, UnknownOutcome) else error
                return answers + [error] * len(some) + [rest] * (len(items) - at - len(some))
        return answers

    async def _in_one(self, items: Sequence[Item]) -> list[Made | RemoteError]:
        parts = await one_by_one(items, self.prepared)
        good = [it for it in parts if not isinstance(it, RemoteError)]
        try:
            replies = iter(await self.sent(good) if good else ())
        except (RecordFault, PermissionMissing):  # the batch itself was refused, so nothing of it was done
            return await one_by_one(items, self.alone)
        answers = list[Made | RemoteError]()
        for item, part in zip(items, parts, strict=True):
            answers.append(
                part if isinstance(part, RemoteError) else await _tried(self.read(item, next(replies)))
            )
        alike = [it for it in answers if isinstance(it, NeedsPerson | Retryable)]
        if alike and len(alike) == len(answers):
            raise alike[0]  # it is not about the records
        return answers


async def _tried(reading: Awaitable[Made]) -> Made | RemoteError:
    try:
        return await reading
    except RemoteError as error:
        return error
