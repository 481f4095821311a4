"""Writing record by record: what an error concerns, and what it does not."""

import re
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from typing import TypeVar

from syncline_common.connectors.understanding import NOT_AS_DESCRIBED, misread
from syncline_common.errors import (
    ContractBroken,
    PermissionMissing,
    RecordFault,
    RecordRejected,
    RemoteError,
    Unavailable,
    UnknownOutcome,
)
from syncline_common.schemas.records import Record

NOT_TO_ITSELF = "A record can't be tied to itself"
OTHER_END = "What it is to be tied to is gone, or hidden from us"
Item = TypeVar("Item")
Answer = TypeVar("Answer")


async def one_by_one(
    items: Sequence[Item], act: Callable[[Item], Awaitable[Answer]]
) -> list[Answer | RemoteError]:
    """What concerns more than its item ends the call; it is raised only if nothing was sent before it."""
    answers = list[Answer | RemoteError]()
    for item in items:
        try:
            answers.append(await act(item))
        except (RecordFault, UnknownOutcome) as error:
            answers.append(error)
        except (RemoteError, *NOT_AS_DESCRIBED) as raised:
            told = raised if isinstance(raised, RemoteError) else misread(raised)
            if not answers:
                raise told from raised.__cause__
            return answers + [told] * (len(items) - len(answers))
    return answers


async def whole(parts: AsyncGenerator[bytes, None], size: int | None) -> AsyncGenerator[bytes, None]:
    """Of a file whose size is known: half of it, or a page in its place, is not taken for it."""
    got = 0
    async with aclosing(parts):
        async for part in parts:
            got += len(part)
            yield part
    if size is not None and got != size:
        raise Unavailable("The file came in another size than it is said to have", detail=f"{got} of {size}")


@asynccontextmanager
async def of_one_record(said: str = "") -> AsyncIterator[None]:
    """Around a write: a vendor who forbids one means this record. That one may write at all, the check has shown.

    `said` is a pattern of those of the vendor's words that name what is to be done.
    """
    try:
        yield
    except PermissionMissing as error:
        words = re.search(said, error.detail) if said else None
        message = f"The system refuses it: {words[0]}" if words else "This record may not be written"
        raise RecordRejected(message, detail=error.detail) from None


@contextmanager
def may_have_happened() -> Iterator[None]:
    """Around a write that the vendor takes once: an answer that makes no sense says nothing about it."""
    try:
        yield
    except ContractBroken as error:
        raise UnknownOutcome(error.message, detail=error.detail) from None


@contextmanager
def already_sent() -> Iterator[None]:
    """Around reading the answer to a create: whatever is wrong with it, it may have happened."""
    try:
        yield
    except (RemoteError, *NOT_AS_DESCRIBED) as error:
        raise UnknownOutcome(
            "It was accepted, but its answer can't be read", detail=repr(type(error))
        ) from error


def about(made: Record, id: str | None = None, marker: str | None = None) -> Record:
    """The record that was written, and not another one's answer. A marker that a rule took off is no other one."""
    if (id is not None and made.ref.id != id) or (marker is not None and made.marker not in (None, marker)):
        raise UnknownOutcome("It was accepted, but the answer is about another record", detail=made.ref.id)
    return made
