"""The one way out to a system: budget, repetition, redirects, paging and errors, so that a connector has none of them."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Any, Self

import httpx2

from syncline_common import errors
from syncline_common.schemas.connector import Priority
from syncline_common.sdk.answers import Answer, explain, nonsense
from syncline_common.sdk.attempts import Attempts
from syncline_common.sdk.auth import Auth, NoAuth
from syncline_common.sdk.endpoints import Metering, Meters
from syncline_common.sdk.exchange import Asked, Exchange, Limits
from syncline_common.sdk.manifest import EndpointClass
from syncline_common.sdk.outbound_network import AddressRefused
from syncline_common.sdk.paging import Paging, Step, Walk
from syncline_common.sdk.ports import Parts
from syncline_common.sdk.rates import NOT_TOLD, RateHeaders

REPEATABLE = frozenset(["GET", "HEAD", "DELETE"])
REDIRECTS = 3
SAME_REQUEST, READ_ONLY = (307, 308), (301, 302, 303)  # the latter turn a write into a read


class Gateway:
    """`origins`, and the client's own, may get the credential; the API is asked nowhere else."""

    def __init__(  # noqa: PLR0913 (all but two have a default)
        self,
        client: httpx2.AsyncClient,
        meter: Metering,
        *,
        auth: Auth | None = None,
        kind: str = "",
        origins: Collection[str] = (),
        told: RateHeaders = NOT_TOLD,
        classes: Sequence[EndpointClass] = (),
        limits: Limits | None = None,
        attempts: int = 4,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._exchange, self._base = Exchange(client, limits or Limits(), kind), client.base_url
        meters = Meters(meter, classes, client.base_url.path)
        self._attempts = Attempts(self._exchange, meters, auth or NoAuth(), kind, told, attempts, sleep)
        self._origins = {origin_of(httpx2.URL(it)) for it in (*origins, str(client.base_url))}

    @property
    def address(self) -> str:
        return str(self._base).rstrip("/")

    def priority(self, priority: Priority) -> Self:
        """The same gateway, for requests that are more or less urgent."""
        other = copy(self)
        other._attempts = replace(self._attempts, priority=priority)
        return other

    async def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        return (await self.send("GET", path, params=params)).json()

    async def send(  # noqa: PLR0913 (what a request may consist of)
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        content: bytes | Parts | None = None,
        headers: Mapping[str, str] | None = None,
        key: str | None = None,
        repeatable: bool = False,
    ) -> Answer:
        """The answer is a good one; others are raised. `path` may be a whole URL at one of the origins.

        What changes a record is never repeated, whatever its verb: the first may have had its effect, and somebody may have
        edited the record since. It is, if it has a `key`, an idempotency key that the vendor honours, or is said to be
        `repeatable`: it only reads, or shows nowhere yet.
        """
        if key is not None:
            headers = {**(headers or {}), "Idempotency-Key": key}
        unsure = not (repeatable or key is not None or method in REPEATABLE)
        asked = Asked(method, self._url(path, params), json, content, headers, unsure)
        if not self._is_ours(asked.url):
            raise errors.ContractBroken("The system named another one", detail=asked.url.host)
        for _ in range(REDIRECTS + 1):
            answer = await self._attempts.answer(asked)
            if answer.ok:
                return answer
            asked = _moved(asked, answer)
        raise nonsense("The system sends us round in circles", asked.where, unsure=asked.unsure)

    async def pages(
        self, path: str, *, paging: Paging, params: Mapping[str, Any] | None = None
    ) -> AsyncIterator[tuple[list[Any], Any]]:
        """Items and body of each page, until the vendor's own end mark."""
        step: Step | None = Step(params or {})
        walk = Walk()
        while step is not None:
            walk.go(step, path)
            answer = await self.send("GET", step.url or path, params=step.params)
            body = answer.json()
            yield paging.page(answer, body), body
            step = paging.following(answer, body, step)

    async def download(
        self, url: str, headers: Mapping[str, str] | None = None
    ) -> AsyncGenerator[bytes, None]:
        """A file, wherever it lies: elsewhere it gets no credential, and inside it is not fetched. Close it when done.

        `headers` are for the system itself.
        """
        asked = Asked("GET", self._url(url))
        for _ in range(REDIRECTS + 1):
            ours = self._is_ours(asked.url)
            asked = replace(asked, headers=headers if ours else None)
            try:
                async with self._attempts.opened(asked, ours=ours) as response:
                    if response.is_success:
                        async for part in self._exchange.parts(asked, response):
                            yield part
                        return
                    head = Answer(response.status_code, response.headers, b"", asked.where)
            except AddressRefused as error:  # whoever wrote the record named it; that stops no one else
                raise errors.RecordRejected(error.message, detail=error.detail) from None
            asked = Asked("GET", _onward(asked, head))
        raise errors.RecordRejected("The file is sent round in circles", detail=asked.where)

    def _is_ours(self, url: httpx2.URL) -> bool:
        return origin_of(url) in self._origins

    def _url(self, path: str, params: Mapping[str, Any] | None = None) -> httpx2.URL:
        try:
            url = httpx2.URL(path)
            if not url.scheme and not url.host:
                url = self._base.copy_with(
                    raw_path=self._base.raw_path.rstrip(b"/") + b"/" + url.raw_path.lstrip(b"/")
                )
            url = url.copy_merge_params(params) if params else url
        except (httpx2.InvalidURL, UnicodeError):
            raise errors.RecordRejected("This is no address") from None
        if url.userinfo or not url.is_absolute_url:
            raise errors.RecordRejected("This is no address", detail=url.host)
        return url


def origin_of(url: httpx2.URL) -> str:
    port = f":{url.port}" if url.port not in (None, 443) else ""
    return f"{url.scheme}://{url.host}{port}"


def _moved(asked: Asked, answer: Answer) -> Asked:
    """Within one host. A write that came back as something to read may have happened; it isn't sent on."""
    follows = answer.status in SAME_REQUEST or (
        answer.status in READ_ONLY and asked.method in ("GET", "HEAD")
    )
    if not follows:
        raise explain(answer)
    url = _onward(asked, answer)
    if origin_of(url) != origin_of(asked.url):
        raise explain(answer)
    return replace(asked, url=url)


def _onward(asked: Asked, answer: Answer) -> httpx2.URL:
    """Where a redirect leads; any other status, and a redirect that leads nowhere, is an error."""
    location = answer.headers.get("location")
    if location is None or answer.status not in (*SAME_REQUEST, *READ_ONLY):
        raise explain(answer)
    try:
        url = asked.url.join(location)
    except (httpx2.InvalidURL, UnicodeError):
        raise explain(answer) from None
    if url.userinfo:
        raise explain(answer)
    return url
