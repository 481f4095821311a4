"""Endpoints that both products have. Lists come bare or wrapped: the product says which."""

import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from syncline_common.connectors.bulk import already_sent, may_have_happened, of_one_record
from syncline_common.connectors.freshworks.forms import form_with
from syncline_common.connectors.freshworks.product import Product
from syncline_common.connectors.times import vendor_now
from syncline_common.connectors.understanding import MISREAD, rows_of
from syncline_common.errors import ContractBroken, PermissionMissing, RecordGone, RecordRejected, Unavailable
from syncline_common.sdk.answers import PageInstead
from syncline_common.sdk.paging import NEXT_LINK
from syncline_common.sdk.ports import File, Out, Reply

ROOT = "/api/v2"
SAFE_ID = re.compile(r"[0-9]{1,19}")
FAULT = re.compile(r'"field": ?"([^"]*)", ?"message": ?"([^"]*)"')
NO_LONGER = "405 "  # how the vendor answers a write to what is deleted or spam
MOST_SAID = 20  # pages of what is said on one ticket
Wire = dict[str, Any]
NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Wire]
    more: bool
    now: datetime


class Desk:
    def __init__(self, out: Out, product: Product) -> None:
        self._out, self.product = out, product

    # developers.freshdesk.com/api/#list_all_tickets, api.freshservice.com/#view_all_ticket
    async def page(self, params: Mapping[str, Any]) -> Page:
        return await self._page("/tickets", "tickets", params)

    # developers.freshdesk.com/api/#view_a_ticket, api.freshservice.com/#view_a_ticket
    async def ticket(self, id: str) -> Wire:
        """RecordGone also if it is deleted, or spam: both are still answered."""
        found = self._one(await self._read(f"/tickets/{checked(id)}", self.product.of_one), "ticket")
        if str(found["id"]) != id:
            raise ContractBroken("It answered with another ticket than was asked for", detail=id)
        if found.get("deleted") or found.get("spam"):
            raise RecordGone("It is deleted, or spam", detail=id)
        return found

    # developers.freshdesk.com/api/#filter_tickets, api.freshservice.com/#filter_tickets
    async def search(
        self, query: str, page: int = 1, more: Mapping[str, Any] = NOTHING
    ) -> tuple[list[Wire], int]:
        """Hits of a page of thirty, and of all pages; as far as the vendor's index knows."""
        params = {"query": f'"{query}"', "page": page, **more}
        body = (await self._read(self.product.search_at, params)).json()
        return rows_of(body, self.product.found_in), int(body.get("total", 0))

    # developers.freshdesk.com/api/#list_all_conversations_of_a_ticket
    async def conversations(self, id: str) -> list[Wire]:
        found, page, more = list[Wire](), 1, True
        while more and page <= MOST_SAID:
            params = {"per_page": 100, "page": page}
            it = await self._page(f"/tickets/{checked(id)}/conversations", "conversations", params)
            if not {str(row.get("ticket_id", id)) for row in it.rows} <= {id}:
                raise ContractBroken("It answered with what is said on another ticket", detail=id)
            found, page, more = found + it.rows, page + 1, it.more
        return found

    # developers.freshdesk.com/api/#create_ticket, api.freshservice.com/#create_ticket
    async def create(self, body: Mapping[str, Any]) -> Wire:
        async with self._written():
            reply = await self._out.send("POST", f"{ROOT}/tickets", json=dict(body))
        with already_sent():
            return self._one(reply, "ticket")

    # developers.freshdesk.com/api/#update_ticket, api.freshservice.com/#update_a_ticket
    async def update(self, id: str, body: Mapping[str, Any]) -> Wire:
        with may_have_happened():
            async with self._written():
                reply = await self._out.send("PUT", f"{ROOT}/tickets/{checked(id)}", json=dict(body))
            return self._about(reply, id)

    # developers.freshdesk.com/api/#attachments, api.freshservice.com/#attachments
    async def attach(self, id: str, file: File) -> Wire:
        """A form adds, whatever its verb."""
        headers, parts = form_with(file)
        path = f"{ROOT}/tickets/{checked(id)}"
        async with self._written():
            reply = await self._out.send("PUT", path, content=parts, headers=headers)
        with already_sent():
            return self._about(reply, id)

    # developers.freshdesk.com/api/#delete_a_ticket, api.freshservice.com/#delete_a_ticket
    async def delete(self, id: str) -> None:
        """Into the trash."""
        with may_have_happened():
            async with self._written():
                await self._out.send("DELETE", f"{ROOT}/tickets/{checked(id)}")

    # developers.freshdesk.com/api/#add_note_to_a_ticket, api.freshservice.com/#create_note
    async def note(self, id: str, body: str, *, private: bool) -> Wire:
        asked = {"body": body, "private": private}
        async with self._written():
            reply = await self._out.send("POST", f"{ROOT}/tickets/{checked(id)}/notes", json=asked)
        with already_sent():
            return self._one(reply, "conversation")

    # developers.freshdesk.com/api/#me, api.freshservice.com/#agents
    async def me(self) -> Wire:
        return self._one(await self._read("/agents/me", {}), "agent")

    # developers.freshdesk.com/api/#list_all_ticket_fields, api.freshservice.com/#view_all_ticket_fields
    async def fields(self, more: Mapping[str, Any] = NOTHING) -> list[Wire]:
        return self._rows(await self._read(self.product.fields_at, more), "ticket_fields")

    async def listed(self, path: str, name: str, params: Mapping[str, Any]) -> list[Wire]:
        return self._rows(await self._read(path, params), name)

    def download(self, url: str) -> AsyncGenerator[bytes, None]:
        """By a link that is signed and good for minutes: whoever comes too late asks for another."""
        return self._out.download(url)

    async def _page(self, path: str, name: str, params: Mapping[str, Any]) -> Page:
        try:
            reply = await self._read(path, params)
        except RecordRejected as error:  # of no record: it knows no such page, or no such way to ask
            raise ContractBroken(f"{self.product.label} refused a list", detail=error.detail) from None
        found = NEXT_LINK.search(reply.headers.get("link", ""))
        if found is not None:
            _must_follow(found[1], params)
        return Page(self._rows(reply, name), found is not None, vendor_now(reply))

    async def _read(self, path: str, params: Mapping[str, Any]) -> Reply:
        try:
            return await self._out.send("GET", f"{ROOT}{path}", params=params)
        except PageInstead as error:
            said = f"{self.product.label} answered with a page"
            raise Unavailable(said, detail=error.detail) from None

    def _rows(self, reply: Reply, name: str) -> list[Wire]:
        body = reply.json()
        if self.product.wrapped:
            return rows_of(body, name)
        if not isinstance(body, list):
            raise ContractBroken(MISREAD, detail=f"no list of {name}")
        return body

    def _one(self, reply: Reply, name: str) -> Wire:
        body = reply.json()
        found = body.get(name) if self.product.wrapped and isinstance(body, dict) else body
        if not isinstance(found, dict) or "id" not in found:
            raise ContractBroken(MISREAD, detail=f"no {name}")
        return found

    def _about(self, reply: Reply, id: str) -> Wire:
        found = self._one(reply, "ticket")
        if str(found["id"]) != id:
            raise ContractBroken("It answered with another ticket than was written", detail=id)
        return found

    @asynccontextmanager
    async def _written(self) -> AsyncIterator[None]:
        """Around a write: what the vendor finds wrong with it is told by field."""
        try:
            async with of_one_record():
                yield
        except RecordRejected as error:
            faults = [f"{field}: {message}" for field, message in FAULT.findall(error.detail)]
            said = f"{self.product.label} refuses it: {'; '.join(faults)}" if faults else error.message
            raise RecordRejected(said, detail=error.detail) from None
        except ContractBroken as error:
            if error.detail.startswith(NO_LONGER):
                raise RecordGone("It is deleted, or spam", detail=error.detail) from None
            raise

    async def may_write(self) -> bool:
        """By a ticket that can't be made: nobody asks for it, and its priority is none. Whether one may is said before."""
        try:
            await self._out.send("POST", f"{ROOT}/tickets", json={"status": 2, "priority": 99})
        except RecordRejected:
            return True
        except PermissionMissing:
            return False
        raise ContractBroken("It took a ticket that can't be one", detail="probe")


def _must_follow(url: str, params: Mapping[str, Any]) -> None:
    """The next page is said to be the one after what was asked for; else a page has come again."""
    said = {name: it[-1] for name, it in parse_qs(urlsplit(url).query).items()}
    wanted = {"page": int(params.get("page", 1)) + 1, "per_page": params.get("per_page")}
    if any(said.get(name) not in (None, str(it)) for name, it in wanted.items()):
        raise ContractBroken("It repeated a page", detail=f"page {params.get('page', 1)}")


def checked(id: str) -> str:
    if not SAFE_ID.fullmatch(id):
        raise RecordRejected("This id can't be asked for", detail=id[:40])
    return id
