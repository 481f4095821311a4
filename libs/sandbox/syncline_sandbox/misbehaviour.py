"""Answers as they come when something between us and a vendor is broken."""

import asyncio
import json
import struct
import zlib
from collections.abc import AsyncIterator, Callable, Mapping
from functools import cache

from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse

from syncline_sandbox.calls import Answer, Call, as_json
from syncline_sandbox.faults import Fault

HUGE = 2**30
BOMB = 512 * 2**20  # what it becomes
GZIP_HEAD = b"\x1f\x8b\x08" + bytes(6) + b"\xff"
PIECE = b" " * 2**16


def page() -> Response:
    """What a sign-in page, a proxy or a sleeping instance answers."""
    return HTMLResponse("<!DOCTYPE html><html><body><h1>One moment, please</h1></body></html>")


def echo(call: Call) -> Answer:
    """As a debugging page shows it."""
    sent = {
        "headers": dict(call.headers),
        "query": dict(call.query),
        "body": call.body.decode(errors="replace"),
    }
    credential = call.headers.get("authorization") or call.headers.get("x-api-key")
    return as_json({"message": f"Refused: {credential}", "received": sent}, 400)


def response(answer: Answer, fault: Fault | None) -> Response:
    make = _FORMS.get(fault) if fault else None
    return make(answer) if make else Response(answer.body, answer.status, _plain(answer.headers))


def _plain(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() != "content-length"}


def _invalid(answer: Answer) -> Response:
    return Response(b'{"result": [}' + answer.body, answer.status, _plain(answer.headers))


def _truncated(answer: Answer) -> Response:
    return Response(answer.body[: len(answer.body) // 2], answer.status, _plain(answer.headers))


def _cut(answer: Answer) -> Response:
    """Announces more than it sends, so that the server closes the connection on the reader."""
    headers = {**_plain(answer.headers), "Content-Length": str(len(answer.body))}

    async def half() -> AsyncIterator[bytes]:
        yield answer.body[: len(answer.body) // 2]

    return StreamingResponse(half(), answer.status, headers)


def _huge(answer: Answer) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        yield answer.body
        for _ in range(HUGE // len(PIECE)):
            yield PIECE
            await asyncio.sleep(0)

    return StreamingResponse(pieces(), answer.status, _plain(answer.headers))


def _endless(answer: Answer) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        sent = answer.body
        while sent:
            yield sent
            sent = PIECE
            await asyncio.sleep(0)  # else nobody would notice that the reader has gone

    return StreamingResponse(pieces(), answer.status, _plain(answer.headers))


@cache
def _bomb() -> bytes:
    """One stream of zeros, of a block that may be repeated as it is."""
    packer, times = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS), BOMB // 2**20
    block = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    check = 0
    for _ in range(times):
        check = zlib.crc32(bytes(2**20), check)
    return GZIP_HEAD + block * times + packer.flush() + struct.pack("<LL", check, BOMB % 2**32)


def _gzip_bomb(answer: Answer) -> Response:
    return Response(_bomb(), answer.status, {**_plain(answer.headers), "Content-Encoding": "gzip"})


def _empty(answer: Answer) -> Response:
    return Response(b"", 200, {"Content-Type": "application/json"})


def _other_json(answer: Answer) -> Response:
    """As of a transaction that was cancelled half-way: the rows that were ready stand before the error."""
    said = {"error": {"message": "Transaction cancelled"}, "status": "failure"}
    rows = _rows(answer.body)
    if rows is None:
        return JSONResponse(said)
    return JSONResponse({"result": rows[: len(rows) // 2], **said}, headers=_plain(answer.headers))


def _rows(body: bytes) -> list[object] | None:
    try:
        told = json.loads(body)
    except ValueError:
        return None
    rows = told.get("result") if isinstance(told, dict) else None
    return rows if isinstance(rows, list) else None


_FORMS: Mapping[Fault, Callable[[Answer], Response]] = {
    Fault.INVALID_JSON: _invalid,
    Fault.TRUNCATED: _truncated,
    Fault.HTML_AFTER: lambda _: page(),
    Fault.EMPTY: _empty,
    Fault.OTHER_JSON: _other_json,
    Fault.CUT: _cut,
    Fault.HUGE: _huge,
    Fault.ENDLESS: _endless,
    Fault.GZIP_BOMB: _gzip_bomb,
}
