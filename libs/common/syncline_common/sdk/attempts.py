"""One request as often as it takes: admitted by the budget, with a credential, and repeated only where that harms nobody."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import httpx2

from syncline_common import errors
from syncline_common.schemas.connector import Priority
from syncline_common.sdk.answers import Answer, explain, page_instead
from syncline_common.sdk.auth import Auth
from syncline_common.sdk.endpoints import Meters
from syncline_common.sdk.exchange import Asked, Exchange
from syncline_common.sdk.figures import REQUESTS
from syncline_common.sdk.rates import NOT_TOLD, RateHeaders, word_of

LONGEST_NAP = 10.0  # seconds; whoever has to wait longer comes back later, and holds nothing meanwhile


@dataclass(frozen=True, slots=True)
class Attempts:
    exchange: Exchange
    meters: Meters
    auth: Auth
    kind: str
    told: RateHeaders = NOT_TOLD
    most: int = 4
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    priority: Priority = Priority.POLL

    async def answer(self, asked: Asked) -> Answer:
        """A good one, or one that points elsewhere. A credential that was refused is renewed once, if it can be."""
        credential = await self.auth.headers()
        try:
            return await self._repeated(asked, credential)
        except errors.CredentialRejected:
            if not await self.auth.renew(credential):
                raise
        return await self._repeated(asked, await self.auth.headers())

    @asynccontextmanager
    async def opened(self, asked: Asked, *, ours: bool) -> AsyncIterator[httpx2.Response]:
        """Once. `ours`: at an origin of this system, so that it gets the credential and costs budget."""
        if not ours:
            async with self.exchange.opened(asked, {}) as response:
                yield response
            return
        credential = await self.auth.headers()
        await self.meters.of(asked).admit(self.priority)
        async with AsyncExitStack() as stack:
            try:
                response = await stack.enter_async_context(self.exchange.opened(asked, credential))
            except errors.RemoteError as error:
                await self._told(asked, error)
                raise
            head = Answer(response.status_code, response.headers, b"", asked.where)
            await self._heard(asked, head)
            await self._told(asked, _fault(head))
            yield response

    async def _repeated(self, asked: Asked, credential: Mapping[str, str]) -> Answer:
        for attempt in range(1, self.most):
            await self.meters.of(asked).admit(self.priority)
            try:
                return await self._once(asked, credential)
            except errors.Retryable as error:
                nap = 0.5 * 2**attempt if error.retry_after is None else error.retry_after
                if asked.unsure or nap > LONGEST_NAP:
                    raise
            await self.sleep(nap)
        await self.meters.of(asked).admit(self.priority)
        return await self._once(asked, credential)

    async def _once(self, asked: Asked, credential: Mapping[str, str]) -> Answer:
        try:
            answer = await self.exchange.fetch(asked, credential)
            await self._heard(asked, answer)
            if error := _fault(answer):
                raise error
        except errors.RemoteError as error:
            await self._told(asked, error)
            raise
        await self._told(asked, None)
        return answer

    async def _heard(self, asked: Asked, answer: Answer) -> None:
        if word := word_of(answer.headers, self.told):
            await self.meters.of(asked).heard(word)

    async def _told(self, asked: Asked, error: errors.RemoteError | None) -> None:
        REQUESTS.labels(self.kind, asked.method, error.code if error else "ok").inc()
        await self.meters.of(asked).answered(error)


def _fault(answer: Answer) -> errors.RemoteError | None:
    if answer.status == 203 and answer.is_page:  # Azure DevOps shows a sign-in page, having done nothing
        return errors.CredentialRejected("The system shows its sign-in page", detail=answer.where)
    if answer.ok and answer.is_page:
        return page_instead(answer.where, unsure=answer.unsure)
    return explain(answer) if answer.status >= 400 or answer.status < 200 else None
