"""The transactions that routes may ask for, and the moment they end: before the answer is sent."""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.routing import APIRoute

from syncline_common.api.auth import ByCaller, ByOperator
from syncline_common.api.idempotency import KEY_PATTERN, AnswerBook, Answered, is_used
from syncline_common.db.tx import ReadTx, Tx
from syncline_common.schemas.caller import Caller

IdempotencyKey = Annotated[
    str | None,
    Header(
        max_length=200,
        pattern=KEY_PATTERN,
        description="The same key and body get the same answer for 24 hours, and take effect once.",
    ),
]


class OneTransaction(APIRoute):
    """A route's effects and its answer's copy under the Idempotency-Key commit together, or not at all."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        respond = super().get_route_handler()

        async def in_one_transaction(request: Request) -> Response:
            async with AsyncExitStack() as stack:
                request.state.stack, request.state.book = stack, None
                try:
                    response = await respond(request)
                except Answered as before:
                    return before.response
                book: AnswerBook | None = request.state.book
                if book is not None:
                    await book.keep(response)
            return response

        return in_one_transaction


async def _write(request: Request, caller: ByCaller, idempotency_key: IdempotencyKey = None) -> Tx:
    return await _begun(request, caller, idempotency_key)


async def _operate(request: Request, caller: ByOperator, idempotency_key: IdempotencyKey = None) -> Tx:
    return await _begun(request, caller, idempotency_key)


async def _begun(request: Request, caller: Caller, idempotency_key: str | None) -> Tx:
    home = request.app.state.home
    tx: Tx = await request.state.stack.enter_async_context(home.database.begin())
    if idempotency_key is not None:
        book = AnswerBook(tx, home.database.tables["idempotency"], caller, idempotency_key)
        request.state.book = book
        await book.open(await fingerprint(request, home.platform.fingerprint_key))
    return tx


class Later:
    """For a route that asks a system first: its transaction begins when it is wanted, and not before."""

    def __init__(self, request: Request, caller: Caller, key: str | None) -> None:
        self._request, self._caller, self._key = request, caller, key

    async def recall(self) -> None:
        """If this was done under its Idempotency-Key, that answer is given again, and nobody is asked."""
        home = self._request.app.state.home
        if self._key is not None:
            async with home.database.read() as tx:
                book = AnswerBook(tx, home.database.tables["idempotency"], self._caller, self._key)
                await book.recall(await fingerprint(self._request, home.platform.fingerprint_key))

    async def begin(self) -> Tx:
        """Once; it ends with the answer, as any other."""
        return await _begun(self._request, self._caller, self._key)


async def _later(request: Request, caller: ByCaller, idempotency_key: IdempotencyKey = None) -> Later:
    later = Later(request, caller, idempotency_key)
    await later.recall()
    return later


async def _write_openly(request: Request) -> Tx:
    """For routes that nobody has to sign in for; such a one knows no Idempotency-Key."""
    tx: Tx = await request.state.stack.enter_async_context(request.app.state.home.database.begin())
    return tx


async def _read(request: Request) -> AsyncIterator[ReadTx]:
    async with request.app.state.home.database.read() as tx:
        yield tx


async def was_answered(request: Request, caller: Caller, idempotency_key: str | None) -> bool:
    """For routes that ask others before their transaction begins: an answer that is given again asks nobody."""
    if idempotency_key is None:
        return False
    database = request.app.state.home.database
    async with database.read() as tx:
        return await is_used(tx, database.tables["idempotency"], caller, idempotency_key)


async def fingerprint(request: Request, key: bytes) -> str:
    return AnswerBook.fingerprint(key, request.method, str(request.url.path), await request.body())


def withhold_answer(request: Request, resource_id: object) -> None:
    """This answer holds a secret: only what it was about is kept, so a repetition is told that it was done."""
    if request.state.book is not None:
        request.state.book.withheld = str(resource_id)


InTx = Annotated[Tx, Depends(_write)]
InOperatorTx = Annotated[Tx, Depends(_operate)]
InTxLater = Annotated[Later, Depends(_later)]
InOpenTx = Annotated[Tx, Depends(_write_openly)]
InRead = Annotated[ReadTx, Depends(_read, scope="function")]


def routes(path: str, noun: str) -> APIRouter:
    """A router for one noun."""
    return APIRouter(prefix=path, tags=[noun], route_class=OneTransaction)
