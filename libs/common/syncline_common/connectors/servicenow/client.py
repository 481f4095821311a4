"""ServiceNow's endpoints. Success is JSON with a `result`: a sleeping instance answers 200 with a page."""

import json
from base64 import b64decode, b64encode
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from syncline_common.connectors.bulk import already_sent, may_have_happened, of_one_record
from syncline_common.connectors.servicenow.queries import checked, table
from syncline_common.connectors.times import vendor_now
from syncline_common.connectors.together import part_of
from syncline_common.connectors.understanding import rows_of
from syncline_common.errors import ContractBroken, PermissionMissing, Unavailable
from syncline_common.sdk.answers import PageInstead
from syncline_common.sdk.ports import File, Out, Reply

RAW = {"sysparm_display_value": "false", "sysparm_exclude_reference_link": "true"}
TYPED = {"sysparm_input_display_value": "false", **RAW}
AS_TYPED = urlencode(TYPED)
JSON = {"content-type": "application/json"}
POLICY = (  # the one names the fields that are missing, the other the rule, with its id behind it
    r"Data Policy Exception: [^\"]+|Operation against file '[^']+' was aborted by Business Rule '[^'^]+"
)
BROKEN_OFF = "ServiceNow broke its answer off"
ASLEEP = "The instance sleeps or is under maintenance: it answered with a page"
Wire = dict[str, Any]


PASSED_OVER: Wire = {"status_code": 503}  # as the vendor would say it of a request that comes alone


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Wire]  # those of them that may be seen: a page may be short, or empty, in the middle of a list
    more: bool
    now: datetime
    hidden: bool  # there are some here, and none may be seen: no refusal says so


class Tables:
    def __init__(self, out: Out) -> None:
        self._out = out

    # servicenow.com/docs: Table API, GET /now/table/{tableName}
    async def page(
        self, name: str, query: str, *, limit: int, offset: int = 0, fields: Sequence[str] = ()
    ) -> Page:
        params = {"sysparm_query": query, "sysparm_limit": limit, "sysparm_offset": offset, **RAW}
        if fields:
            params["sysparm_fields"] = ",".join(fields)
        reply = await self._read(f"/api/now/table/{table(name)}", params)
        rows = _rows(reply)
        total = _total(reply, name)
        return Page(rows, offset + limit < total, vendor_now(reply), hidden=not rows and offset < total)

    async def total(self, name: str, query: str) -> int:
        """Rows that may not be seen are among them."""
        params = {"sysparm_query": query, "sysparm_limit": 1, "sysparm_fields": "sys_id", **RAW}
        return _total(await self._read(f"/api/now/table/{table(name)}", params), name)

    async def all(self, name: str, query: str, fields: Sequence[str], unseen: str = "") -> list[Wire]:
        """Of lists that are not long. Pages without an order would overlap. `unseen` is what to tell a person if
        there are rows, and none may be seen."""
        query = f"{query}^ORDERBYsys_id"
        rows, offset, more = list[Wire](), 0, True
        while more:
            page = await self.page(name, query, limit=1000, offset=offset, fields=fields)
            if page.rows and page.rows == rows[-len(page.rows) :]:
                raise ContractBroken("ServiceNow repeated a page", detail=name)
            if unseen and page.hidden and not rows:
                raise PermissionMissing(unseen)
            rows, offset, more = rows + page.rows, offset + 1000, page.more
        return rows

    # servicenow.com/docs: Table API, POST /now/table/{tableName}
    async def create(self, name: str, row: Mapping[str, str]) -> Wire:
        async with of_one_record(POLICY):
            reply = await self._out.send("POST", new_row(name), params=TYPED, json=dict(row))
        with already_sent():
            made: Wire = _result(reply)
        return made

    # servicenow.com/docs: Table API, PATCH /now/table/{tableName}/{sys_id}
    async def update(self, name: str, id: str, row: Mapping[str, str]) -> Wire:
        async with of_one_record(POLICY):
            reply = await self._out.send("PATCH", old_row(name, id), params=TYPED, json=dict(row))
        with already_sent():
            changed: Wire = _result(reply)
        return changed

    # servicenow.com/docs: Batch API, POST /now/v1/batch
    async def batch(self, steps: Sequence[Wire]) -> list[Wire]:
        """An answer for each step, in order; it is no transaction, and what there was no time for was not done."""
        numbered = [{**it, "id": str(number)} for number, it in enumerate(steps)]
        asked = {"batch_request_id": "1", "rest_requests": numbered}
        reply = await self._out.send("POST", "/api/now/v1/batch", json=asked)
        with already_sent():
            body = reply.json()
            served = {str(it["id"]): it for it in rows_of(body, "serviced_requests")}
            passed_over = {str(it): PASSED_OVER for it in rows_of(body, "unserviced_requests")}
            answers: list[Wire] = [{**passed_over, **served}[it["id"]] for it in numbered]
            return answers

    # servicenow.com/docs: Table API, DELETE /now/table/{tableName}/{sys_id}
    async def delete(self, name: str, id: str) -> None:
        with may_have_happened():
            async with of_one_record():
                await self._out.send("DELETE", f"/api/now/table/{table(name)}/{checked(id)}")

    # servicenow.com/docs: Attachment API, GET /now/attachment
    async def attachments(self, name: str, id: str) -> list[Wire]:
        query = f"table_name={table(name)}^table_sys_id={checked(id)}"
        params = {"sysparm_query": query, "sysparm_limit": 1000}
        return _rows(await self._read("/api/now/attachment", params))

    # servicenow.com/docs: Attachment API, POST /now/attachment/file
    async def upload(self, name: str, id: str, file: File) -> Wire:
        params = {"table_name": table(name), "table_sys_id": checked(id), "file_name": file.name}
        headers = {"Content-Type": file.content_type, "Content-Length": str(file.size)}
        path = "/api/now/attachment/file"
        async with of_one_record():
            reply = await self._out.send("POST", path, params=params, content=file.parts, headers=headers)
        with already_sent():
            made: Wire = _result(reply)
        return made

    async def _read(self, path: str, params: Mapping[str, Any]) -> Reply:
        try:
            return await self._out.send("GET", path, params=params)
        except PageInstead as error:
            raise Unavailable(ASLEEP, detail=error.detail) from None

    # servicenow.com/docs: Attachment API, GET /now/attachment/{sys_id}/file
    def download(self, id: str) -> AsyncGenerator[bytes, None]:
        return self._out.download(f"/api/now/attachment/{checked(id)}/file")


def _total(reply: Reply, name: str) -> int:
    total = reply.headers.get("x-total-count", "")
    if not total.isdigit():
        raise ContractBroken("ServiceNow did not say how many rows there are", detail=name)
    return int(total)


def _rows(reply: Reply) -> list[Wire]:
    return rows_of(_body(reply), "result")


def _body(reply: Reply) -> Any:
    """Of a transaction that took too long, with status 200: the rows that were ready, and then an error."""
    body = reply.json()
    if isinstance(body, dict) and body.get("error"):
        raise Unavailable(BROKEN_OFF)
    return body


def _result(reply: Reply) -> Any:
    body = _body(reply)
    if not isinstance(body, dict) or "result" not in body:
        raise ContractBroken("ServiceNow's answer has no result")
    return body["result"]


def step(method: str, path: str, row: Mapping[str, str]) -> Wire:
    """Of a batch: a request within the request."""
    return {
        "method": method,
        "url": f"{path}?{AS_TYPED}",
        "headers": [
            {"name": "Content-Type", "value": "application/json"},
            {"name": "Accept", "value": "application/json"},
        ],
        "body": b64encode(json.dumps(dict(row)).encode()).decode(),
        "exclude_response_headers": True,
    }


def row_of_step(answer: Wire, where: str) -> Wire:
    """The row in the answer to one of them."""
    with already_sent():
        status, content = int(answer["status_code"]), b64decode(answer.get("body") or "", validate=True)
    unsure = answer is not PASSED_OVER
    reply = part_of(status, JSON, content, f"batch: {where}", unsure=unsure)
    with already_sent():
        row: Wire = _result(reply)
        return row


def new_row(name: str) -> str:
    return f"/api/now/table/{table(name)}"


def old_row(name: str, id: str) -> str:
    return f"/api/now/table/{table(name)}/{checked(id)}"
