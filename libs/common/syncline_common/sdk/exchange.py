"""One request and its answer, within limits of time and size; what goes wrong becomes an error that says what to do."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import structlog

from syncline_common import errors
from syncline_common.redaction import REDACTOR
from syncline_common.sdk.answers import Answer, nonsense
from syncline_common.sdk.figures import BYTES, SECONDS
from syncline_common.sdk.file_parts import told_apart
from syncline_common.sdk.ports import Parts
from syncline_common.sdk.spans import Ended, Span, tell

log = structlog.get_logger(__name__)
NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)  # so nothing can have happened
API = {"Accept": "application/json", "Accept-Encoding": "gzip"}
FILE = {"Accept-Encoding": "identity"}
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """In seconds and bytes; sizes are those after unpacking."""

    connect: float = 10.0
    read: float = 30.0  # between two parts
    whole: float = 60.0  # of one request, to the last byte of its answer
    answer: int = 32 * MIB
    download: int = 512 * MIB
    download_whole: float = 900.0


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    url: httpx2.URL
    json: Any = None
    content: bytes | Parts | None = None
    headers: Mapping[str, str] | None = None
    unsure: bool = False  # a write that can't be repeated

    @property
    def writes(self) -> bool:
        return self.method not in ("GET", "HEAD")

    @property
    def path(self) -> str:
        """Without the query, since that may hold values."""
        return REDACTOR.clean(self.url.raw_path.partition(b"?")[0].decode("ascii", "replace"))[:200]

    @property
    def where(self) -> str:
        return f"{self.method} {self.path}"


class Exchange:
    def __init__(self, client: httpx2.AsyncClient, limits: Limits, kind: str = "") -> None:
        self._client, self._limits, self._kind = client, limits, kind
        self._timeout = httpx2.Timeout(limits.read, connect=limits.connect)

    async def fetch(self, asked: Asked, credential: Mapping[str, str]) -> Answer:
        """The whole answer, whatever its status."""
        with told_plainly(asked):
            async with (
                asyncio.timeout(
                    self._limits.download_whole if callable(asked.content) else self._limits.whole
                ),
                self._opened(asked, credential, API) as response,
            ):
                content = bytearray()
                async for part in response.aiter_bytes():
                    content += part
                    if len(content) > self._limits.answer:
                        raise nonsense("The system's answer is too long", asked.where, unsure=asked.unsure)
        return Answer(response.status_code, response.headers, bytes(content), asked.where, asked.unsure)

    @asynccontextmanager
    async def opened(self, asked: Asked, credential: Mapping[str, str]) -> AsyncIterator[httpx2.Response]:
        """The head of an answer, whose body the caller reads by `parts`."""
        with told_plainly(asked):
            async with self._opened(asked, credential, FILE) as response:
                yield response

    async def parts(self, asked: Asked, response: httpx2.Response) -> AsyncIterator[bytes]:
        size, began = 0, asyncio.get_running_loop().time()
        async for part in response.aiter_bytes():
            size += len(part)
            if size > self._limits.download:
                raise errors.RecordRejected("The file is too large", detail=asked.where)
            if asyncio.get_running_loop().time() - began > self._limits.download_whole:
                raise errors.Unavailable("The file takes too long", detail=asked.where)
            yield part

    @asynccontextmanager
    async def _opened(
        self, asked: Asked, credential: Mapping[str, str], wanted: Mapping[str, str]
    ) -> AsyncIterator[httpx2.Response]:
        span = Span.begin()
        headers = httpx2.Headers({**wanted, "User-Agent": "Syncline", "traceparent": span.traceparent})
        headers.update(asked.headers)
        headers.update(credential)
        request = self._client.build_request(
            asked.method,
            asked.url,
            json=asked.json,
            content=told_apart(asked.content()) if callable(asked.content) else asked.content,
            headers=headers,
            timeout=self._timeout,
        )
        with self._measured(asked, request, span) as received:
            response = await self._client.send(request, stream=True, follow_redirects=False)
            received.append(response)
            try:
                yield response
            finally:
                await response.aclose()

    @contextmanager
    def _measured(self, asked: Asked, request: httpx2.Request, span: Span) -> Iterator[list[httpx2.Response]]:
        """The figures, and one line in the log by which an answer is found again in the vendor's."""
        received, began = list[httpx2.Response](), time.monotonic()
        try:
            yield received
        finally:
            seconds = time.monotonic() - began
            size, status = (
                (received[0].num_bytes_downloaded, received[0].status_code) if received else (0, None)
            )
            SECONDS.labels(self._kind, asked.method).observe(seconds)
            BYTES.labels(self._kind, "received").inc(size)
            BYTES.labels(self._kind, "sent").inc(int(request.headers.get("content-length", 0)))
            log.debug(
                "asked a system",
                kind=self._kind,
                method=asked.method,
                path=asked.path,
                status=status,
                duration_ms=round(1000 * seconds),
                size=size,
                span_id=span.id,
            )
            tell(Ended(span, self._kind, asked.method, asked.url.host, asked.path, status, seconds))


@contextmanager
def told_plainly(asked: Asked) -> Iterator[None]:
    """No message of the client goes on: it may hold a header, or a URL with its values."""
    try:
        yield
    except httpx2.RequestError as exc:
        raise _no_answer(exc, asked) from None
    except TimeoutError as exc:
        raise _no_answer(exc, asked) from None
    except (httpx2.InvalidURL, UnicodeError):
        raise errors.RecordRejected("This can't be sent", detail=asked.where) from None


def _no_answer(exc: Exception, asked: Asked) -> errors.RemoteError:
    detail = f"{type(exc).__name__} {asked.where}"
    if refusal := _of_the_certificate(exc):
        why = f"The system's certificate is not trusted: {refusal.verify_message}"
        return errors.CertificateUntrusted(why, detail=detail)
    if isinstance(exc, httpx2.LocalProtocolError):
        return errors.RecordRejected("This can't be sent", detail=detail)
    if isinstance(exc, httpx2.DecodingError):
        return nonsense("The system's answer can't be unpacked", detail, unsure=asked.unsure)
    if isinstance(exc, NOT_SENT) or not asked.unsure:
        return errors.Unavailable("The system did not answer", detail=detail)
    return errors.UnknownOutcome("The system did not say whether it has written", detail=detail)


def _of_the_certificate(exc: BaseException | None) -> ssl.SSLCertVerificationError | None:
    """The client wraps what TLS said, more than once."""
    while exc is not None:
        if isinstance(exc, ssl.SSLCertVerificationError):
            return exc
        exc = exc.__cause__ or exc.__context__
    return None
