"""One request as often as it takes: admitted by the budget, with a credential, and repeated only where that harms nobody."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace

import httpx2

from syncline_common import errors
from syncline_common.schemas.connector import Priority
from syncline_common.sdk.answers import LOOKED_AT, Answer, explain, page_instead
from syncline_common.sdk.auth import Auth
from syncline_common.sdk.endpoints import Meters
from syncline_common.sdk.exchange import Asked, Exchange
from syncline_common.sdk.figures import REQUESTS
from syncline_common.sdk.leaving import leaving
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
        await self._admitted(asked, credential)
        async with AsyncExitStack() as stack:
            try:
                response = await stack.enter_async_context(self.exchange.opened(asked, credential))
            except errors.RemoteError as error:
                await self._told(asked, credential, error)
                raise
            said = await _beginning(response) if self.told.refusal and response.status_code == 403 else b""
            head = Answer(response.status_code, response.headers, said, asked.where)
            await self._heard(asked, head)
            fault = _fault(head, self.told)
            await self._told(asked, credential, fault)
            if said and isinstance(fault, errors.RateLimited):
                raise fault
            yield response

    async def _repeated(self, asked: Asked, credential: Mapping[str, str]) -> Answer:
        for attempt in range(1, self.most):
            await self._admitted(asked, credential)
            try:
                return await self._once(asked, credential)
            except errors.Retryable as error:
                nap = 0.5 * 2**attempt if error.retry_after is None else error.retry_after
                if asked.unsure or nap > LONGEST_NAP:
                    raise
            await self.sleep(nap)
        await self._admitted(asked, credential)
        return await self._once(asked, credential)

    async def _admitted(self, asked: Asked, credential: Mapping[str, str]) -> None:
        await self.meters.of(asked).admit(self.priority, credential)
        if asked.writes:
            leaving(asked.where)

    async def _once(self, asked: Asked, credential: Mapping[str, str]) -> Answer:
        try:
            answer = await self.exchange.fetch(asked, credential)
            await self._heard(asked, answer)
            if error := _fault(answer, self.told):
                raise error
        except errors.RemoteError as error:
            await self._told(asked, credential, error)
            raise
        await self._told(asked, credential, None)
        return answer

    async def _heard(self, asked: Asked, answer: Answer) -> None:
        if word := word_of(answer.headers, self.told):
            with suppress(errors.Unavailable):  # as below
                await self.meters.of(asked).heard(word)

    async def _told(
        self, asked: Asked, credential: Mapping[str, str], error: errors.RemoteError | None
    ) -> None:
        REQUESTS.labels(self.kind, asked.method, error.code if error else "ok").inc()
        with suppress(
            errors.Unavailable
        ):  # of the gate: what the system answered stands, whoever can't be told
            await self.meters.of(asked).answered(error, credential)


async def _beginning(response: httpx2.Response) -> bytes:
    """Of what a refusal says."""
    said = bytearray()
    async for part in response.aiter_bytes():
        said += part
        if len(said) >= LOOKED_AT:
            break
    return bytes(said[:LOOKED_AT])


def _fault(answer: Answer, told: RateHeaders) -> errors.RemoteError | None:
    if answer.status == 403 and told.refusal and told.refusal.encode() in answer.content[:LOOKED_AT]:
        return explain(replace(answer, status=429))
    if answer.status == 203 and answer.is_page:  # Azure DevOps shows a sign-in page, having done nothing
        return errors.CredentialRejected("The system shows its sign-in page", detail=answer.where)
    if answer.ok and answer.is_page:
        return page_instead(answer)
    return explain(answer) if answer.status >= 400 or answer.status < 200 else None
