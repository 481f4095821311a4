"""Azure DevOps' endpoints. Every request asks not to be sent to a sign-in page, and takes one for a refusal; any other page is
something in between, which passes."""

import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any
from urllib.parse import quote

from syncline_common.connectors.bulk import may_have_happened
from syncline_common.connectors.chunks import chunks
from syncline_common.connectors.understanding import rows_of
from syncline_common.errors import ContractBroken, CredentialRejected, RecordFault, Unavailable
from syncline_common.sdk.answers import PageInstead, SentElsewhere
from syncline_common.sdk.ports import File, Out, Reply

VERSION = "7.1"
COMMENTS_VERSION = "7.1-preview.4"
STAY_HERE = {"X-TFS-FedAuthRedirect": "Suppress"}
PATCH = {"Content-Type": "application/json-patch+json"}
TITLE = re.compile(r"(Azure DevOps|Visual Studio).*\bSign In$")
SIGN_IN = "Azure DevOps asks to sign in: the token is not valid"
WHOLE = 130 * 10**6  # bytes that one request may carry, by the vendor's page
CHUNK = 4 * 2**20  # held in memory
RAW = {"Content-Type": "application/octet-stream"}
MOST_PROJECTS, MOST_TEAMS, MOST_MEMBERS = 10_000, 100, 2000
Wire = dict[str, Any]


class Boards:
    def __init__(self, out: Out) -> None:
        self._out = out

    async def listed(self, path: str, params: Mapping[str, Any] | None = None) -> list[Wire]:
        """Lists are wrapped, whatever the specification says."""
        return rows_of((await self._send("GET", path, params=params)).json(), "value")

    async def _skipped(self, path: str, most: int) -> list[Wire]:
        """A list that goes by `$skip`: a short page is not its end, an empty one is. Of a longer list, the first `most`."""
        found = list[Wire]()
        while page := await self.listed(path, {"$top": 100, "$skip": len(found)}):
            if page[0] in found:
                raise ContractBroken("Azure DevOps repeated a page", detail=path)
            found += page
            if len(found) >= most:
                break
        return found[:most]

    # learn.microsoft.com/rest/api/azure/devops/core/projects/list
    async def projects(self) -> list[Wire]:
        found = await self._skipped("/_apis/projects", MOST_PROJECTS)
        return [it for it in found if it.get("state") == "wellFormed"]

    # learn.microsoft.com/rest/api/azure/devops/wit/work-item-types/list
    async def types(self, project: str) -> list[Wire]:
        found = await self.listed(f"/{part(project)}/_apis/wit/workitemtypes")
        return [it for it in found if not it.get("isDisabled")]

    # learn.microsoft.com/rest/api/azure/devops/wit/work-item-type-states/list
    async def states(self, project: str, stream: str) -> list[Wire]:
        return await self.listed(f"/{part(project)}/_apis/wit/workitemtypes/{part(stream)}/states")

    # learn.microsoft.com/rest/api/azure/devops/wit/work-item-types-field/list
    async def fields_of(self, project: str, stream: str) -> list[Wire]:
        path = f"/{part(project)}/_apis/wit/workitemtypes/{part(stream)}/fields"
        return await self.listed(path, {"$expand": "all"})

    # learn.microsoft.com/rest/api/azure/devops/wit/fields/list
    async def fields(self) -> list[Wire]:
        return await self.listed("/_apis/wit/fields")

    # learn.microsoft.com/rest/api/azure/devops/core/teams/get-teams
    async def teams(self, project: str) -> list[Wire]:
        return await self._skipped(f"/_apis/projects/{part(project)}/teams", MOST_TEAMS)

    # learn.microsoft.com/rest/api/azure/devops/core/teams/get-team-members-with-extended-properties
    async def members(self, project: str, team: str) -> list[Wire]:
        path = f"/_apis/projects/{part(project)}/teams/{part(team)}/members"
        return await self._skipped(path, MOST_MEMBERS)

    # learn.microsoft.com/rest/api/azure/devops/wit/wiql/query-by-wiql
    async def ask(self, question: str, top: int) -> tuple[list[int], Reply]:
        params, body = {"$top": top, "timePrecision": "true"}, {"query": question}
        reply = await self._send("POST", "/_apis/wit/wiql", params=params, json=body, repeatable=True)
        return [int(it["id"]) for it in rows_of(reply.json(), "workItems")], reply

    # learn.microsoft.com/rest/api/azure/devops/wit/work-items/list
    async def items(
        self, ids: Sequence[str], fields: Sequence[str] = (), *, expand: str = "none"
    ) -> list[Wire]:
        """Those that are there and may be seen; 200 at most. Some `fields` can't be had with anything expanded."""
        params: Wire = {"ids": ",".join(ids), "errorPolicy": "omit"}
        if fields:
            params["fields"] = ",".join(fields)
        elif expand != "none":
            params["$expand"] = expand
        found = [it for it in await self.listed("/_apis/wit/workitems", params) if it]
        if not {str(it["id"]) for it in found} <= set(ids):
            raise ContractBroken("Azure DevOps answered with others than were asked for")
        return found

    # learn.microsoft.com/rest/api/azure/devops/wit/work-items/get-work-item
    async def item(self, id: str, expand: str = "none") -> Wire:
        reply = await self._send("GET", f"/_apis/wit/workitems/{part(id)}", params={"$expand": expand})
        found: Wire = reply.json()
        if str(found["id"]) != id:
            raise ContractBroken("Azure DevOps answered with another record than was asked for")
        return found

    # learn.microsoft.com/rest/api/azure/devops/wit/work-items/create
    async def create(
        self, project: str, stream: str, patch: Sequence[Wire], *, only_validate: bool = False
    ) -> Wire:
        path = new_item(project, stream)
        params = {"validateOnly": "true"} if only_validate else None
        reply = await self._send(
            "POST", path, params=params, json=patch, headers=PATCH, repeatable=only_validate
        )
        made: Wire = reply.json()
        if only_validate and "fields" not in made:
            raise ContractBroken("Azure DevOps did not say whether it would take the record")
        return made

    # learn.microsoft.com/rest/api/azure/devops/wit/work-items/update
    async def update(self, id: str, patch: Sequence[Wire]) -> Wire:
        path = old_item(id)
        with may_have_happened():
            reply = await self._send("PATCH", path, json=patch, headers=PATCH)
            changed: Wire = reply.json()
            if str(changed.get("id")) != id:
                raise ContractBroken("Azure DevOps answered with another record than was written")
        return changed

    # learn.microsoft.com/rest/api/azure/devops/wit/WorkItemBatchUpdate
    async def batch(self, parts: Sequence[Wire]) -> list[Wire]:
        """An answer for each part, in order; one that fails stops no other."""
        with may_have_happened():
            reply = await self._send("PATCH", "/_apis/wit/$batch", json=parts)
            answers: list[Wire] = rows_of(reply.json(), "value")
            if len(answers) != len(parts):
                raise ContractBroken("Azure DevOps did not answer every part")
        return answers

    # learn.microsoft.com/rest/api/azure/devops/wit/work-items/delete
    async def delete(self, id: str) -> None:
        """Into the recycle bin."""
        with may_have_happened():
            await self._send("DELETE", f"/_apis/wit/workitems/{part(id)}")

    # learn.microsoft.com/rest/api/azure/devops/wit/comments/get-comments
    async def comments(self, project: str, id: str, token: str | None) -> Wire:
        params = {"$top": 200, "order": "asc"} | ({"continuationToken": token} if token else {})
        reply = await self._send("GET", _comments(project, id), COMMENTS_VERSION, params=params)
        found: Wire = reply.json()
        return found

    # learn.microsoft.com/rest/api/azure/devops/wit/comments/add
    async def comment(self, project: str, id: str, text: str) -> Wire:
        reply = await self._send("POST", _comments(project, id), COMMENTS_VERSION, json={"text": text})
        made: Wire = reply.json()
        return made

    # learn.microsoft.com/rest/api/azure/devops/wit/attachments/create
    async def upload(self, project: str, file: File, whole: int = WHOLE, chunk: int = CHUNK) -> Wire:
        """In one request up to `whole` bytes. The vendor's limit of a file, by default 60 MB, is another matter."""
        path, params = f"/{part(project)}/_apis/wit/attachments", {"fileName": file.name}
        if file.size > whole:
            begin = {**params, "uploadType": "chunked"}
            made: Wire = (await self._send("POST", path, params=begin, content=b"", headers=RAW)).json()
            await self._send_chunks(f"{path}/{part(str(made['id']))}", begin, file, chunk)
            return made
        headers = {**RAW, "Content-Length": str(file.size)}
        made = (await self._send("POST", path, params=params, content=file.parts, headers=headers)).json()
        return made

    # learn.microsoft.com/rest/api/azure/devops/wit/attachments/upload-attachment-chunk
    async def _send_chunks(self, path: str, params: Mapping[str, str], file: File, size: int) -> None:
        """How large it becomes is said with the first. A later one that is refused may be there already: its answer was lost."""
        sent = 0
        async with aclosing(chunks(file, size)) as contents:
            async for content in contents:
                headers = {**RAW, "Content-Range": f"bytes {sent}-{sent + len(content) - 1}/{file.size}"}
                try:
                    await self._send(
                        "PUT", path, params=params, content=content, headers=headers, repeatable=True
                    )
                except RecordFault as error:
                    if not sent:
                        raise
                    raise Unavailable("The file was not taken", detail=error.detail) from None
                sent += len(content)

    # learn.microsoft.com/rest/api/azure/devops/wit/attachments/get
    def download(self, url: str) -> AsyncGenerator[bytes, None]:
        return self._out.download(url, headers=STAY_HERE)

    async def _send(
        self,
        method: str,
        path: str,
        version: str = VERSION,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        **body: Any,
    ) -> Reply:
        query = {**(params or {}), "api-version": version}
        sent = {**STAY_HERE, **(headers or {})}
        try:
            return await self._out.send(method, path, params=query, headers=sent, **body)
        except (PageInstead, SentElsewhere) as error:
            if method in ("PATCH", "DELETE"):  # of a write, a page says nothing
                raise
            if _asks_to_sign_in(error):
                await self._ask_once_more()
            elif isinstance(error, SentElsewhere):
                raise ContractBroken(error.message, detail=error.detail) from None
            raise Unavailable("Something in between answered with a page", detail=error.detail) from None

    async def _ask_once_more(self) -> None:
        """A token that is not valid is asked to sign in for everything, also for what needs no scope."""
        params = {"$top": 1, "api-version": VERSION}
        try:
            await self._out.send("GET", "/_apis/projects", params=params, headers=STAY_HERE)
        except (PageInstead, SentElsewhere) as error:
            if _asks_to_sign_in(error):
                raise CredentialRejected(SIGN_IN, detail=error.detail) from None


def _asks_to_sign_in(error: PageInstead | SentElsewhere) -> bool:
    """By the title of the vendor's page, or by where it would have sent us."""
    if isinstance(error, PageInstead):
        return TITLE.search(error.title) is not None
    return error.place.rstrip("/").endswith("/_signin")


def step(uri: str, patch: Sequence[Wire]) -> Wire:
    """Of a batch."""
    return {"method": "PATCH", "uri": f"{uri}?api-version={VERSION}", "headers": PATCH, "body": list(patch)}


def new_item(project: str, stream: str) -> str:
    return f"/{part(project)}/_apis/wit/workitems/${part(stream)}"


def old_item(id: str) -> str:
    return f"/_apis/wit/workitems/{part(id)}"


def part(name: str) -> str:
    """Of a path: names may hold blanks and slashes."""
    return quote(name, safe="")


def _comments(project: str, id: str) -> str:
    return f"/{part(project)}/_apis/wit/workItems/{part(id)}/comments"
