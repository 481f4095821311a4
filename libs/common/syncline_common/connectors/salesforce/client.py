"""Salesforce's REST resources, of a version that is older than the newest and will be there for years."""

import json
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from syncline_common.connectors.bulk import already_sent, may_have_happened
from syncline_common.connectors.salesforce.multipart import Form
from syncline_common.connectors.salesforce.queries import Query
from syncline_common.connectors.salesforce.records import ID, SAFE_ID, Wire, checked, must_hold
from syncline_common.connectors.salesforce.refusals import of_one_case, plainly
from syncline_common.connectors.times import vendor_now
from syncline_common.connectors.together import part_of
from syncline_common.connectors.understanding import rows_of
from syncline_common.errors import ContractBroken
from syncline_common.sdk.ports import Out, Reply

DATA = "/services/data/v62.0"
ROWS, COLLECTIONS, COMPOSITE = f"{DATA}/sobjects", f"{DATA}/composite/sobjects", f"{DATA}/composite"
LONGEST_QUERY = 6000  # characters of a URL; what is longer goes into a body
READ_AT_ONCE = 2000
# Else the rules may take a case from whom it was given to: also one that a trigger of theirs changes by our comment.
NO_ASSIGNMENT = {"Sforce-Auto-Assign": "FALSE"}
JSON = {"content-type": "application/json"}


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Wire]
    next: str | None  # where the rest of it is, if it did not come whole
    now: datetime


class Rest:
    def __init__(self, out: Out, outdated: Callable[[], None] = lambda: None) -> None:
        """`outdated` is called when what was learnt of an object's fields is no longer so."""
        self._out, self._outdated = out, outdated

    # developer.salesforce.com: REST API, Resources by Version
    async def resources(self) -> Wire:
        return _object((await self._read(f"{DATA}/")).json())

    # developer.salesforce.com: REST API, Limits
    async def limits(self) -> Wire:
        return _object((await self._read(f"{DATA}/limits")).json())

    # developer.salesforce.com: REST API, sObject Describe
    async def describe(self, entity: str) -> Wire:
        told = _object((await self._read(f"{ROWS}/{entity}/describe")).json())
        if told.get("name") != entity:
            raise ContractBroken("Salesforce answered another question", detail=entity)
        return told

    # developer.salesforce.com: REST API, Query and QueryAll
    async def page(self, query: Query) -> Page:
        path = f"{DATA}/{'queryAll' if query.deleted else 'query'}"
        return _page(await self._read(path, {"q": query.text}), query)

    async def all(self, query: Query) -> list[Wire]:
        """Of lists that are not long, by the locator that comes with each page."""
        page = await self.page(query)
        rows, seen = page.rows, set[str]()
        while page.next is not None:
            if page.next in seen or not page.rows:
                raise ContractBroken("Salesforce repeated a page", detail=query.entity)
            seen.add(page.next)
            page = _page(await self._read(page.next), query)
            rows = rows + page.rows
        return rows

    async def total(self, entity: str, where: str) -> int:
        """A count without rows."""
        asked = Query(entity, ("COUNT()",), where)
        body = (await self._read(f"{DATA}/query", {"q": asked.text})).json()
        total = body.get("totalSize") if isinstance(body, dict) else None
        if not isinstance(total, int) or rows_of(body, "records"):
            raise ContractBroken("Salesforce did not say how many there are", detail=entity)
        return total

    # developer.salesforce.com: REST API, Get Records Using sObject Collections
    async def rows(self, entity: str, ids: Sequence[str], fields: Sequence[str]) -> dict[str, Wire]:
        """By id; what is gone or hidden is missing. Ids that can't be real are not asked for: nothing has them."""
        found = dict[str, Wire]()
        wanted = [it for it in dict.fromkeys(ids) if SAFE_ID.fullmatch(it)]
        for at in range(0, len(wanted), READ_AT_ONCE):
            found |= await self._rows(entity, wanted[at : at + READ_AT_ONCE], fields)
        return found

    async def _rows(self, entity: str, ids: Sequence[str], fields: Sequence[str]) -> dict[str, Wire]:
        path, params = f"{COLLECTIONS}/{entity}", {"ids": ",".join(ids), "fields": ",".join(fields)}
        async with plainly(self._outdated):
            if len(urlencode(params)) <= LONGEST_QUERY:
                reply = await self._out.send("GET", path, params=params)
            else:
                body = {"ids": list(ids), "fields": list(fields)}
                reply = await self._out.send("POST", path, json=body, repeatable=True)
            told = reply.json()
        if not isinstance(told, list) or len(told) != len(ids):
            raise ContractBroken("Salesforce did not answer for each id", detail=entity)
        found = [it for it in told if it is not None]
        for it in found:
            must_hold(it, entity, fields)
        if not {it[ID] for it in found} <= set(ids):
            raise ContractBroken("Salesforce answered another question", detail=ID)
        return {it[ID]: it for it in found}

    # developer.salesforce.com: REST API, sObject Basic Information
    async def create(self, entity: str, row: Wire) -> str:
        async with of_one_case():
            headers = _assigned([row]) if entity == "Case" else NO_ASSIGNMENT
            reply = await self._out.send("POST", f"{ROWS}/{entity}", json=dict(row), headers=headers)
        with already_sent():
            return _made(reply.json())

    # developer.salesforce.com: REST API, Create Records Using sObject Collections
    async def create_many(self, rows: Sequence[Wire]) -> list[Wire]:
        """An answer for each, in order; each stands for itself."""
        asked = {"allOrNone": False, "records": list(rows)}
        reply = await self._out.send("POST", COLLECTIONS, json=asked, headers=_assigned(rows))
        with already_sent():
            told = reply.json()
            if not isinstance(told, list) or len(told) != len(rows):
                raise ContractBroken("Salesforce did not answer for each record")
            return [_object(it) for it in told]

    # developer.salesforce.com: REST API, sObject Rows; Conditional Request Headers
    async def update(self, entity: str, id: str, row: Wire, unmodified_since: str) -> None:
        with may_have_happened():
            async with of_one_case():
                headers = {"If-Unmodified-Since": unmodified_since, **NO_ASSIGNMENT}
                path = f"{ROWS}/{entity}/{checked(id)}"
                await self._out.send("PATCH", path, json=dict(row), headers=headers)

    # developer.salesforce.com: REST API, Composite
    async def together(self, steps: Sequence[Wire]) -> list[Wire]:
        """An answer for each step, in order; no step depends on another."""
        named = [{**it, "referenceId": f"step{number}"} for number, it in enumerate(steps)]
        asked = {"allOrNone": False, "collateSubrequests": False, "compositeRequest": named}
        with may_have_happened():
            reply = await self._out.send("POST", COMPOSITE, json=asked)
        with already_sent():
            told = {it["referenceId"]: it for it in rows_of(reply.json(), "compositeResponse")}
            return [told[it["referenceId"]] for it in named]

    # developer.salesforce.com: REST API, sObject Rows
    async def delete(self, entity: str, id: str) -> None:
        with may_have_happened():
            async with of_one_case():
                await self._out.send("DELETE", f"{ROWS}/{entity}/{checked(id)}")

    # developer.salesforce.com: REST API, Insert or Update Blob Data
    async def upload(self, form: Form) -> str:
        headers = {"Content-Type": form.content_type, "Content-Length": str(form.size), **NO_ASSIGNMENT}
        async with of_one_case():
            path = f"{ROWS}/ContentVersion"
            reply = await self._out.send("POST", path, content=form.parts, headers=headers)
        with already_sent():
            return _made(reply.json())

    # developer.salesforce.com: REST API, sObject Blob Retrieve
    def download(self, path: str) -> AsyncGenerator[bytes, None]:
        return self._out.download(path)

    async def _read(self, path: str, params: Mapping[str, Any] | None = None) -> Reply:
        async with plainly(self._outdated):
            return await self._out.send("GET", path, params=params)


def step(entity: str, id: str, row: Wire, unmodified_since: str) -> dict[str, Any]:
    """Of a composite call: a conditional request within the request."""
    return {
        "method": "PATCH",
        "url": f"{ROWS}/{entity}/{checked(id)}",
        "httpHeaders": {"If-Unmodified-Since": unmodified_since, **NO_ASSIGNMENT},
        "body": dict(row),
    }


def must_have_gone_well(answer: Wire) -> None:
    with already_sent():
        status, content = int(answer["httpStatusCode"]), json.dumps(answer.get("body")).encode()
    part_of(status, JSON, content, "composite")


def _page(reply: Reply, query: Query) -> Page:
    body = reply.json()
    rows = rows_of(body, "records")
    for it in rows:
        must_hold(it, query.entity, query.fields)
    if body.get("done") is True:
        return Page(rows, None, vendor_now(reply))
    following = body.get("nextRecordsUrl")
    if not isinstance(following, str) or not following.startswith("/services/data/"):
        raise ContractBroken("Salesforce stopped in the middle of a list", detail=query.entity)
    return Page(rows, following, vendor_now(reply))


def _object(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise ContractBroken("Salesforce did not answer with an object")
    return body


def _made(body: Any) -> str:
    if body["success"] is not True or not SAFE_ID.fullmatch(body["id"]):
        raise ContractBroken("Salesforce's answer names no record")
    return str(body["id"])


def _assigned(rows: Sequence[Wire]) -> Mapping[str, str]:
    """Who is named as the owner stays it; else Salesforce's rules find one."""
    return NO_ASSIGNMENT if any("OwnerId" in it for it in rows) else {}
