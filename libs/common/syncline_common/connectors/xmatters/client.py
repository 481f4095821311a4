"""xMatters' endpoints. What is wrong comes as a code, its reason and a message."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from syncline_common.connectors.bulk import already_sent, may_have_happened, of_one_record
from syncline_common.connectors.times import vendor_now
from syncline_common.connectors.understanding import MISREAD, rows_of
from syncline_common.connectors.xmatters.columns import ID, SHAPES, Shape
from syncline_common.errors import (
    ContractBroken,
    PermissionMissing,
    RecordChanged,
    RecordGone,
    RecordRejected,
    Unavailable,
    UnknownOutcome,
)
from syncline_common.sdk.answers import PageInstead
from syncline_common.sdk.ports import Out, Reply

ROOT = "/api/xm/1"
PAGE = 100  # what the vendor gives if nobody asks
MOST_PAGES = 1000  # of a list within a record, and of what is set up
SAFE_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
WORDS = re.compile(r'"message"\s*:\s*"([^"]{1,150})"')
NOTHING_SAID = 204
AWAY = "A page came in the place of an answer: xMatters is under maintenance, or something stands before it"
Wire = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Wire]
    total: int
    more: bool
    now: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """A record as it came, and when."""

    row: Wire
    now: datetime


class Company:
    def __init__(self, out: Out) -> None:
        self._out = out

    # help.xmatters.com/xmapi: Get people, Get groups, Get devices
    async def page(
        self, stream: str, offset: int = 0, params: Mapping[str, str] | None = None, limit: int = PAGE
    ) -> Page:
        shape = shape_of(stream)
        asked = {**_embedding(shape), **(shape.order or {}), **(params or {})}
        reply = await self._read(f"{ROOT}/{stream}", {**asked, "offset": offset, "limit": limit})
        body = reply.json()
        rows = [await self._whole(it) for it in rows_of(body, "data")]
        return Page(rows, int(body["total"]), bool(_next(body)), vendor_now(reply))

    # help.xmatters.com/xmapi: Get a person (by id), Get a group, Get a device
    async def one(self, stream: str, id: str) -> Seen:
        """RecordGone if it is not there, or may not be seen. Who is called by another's id is not that one."""
        path, params = f"{ROOT}/{stream}/{checked(id)}", _embedding(shape_of(stream))
        reply = await self._read(path, params)
        row = reply.json()
        if not isinstance(row, dict) or row.get(ID) != id:
            raise ContractBroken("xMatters answered about another record", detail=path)
        return Seen(await self._whole(row), vendor_now(reply))

    # help.xmatters.com/xmapi: Create a person, Modify a person; likewise groups and devices
    async def save(self, stream: str, body: Mapping[str, Any]) -> Wire:
        """What was written, as far as the answer shows it: with an id in the body that one, without one a new one."""
        async with _refused():
            reply = await self._out.send("POST", f"{ROOT}/{stream}", json=dict(body))
        with already_sent():
            told: Wire = reply.json()
            written = str(told[ID])
        if body.get(ID) not in (None, written):
            raise UnknownOutcome("It was accepted, but the answer is about another record", detail=written)
        return told

    # help.xmatters.com/xmapi: Delete a person; likewise groups and devices
    async def delete(self, stream: str, id: str) -> None:
        with may_have_happened():
            async with _refused():
                reply = await self._out.send("DELETE", f"{ROOT}/{stream}/{checked(id)}")
        if reply.status == NOTHING_SAID:  # what it deletes, it shows
            raise RecordGone("It is gone, or hidden from us", detail=id)

    # help.xmatters.com/xmapi: Get people, with search
    async def search(self, text: str) -> list[Wire]:
        params = {"search": text, "operand": "AND", "embed": "devices", "limit": PAGE}
        return rows_of((await self._read(f"{ROOT}/people", params)).json(), "data")

    # help.xmatters.com/xmapi: Get user license quotas
    async def quotas(self) -> Wire:
        told = (await self._read(f"{ROOT}/people/license-quotas")).json()
        if not isinstance(told, dict) or "fullUsers" not in told:
            raise ContractBroken(MISREAD, detail="license-quotas")
        return told

    # help.xmatters.com/xmapi: Get sites, Get device names
    async def setup(self, name: str) -> list[Wire]:
        """A whole list that is not long."""
        params = {"offset": 0, "limit": PAGE}
        return await self._follow((await self._read(f"{ROOT}/{name}", params)).json())

    # help.xmatters.com/xmapi: Create a person
    async def may_create(self) -> bool:
        """Asked with what can't be made: whoever may make people hears what is missing, and nothing is made."""
        try:
            reply = await self._out.send("POST", f"{ROOT}/people", json=PROBE)
        except PermissionMissing:
            return False
        except (RecordRejected, RecordChanged):
            return True
        except PageInstead as error:
            raise Unavailable(AWAY, detail=error.detail) from None
        raise ContractBroken("xMatters took a person without a name", detail=str(reply.status))

    async def _read(self, path: str, params: Mapping[str, Any] | None = None) -> Reply:
        try:
            return await self._out.send("GET", path, params=params or None)
        except PageInstead as error:
            raise Unavailable(AWAY, detail=error.detail) from None

    async def _whole(self, row: Wire) -> Wire:
        """Lists within it are cut after their first page."""
        cut = {name: it for name, it in row.items() if isinstance(it, dict) and _next(it)}
        return {**row, **{name: {"data": await self._follow(it)} for name, it in cut.items()}}

    async def _follow(self, body: Any) -> list[Wire]:
        rows, asked = rows_of(body, "data"), set[str]()
        while (path := _next(body)) is not None:
            if path in asked or len(asked) >= MOST_PAGES:
                raise ContractBroken("xMatters repeated a page", detail=path.partition("?")[0])
            asked.add(path)
            body = (await self._read(path)).json()
            rows = rows + rows_of(body, "data")
        return rows


PROBE = {"recipientType": SHAPES["people"].recipient}


def shape_of(stream: str) -> Shape:
    if stream not in SHAPES:
        raise RecordRejected("There are people, groups and devices", detail=stream[:40])
    return SHAPES[stream]


def checked(id: str) -> str:
    """Of a path: a name would be found by it as well."""
    if not SAFE_ID.fullmatch(id):
        raise RecordRejected("This id can't be asked for", detail=id[:40])
    return quote(id, safe="")


def _embedding(shape: Shape) -> dict[str, str]:
    return {"embed": shape.embed} if shape.embed else {}


def _next(body: Any) -> str | None:
    links = body.get("links") if isinstance(body, dict) else None
    path = links.get("next") if isinstance(links, dict) else None
    if path is not None and not str(path).startswith(f"{ROOT}/"):
        raise ContractBroken("xMatters named a page elsewhere", detail=str(path)[:40])
    return path


@asynccontextmanager
async def _refused() -> AsyncIterator[None]:
    """A conflict is about a name, a key or a licence that is taken: versions are not compared there."""
    try:
        async with of_one_record():
            yield
    except (RecordRejected, RecordChanged) as error:
        found = WORDS.search(error.detail)
        message = f"xMatters refuses it: {found[1]}" if found else error.message
        raise RecordRejected(message, detail=error.detail) from None
