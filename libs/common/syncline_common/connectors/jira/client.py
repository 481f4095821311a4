"""Jira Cloud's endpoints. A wrong token is nobody's, and nobody is answered with empty lists: what is empty is asked about once more."""

import re
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from urllib.parse import quote

from syncline_common.connectors.bulk import already_sent, may_have_happened, of_one_record
from syncline_common.connectors.jira.forms import form_of
from syncline_common.connectors.understanding import rows_of
from syncline_common.errors import ContractBroken, RecordRejected, Unavailable
from syncline_common.sdk.answers import PageInstead, SentElsewhere
from syncline_common.sdk.ports import File, Out, Reply

API = "/rest/api/3"
WRITTEN = {"returnIssue": "true", "expand": "changelog"}
SAID = re.compile(r'"(?P<field>[\w-]+)":\s*"(?P<words>(?:[^"\\]|\\.)+)"')
LISTED = re.compile(r'"errorMessages":\s*\["(?P<words>(?:[^"\\]|\\.)+)"')
BETWEEN = "Something in between answered with a page"
REPEATED = "Jira repeated a page"
Wire = dict[str, Any]


class Issues:
    def __init__(self, out: Out) -> None:
        self._out = out

    # developer.atlassian.com/cloud/jira/platform/rest/v3: Issue search, POST /rest/api/3/search/jql
    async def search(
        self, jql: str, fields: Sequence[str], size: int, token: str | None = None
    ) -> tuple[Wire, Reply]:
        body: Wire = {"jql": jql, "fields": list(fields), "maxResults": size}
        reply = await self._ask(
            "POST", f"{API}/search/jql", json=body | ({"nextPageToken": token} if token else {})
        )
        found: Wire = reply.json()
        rows_of(found, "issues")
        return found, reply

    # ... POST /rest/api/3/search/approximate-count
    async def count(self, jql: str) -> int:
        reply = await self._ask("POST", f"{API}/search/approximate-count", json={"jql": jql})
        return int(reply.json()["count"])

    # Issues, POST /rest/api/3/issue/bulkfetch
    async def fetched(self, ids: Sequence[str], fields: Sequence[str]) -> list[Wire]:
        """Those that are there and may be seen; 100 at most."""
        body = {"issueIdsOrKeys": list(ids), "fields": list(fields)}
        told = (await self._ask("POST", f"{API}/issue/bulkfetch", json=body)).json()
        if told.get("issueErrors"):
            raise Unavailable("Jira could not read some of the issues", detail=str(len(told["issueErrors"])))
        found: list[Wire] = rows_of(told, "issues")
        if not {str(it["id"]) for it in found} <= set(ids):
            raise ContractBroken("Jira answered with others than were asked for")
        return found

    # Issues, GET /rest/api/3/issue/{issueIdOrKey}
    async def one(self, id: str, fields: Sequence[str], expand: str = "") -> Wire:
        params = {"fields": ",".join(fields)} | ({"expand": expand} if expand else {})
        return _about(await self._get(issue(id), params), id)

    # Issues, POST /rest/api/3/issue
    async def create(self, body: Wire) -> str:
        async with of_this_record():
            reply = await self._out.send("POST", f"{API}/issue", json=body)
        with already_sent():
            return str(reply.json()["id"])

    # Issues, POST /rest/api/3/issue/bulk
    async def create_many(self, bodies: Sequence[Wire]) -> tuple[list[str], dict[int, Wire]]:
        """Ids of those that were made, in order, and what is wrong with the others, by their numbers."""
        reply = await self._out.send("POST", f"{API}/issue/bulk", json={"issueUpdates": list(bodies)})
        with already_sent():
            told = reply.json()
            made = [str(it["id"]) for it in rows_of(told, "issues")]
            failed: dict[int, Wire] = {int(it["failedElementNumber"]): it for it in told.get("errors") or []}
            if len(made) + len(failed) != len(bodies) or not set(failed) <= set(range(len(bodies))):
                raise ContractBroken("Jira did not answer every part")
            return made, failed

    # Issues, PUT /rest/api/3/issue/{issueIdOrKey}
    async def update(self, id: str, fields: Wire) -> Wire:
        """What it looks like afterwards."""
        async with of_this_record():
            with may_have_happened():
                reply = await self._out.send("PUT", issue(id), params=WRITTEN, json={"fields": fields})
                if reply.status == 204:  # it does not say
                    return {}
                return _about(reply.json(), id)

    # Issues, GET and POST /rest/api/3/issue/{issueIdOrKey}/transitions
    async def transitions(self, id: str) -> list[Wire]:
        told = await self._get(f"{issue(id)}/transitions", {"expand": "transitions.fields"})
        return rows_of(told, "transitions")

    async def move(self, id: str, transition: str, fields: Wire) -> None:
        body: Wire = {"transition": {"id": transition}} | ({"fields": fields} if fields else {})
        async with of_this_record():
            reply = await self._out.send("POST", f"{issue(id)}/transitions", json=body)
        must_be(reply, 204)

    # Issues, DELETE /rest/api/3/issue/{issueIdOrKey}
    async def delete(self, id: str) -> None:
        with may_have_happened():
            async with of_this_record():
                await self._out.send("DELETE", issue(id))

    # Issue comments, GET and POST /rest/api/3/issue/{issueIdOrKey}/comment
    async def comments(self, id: str) -> list[Wire]:
        found, more = list[Wire](), True
        while more:
            params = {"startAt": len(found), "maxResults": 100, "orderBy": "created"}
            told = await self._get(f"{issue(id)}/comment", params)
            page = rows_of(told, "comments")
            if page and page[0] in found:
                raise ContractBroken(REPEATED, detail="comments")
            found += page
            more = bool(page) and len(found) < int(told["total"])
        return found

    async def comment(self, id: str, body: Wire) -> Wire:
        async with of_this_record():
            reply = await self._out.send("POST", f"{issue(id)}/comment", json=body)
        with already_sent():
            made: Wire = reply.json()
            return made

    async def uncomment(self, id: str, comment: str) -> None:
        await self._out.send("DELETE", f"{issue(id)}/comment/{part(comment)}")

    # Issue attachments, POST /rest/api/3/issue/{issueIdOrKey}/attachments
    async def upload(self, id: str, file: File) -> Wire:
        form = form_of(file)
        headers = {**form.headers, "X-Atlassian-Token": "no-check"}
        async with of_this_record():
            reply = await self._out.send(
                "POST", f"{issue(id)}/attachments", content=form.parts, headers=headers
            )
        with already_sent():
            [made] = reply.json()
            return dict(made)

    # Issue attachments, GET /rest/api/3/attachment/content/{id}
    def download(self, id: str) -> AsyncGenerator[bytes, None]:
        """As it is; if Jira sends us to where it lies all the same, that place gets no credential."""
        return self._out.download(f"{API}/attachment/content/{part(id)}?redirect=false")

    # Issue link types, GET /rest/api/3/issueLinkType; Issue links, POST /rest/api/3/issueLink
    async def link_types(self) -> list[Wire]:
        return rows_of(await self._get(f"{API}/issueLinkType"), "issueLinkTypes")

    async def link(self, type: str, inward: str, outward: str) -> None:
        body = {"type": {"name": type}, "inwardIssue": {"id": inward}, "outwardIssue": {"id": outward}}
        async with of_this_record():
            reply = await self._out.send("POST", f"{API}/issueLink", json=body)
        must_be(reply, 201)

    async def _get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        return (await self._ask("GET", path, params=params)).json()

    async def _ask(self, method: str, path: str, **more: Any) -> Reply:
        """Whatever its verb, it only reads. A redirect would make another question of a POST: that is asked once more."""
        with pages_pass():
            try:
                return await self._out.send(method, path, repeatable=True, **more)
            except SentElsewhere:
                return await self._out.send(method, path, repeatable=True, **more)


@contextmanager
def pages_pass() -> Iterator[None]:
    """Jira answers questions in JSON, always: a page is a proxy's, or one to wait at."""
    try:
        yield
    except PageInstead as error:
        raise Unavailable(BETWEEN, detail=error.detail) from None
    except SentElsewhere as error:
        raise ContractBroken(error.message, detail=error.detail) from None


@asynccontextmanager
async def of_this_record() -> AsyncIterator[None]:
    """Around a write: what Jira says of a field is for whoever has to mend it."""
    try:
        async with of_one_record():
            yield
    except RecordRejected as error:
        words = _words(error.detail)
        raise RecordRejected(
            f"Jira refuses it: {words}" if words else error.message, detail=error.detail
        ) from None


def _words(detail: str) -> str:
    told = [f"{it['field']}: {it['words']}" for it in SAID.finditer(detail.partition('"errors"')[2])]
    listed = LISTED.search(detail)
    return "; ".join(told) or (listed["words"] if listed else "")


def must_be(reply: Reply, status: int) -> None:
    """Of a write whose answer has nothing but a status: another one is not the vendor's."""
    with already_sent():
        if reply.status != status:
            raise ContractBroken("Jira did not say that it was done", detail=str(reply.status))


def _about(told: Any, id: str) -> Wire:
    if str(told.get("id")) != id:
        raise ContractBroken("Jira answered with another record than was asked for", detail=id)
    found: Wire = told
    return found


def issue(id: str) -> str:
    return f"{API}/issue/{part(id)}"


def part(name: str) -> str:
    return quote(name, safe="")
