"""Zendesk's endpoints. A page for people in the place of JSON is an account that is away."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syncline_common.connectors.bulk import already_sent, may_have_happened
from syncline_common.connectors.times import vendor_now
from syncline_common.connectors.understanding import rows_of
from syncline_common.connectors.zendesk.queries import REPEATED, Place, checked, cursor_in
from syncline_common.connectors.zendesk.refusals import of_one_ticket
from syncline_common.errors import (
    ContractBroken,
    Unavailable,
    UnknownOutcome,
)
from syncline_common.sdk.answers import PageInstead
from syncline_common.sdk.ports import File, Out, Reply

ROOT = "/api/v2"
PAGE, EXPORTED = 100, 500  # rows of a list, tickets of an export
AWAY = "Zendesk is away: it answered with a page"
TICKETS = f"{ROOT}/tickets"
Wire = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Wire]
    cursor: str | None  # that goes on after it
    more: bool
    now: datetime


@dataclass(frozen=True, slots=True)
class Written:
    ticket: Wire
    audit: Wire  # what the vendor keeps of it: the comment, for one


class Support:
    def __init__(self, out: Out) -> None:
        self._out = out

    # developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports
    async def exported(self, place: Place) -> Page:
        params = {**place.params, "per_page": EXPORTED}
        reply = await self._read(f"{ROOT}/incremental/tickets/cursor", params)
        body = reply.json()
        rows, ended = rows_of(body, "tickets"), body["end_of_stream"]
        return Page(rows, body.get("after_cursor"), ended is not True, vendor_now(reply))

    # developer.zendesk.com/api-reference/ticketing/tickets/tickets/#list-tickets
    async def page(self, token: str | None) -> Page:
        return await self._page(TICKETS, "tickets", {"sort": "id"}, cursor_in(token))

    # developer.zendesk.com/api-reference/ticketing/tickets/tickets/#list-tickets
    async def marked(self, marker: str) -> list[Wire]:
        return (await self._page(TICKETS, "tickets", {"external_id": marker})).rows

    # developer.zendesk.com/api-reference/ticketing/tickets/tickets/#show-multiple-tickets
    async def many(self, ids: Sequence[str]) -> list[Wire]:
        """Those that are there, and no others."""
        asked = [checked(it) for it in ids]
        if not asked:
            return []
        rows = rows_of((await self._read(f"{TICKETS}/show_many", {"ids": ",".join(asked)})).json(), "tickets")
        if not {str(it["id"]) for it in rows} <= set(asked):
            raise ContractBroken("Zendesk did not keep to the ids asked for", detail="show_many")
        return rows

    # developer.zendesk.com/api-reference/ticketing/ticket-management/search
    async def search(self, query: str) -> list[Wire]:
        """The oldest hundred."""
        params = {"query": query, "sort_by": "created_at", "sort_order": "asc"}
        return rows_of((await self._read(f"{ROOT}/search", params)).json(), "results")

    # developer.zendesk.com/api-reference/ticketing/ticket-management/search/#show-results-count
    async def count(self, query: str) -> int:
        return int((await self._read(f"{ROOT}/search/count", {"query": query})).json()["count"])

    # developer.zendesk.com/api-reference/ticketing/tickets/ticket_comments/#list-comments
    async def comments(self, id: str) -> list[Wire]:
        """The oldest first, as they come unless it is asked for otherwise."""
        return await self.all(f"{TICKETS}/{checked(id)}/comments", "comments")

    # developer.zendesk.com/api-reference/ticketing/tickets/ticket_comments/#list-comments
    async def last_comments(self, id: str) -> list[Wire]:
        """The newest hundred of them: with pages by number, whose parameters the vendor's description names."""
        params = {"sort_order": "desc", "per_page": PAGE}
        return await self.some(f"{TICKETS}/{checked(id)}/comments", "comments", params)

    # developer.zendesk.com/api-reference/ticketing/tickets/ticket_audits/#show-audit
    async def audit(self, id: str, audit: int) -> Wire:
        told: Wire = await self.one(f"{TICKETS}/{checked(id)}/audits/{int(audit)}", "audit")
        return told

    # developer.zendesk.com/api-reference/ticketing/tickets/tickets/#create-ticket
    async def create(self, ticket: Mapping[str, Any], marker: str) -> Written:
        """The marker is its key as well: the vendor makes one ticket of it, for about two hours."""
        headers = {"Idempotency-Key": marker}
        async with of_one_ticket():
            reply = await self._out.send("POST", TICKETS, json={"ticket": dict(ticket)}, headers=headers)
        return _written(reply)

    # developer.zendesk.com/api-reference/ticketing/tickets/tickets/#update-ticket
    async def update(self, id: str, ticket: Mapping[str, Any], stamp: str) -> Written:
        """RecordChanged if it was changed since `stamp`."""
        body = {"ticket": {**ticket, "safe_update": True, "updated_stamp": stamp}}
        with may_have_happened():
            async with of_one_ticket():
                reply = await self._out.send("PUT", f"{TICKETS}/{checked(id)}", json=body)
        return _written(reply)

    # developer.zendesk.com/api-reference/ticketing/tickets/tickets/#delete-ticket
    async def delete(self, id: str) -> None:
        with may_have_happened():
            async with of_one_ticket():
                await self._out.send("DELETE", f"{TICKETS}/{checked(id)}")

    # developer.zendesk.com/api-reference/ticketing/tickets/ticket-attachments/#upload-files
    async def upload(self, file: File) -> Wire:
        """Nobody sees it until a comment brings it along, so that whatever happens may be tried again."""
        headers = {"Content-Type": file.content_type, "Content-Length": str(file.size)}
        params, where = {"filename": file.name}, f"{ROOT}/uploads"
        try:
            async with of_one_ticket():
                reply = await self._out.send(
                    "POST", where, params=params, content=file.parts, headers=headers
                )
            made: Wire = reply.json()["upload"]
            return {"token": str(made["token"]), "id": int(made["attachment"]["id"])}
        except (UnknownOutcome, ContractBroken, KeyError, TypeError, ValueError):
            raise Unavailable("The file was not taken", detail=where) from None

    def download(self, url: str) -> AsyncGenerator[bytes, None]:
        return self._out.download(url)

    async def one(self, path: str, name: str, params: Mapping[str, Any] | None = None) -> Any:
        found = (await self._read(path, params or {})).json()[name]
        if not isinstance(found, dict):
            raise ContractBroken("Zendesk's answer is not what its documents say", detail=name)
        return found

    async def all(self, path: str, name: str, params: Mapping[str, Any] | None = None) -> list[Wire]:
        """Of lists that are not long."""
        rows, cursor, more = list[Wire](), "", True
        while more:
            page = await self._page(path, name, params or {}, cursor)
            if page.more and (
                not page.cursor or page.cursor == cursor or page.rows == rows[-len(page.rows) :]
            ):
                raise ContractBroken(REPEATED, detail=name)
            rows, cursor, more = rows + page.rows, page.cursor or "", page.more
        ids = [it["id"] for it in rows]
        if len(set(ids)) < len(ids):
            raise ContractBroken(REPEATED, detail=name)
        return rows

    async def some(self, path: str, name: str, params: Mapping[str, Any]) -> list[Wire]:
        """The first page of a list that has pages by number, or none."""
        return rows_of((await self._read(path, params)).json(), name)

    async def _page(self, path: str, name: str, params: Mapping[str, Any], cursor: str = "") -> Page:
        asked = {**params, "page[size]": PAGE, **({"page[after]": cursor} if cursor else {})}
        reply = await self._read(path, asked)
        body = reply.json()
        rows, meta = rows_of(body, name), body["meta"]
        return Page(rows, meta.get("after_cursor"), meta["has_more"] is True, vendor_now(reply))

    async def _read(self, path: str, params: Mapping[str, Any]) -> Reply:
        try:
            return await self._out.send("GET", path, params=params)
        except PageInstead as error:
            raise Unavailable(AWAY, detail=error.detail) from None


def _written(reply: Reply) -> Written:
    with already_sent():
        body = reply.json()
        return Written(dict(body["ticket"]), dict(body.get("audit") or {}))
