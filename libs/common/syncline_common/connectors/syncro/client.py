"""Syncro's endpoints. A missing permission has the status of a wrong token; only its words tell them apart."""

import re
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syncline_common.connectors.bulk import already_sent, may_have_happened, of_one_record
from syncline_common.connectors.syncro.records import id_of
from syncline_common.connectors.syncro.sections import Section
from syncline_common.connectors.times import vendor_now
from syncline_common.connectors.understanding import rows_of
from syncline_common.errors import (
    ContractBroken,
    CredentialRejected,
    PermissionMissing,
    RecordRejected,
    Unavailable,
)
from syncline_common.sdk.answers import PageInstead
from syncline_common.sdk.ports import Out, Reply

Wire = dict[str, Any]
ROOT = "/api/v1"
NOT_PERMITTED = re.compile(r"not authorized|permission", re.IGNORECASE)
AWAY = "Syncro answered with a page"
LACKING = "The token lacks a permission"
COMMENTS, MOST_PAGES = 100, 1000


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Wire]
    more: bool
    now: datetime
    total: int | None  # records in all, where the vendor counts them
    pages: int | None
    numbered: bool  # it says which one it is


class Company:
    def __init__(self, out: Out) -> None:
        self._out = out

    # api-docs.syncromsp.com: GET /me. It says the token back, so nothing of it is kept or logged but the name.
    async def me(self) -> Wire:
        me: Wire = (await self._read(f"{ROOT}/me")).json()
        return me

    # api-docs.syncromsp.com: GET /tickets/settings
    async def settings(self) -> Wire:
        settings: Wire = (await self._read(f"{ROOT}/tickets/settings")).json()
        rows_of(settings, "ticket_status_list")
        return settings

    # api-docs.syncromsp.com: GET /tickets, /customers, /contacts, /customer_assets
    async def page(self, section: Section, number: int, params: Mapping[str, Any] | None = None) -> Page:
        """However many the vendor puts on one."""
        reply = await self._read(section.path, {**section.listing, **(params or {}), "page": number})
        body = reply.json()
        rows: list[Wire] = rows_of(body, section.many)
        meta = body.get("meta") or {}
        if meta.get("page") not in (None, number, str(number)):
            raise ContractBroken("Syncro answered with another page", detail=section.stream)
        pages, total = _number(meta.get("total_pages")), _number(meta.get("total_entries"))
        more = bool(rows) and (pages is None or number < pages)
        return Page(rows, more, vendor_now(reply), total, pages, meta.get("page") is not None)

    # api-docs.syncromsp.com: GET /tickets/{id} and so on
    async def one(self, section: Section, id: str) -> Wire:
        row = _single(await self._read(_path(section, id)), section)
        if id_of(row) != id:
            raise ContractBroken("Syncro answered with another record", detail=section.stream)
        return row

    # api-docs.syncromsp.com: POST /tickets, /customers, /contacts, /customer_assets
    async def create(self, section: Section, row: Wire) -> Wire:
        async with of_one_record():
            with told_apart():
                reply = await self._out.send("POST", section.path, json=row)
        with already_sent():
            return _single(reply, section)

    # api-docs.syncromsp.com: PUT /tickets/{id} and so on
    async def update(self, section: Section, id: str, row: Wire) -> Wire:
        with may_have_happened():
            async with of_one_record():
                with told_apart():
                    reply = await self._out.send("PUT", _path(section, id), json=row)
        with already_sent():
            return _single(reply, section)

    # api-docs.syncromsp.com: DELETE /tickets/{id}
    async def delete(self, section: Section, id: str) -> None:
        with may_have_happened():
            async with of_one_record():
                with told_apart():
                    await self._out.send("DELETE", _path(section, id))

    async def may_create(self, section: Section, nothing: Wire) -> bool:
        """Asked by what can't be created: who may is told what is wrong with it, who may not is told that."""
        try:
            with told_apart():
                await self._out.send("POST", section.path, json=nothing)
        except PermissionMissing:
            return False
        except RecordRejected:
            return True
        raise ContractBroken("Syncro took a record without its required fields", detail=section.stream)

    # api-docs.syncromsp.com: GET /tickets/{id}/comments
    async def comments(self, section: Section, id: str) -> list[Wire]:
        """The oldest first, so that a new one moves no other to another page."""
        found, pages = dict[str, Wire](), MOST_PAGES
        asked = {"sort_by": "created_at", "sort_direction": "ASC", "comment_format": "plaintext"}
        for number in range(1, MOST_PAGES + 1):
            params = {**asked, "per_page": COMMENTS, "page": number}
            body = (await self._read(f"{_path(section, id)}/comments", params)).json()
            rows, meta = rows_of(body, "comments"), body.get("meta") or {}
            if meta.get("page") not in (None, number, str(number)):
                raise ContractBroken("Syncro answered with another page", detail="comments")
            found |= {str(it["id"]): it for it in rows}
            pages = _number(meta.get("total_pages")) or 0
            if not rows or number >= pages:
                break
        return list(found.values())

    # api-docs.syncromsp.com: POST /tickets/{id}/comment
    async def comment(self, section: Section, id: str, said: Wire) -> Wire:
        async with of_one_record():
            with told_apart():
                reply = await self._out.send("POST", f"{_path(section, id)}/comment", json=said)
        with already_sent():
            made: Wire = reply.json()["comment"]
            return made

    def download(self, url: str) -> AsyncGenerator[bytes, None]:
        return self._out.download(url)

    async def _read(self, path: str, params: Mapping[str, Any] | None = None) -> Reply:
        """A page in the place of JSON is found here, and not by whoever reads the answer."""
        with told_apart():
            try:
                reply = await self._out.send("GET", path, params=params)
                reply.json()
            except PageInstead as error:
                raise Unavailable(AWAY, detail=error.detail) from None
        return reply


@contextmanager
def told_apart() -> Iterator[None]:
    """A token that works from one that works for other things."""
    try:
        yield
    except CredentialRejected as error:
        if not NOT_PERMITTED.search(error.detail):
            raise
        raise PermissionMissing(LACKING, detail=error.detail) from None


def _path(section: Section, id: str) -> str:
    if not (id.isascii() and id.isdigit() and len(id) < 20):
        raise RecordRejected("This id can't be asked for", detail=id[:40])
    return f"{section.path}/{id}"


def _single(reply: Reply, section: Section) -> Wire:
    """Some come bare that should be wrapped."""
    body = reply.json()
    row: Wire = body[section.one] if section.one and section.one in body else body
    id_of(row)
    return row


def _number(value: Any) -> int | None:
    return int(value) if value is not None else None
