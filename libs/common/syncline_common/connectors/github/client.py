"""GitHub's endpoints. A page in the place of an answer is somebody else talking, while GitHub is away."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syncline_common.connectors.bulk import already_sent, may_have_happened, of_one_record
from syncline_common.connectors.github.places import Place, Repo, place_of
from syncline_common.connectors.github.records import Wire
from syncline_common.connectors.times import vendor_now
from syncline_common.connectors.understanding import MISREAD, rows_of
from syncline_common.errors import ContractBroken, Unavailable
from syncline_common.sdk.answers import PageInstead
from syncline_common.sdk.paging import NEXT_LINK, Step, Walk
from syncline_common.sdk.ports import Out, Reply

HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
AFFILIATION = "owner,collaborator,organization_member"
AWAY = "GitHub is away: it answered with a page"
WORDS = r"(?<=\"message\": \")[^\"]{1,200}|(?<=\"message\":\")[^\"]{1,200}"
Query = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Wire]
    link: str  # to the next one; empty: this is the last
    now: datetime


class Hub:
    def __init__(self, out: Out) -> None:
        self._out = out
        self.place: Place = place_of(out.address)

    # docs.github.com/rest/users/users#get-the-authenticated-user
    async def me(self) -> tuple[Wire, Mapping[str, str]]:
        """Who the token's owner is, and the headers that tell of the token."""
        reply = await self._read("/user")
        return _object(reply), reply.headers

    # docs.github.com/rest/repos/repos#list-repositories-for-the-authenticated-user
    async def repos(self) -> list[Wire]:
        return await self._all("/user/repos", {"affiliation": AFFILIATION})

    # docs.github.com/rest/issues/issues#list-repository-issues
    async def issues(self, repo: Repo, query: Query, url: str = "") -> Page:
        """`url` is of a page that the vendor named, with all that it takes."""
        reply = await (self._read(url) if url else self._read(f"/repos/{repo.name}/issues", query))
        return Page(_list(reply), _next(reply), vendor_now(reply))

    # docs.github.com/rest/issues/issues#get-an-issue
    async def issue(self, repo: Repo, number: int) -> Wire:
        return _object(await self._read(f"/repos/{repo.name}/issues/{number}"))

    # docs.github.com/rest/issues/issues#create-an-issue
    async def create(self, repo: Repo, body: Wire) -> Wire:
        return await self._write("POST", f"/repos/{repo.name}/issues", body)

    # docs.github.com/rest/issues/issues#create-an-issue
    async def try_to_create_nothing(self, repo: Repo) -> None:
        """An issue without a title, which is refused in any case: what is told is why."""
        await self._send("POST", f"/repos/{repo.name}/issues", json={})

    # docs.github.com/rest/issues/issues#update-an-issue
    async def update(self, repo: Repo, number: int, body: Wire) -> Wire:
        return await self._write("PATCH", f"/repos/{repo.name}/issues/{number}", body)

    # docs.github.com/rest/issues/comments#list-issue-comments
    async def comments(self, repo: Repo, number: int) -> list[Wire]:
        return await self._all(f"/repos/{repo.name}/issues/{number}/comments")

    # docs.github.com/rest/issues/comments#create-an-issue-comment
    async def comment(self, repo: Repo, number: int, body: str) -> Wire:
        return await self._write("POST", f"/repos/{repo.name}/issues/{number}/comments", {"body": body})

    # docs.github.com/rest/issues/sub-issues#get-parent-issue
    async def parent(self, repo: Repo, number: int) -> Wire:
        return _object(await self._read(f"/repos/{repo.name}/issues/{number}/parent"))

    # docs.github.com/rest/issues/sub-issues#add-sub-issue
    async def add_sub_issue(self, repo: Repo, number: int, id: int) -> None:
        """`id` of the sub-issue, and not its number."""
        made = await self._write(
            "POST", f"/repos/{repo.name}/issues/{number}/sub_issues", {"sub_issue_id": id}
        )
        with already_sent():  # which of the two it tells of is not certain
            if int(made["number"]) != number and int(made["id"]) != id:
                raise ContractBroken("GitHub's answer is about another issue", detail=str(number))

    # docs.github.com/rest/search/search#search-issues-and-pull-requests
    async def search(self, q: str, *, size: int = 100) -> Wire:
        """The oldest ones."""
        query = {"q": q, "sort": "created", "order": "asc", "per_page": size}
        found = _object(await self._read("/search/issues", query))
        rows_of(found, "items")
        return found

    # docs.github.com/rest/issues/labels#list-labels-for-a-repository
    async def labels(self, repo: str) -> list[Wire]:
        return await self._all(f"/repos/{repo}/labels")

    # docs.github.com/rest/issues/milestones#list-milestones
    async def milestones(self, repo: str) -> list[Wire]:
        return await self._all(f"/repos/{repo}/milestones", {"state": "all"})

    # docs.github.com/rest/issues/assignees#list-assignees
    async def assignees(self, repo: str) -> list[Wire]:
        return await self._all(f"/repos/{repo}/assignees")

    # docs.github.com/rest/orgs/issue-types#list-issue-types-for-an-organization
    async def types(self, org: str) -> list[Wire]:
        return _list(await self._read(f"/orgs/{org}/issue-types"))

    # docs.github.com/rest/repos/webhooks#list-repository-webhooks
    async def hooks(self, repo: Repo) -> list[Wire]:
        return await self._all(f"/repos/{repo.name}/hooks")

    # docs.github.com/rest/repos/webhooks#create-a-repository-webhook
    async def hook(self, repo: Repo, body: Wire) -> None:
        await self._send("POST", f"/repos/{repo.name}/hooks", json=body)

    # docs.github.com/rest/repos/webhooks#delete-a-repository-webhook
    async def unhook(self, repo: Repo, id: int) -> None:
        with may_have_happened():
            await self._send("DELETE", f"/repos/{repo.name}/hooks/{id}")

    async def _all(self, path: str, query: Query | None = None) -> list[Wire]:
        """Of lists that are not long, to their end; the next page is where the vendor says."""
        reply = await self._read(path, {**(query or {}), "per_page": 100})
        rows, walk = _list(reply), Walk()
        while link := _next(reply):
            walk.go(Step(url=link), path)
            reply = await self._read(link)
            rows += _list(reply)
        return rows

    async def _read(self, path: str, query: Query | None = None) -> Reply:
        try:
            return await self._send("GET", path, params=query)
        except PageInstead as error:
            raise Unavailable(AWAY, detail=error.detail) from None

    async def _write(self, method: str, path: str, body: Wire) -> Wire:
        async with of_one_record(WORDS):
            reply = await self._send(method, path, json=dict(body))
        with already_sent():
            return _object(reply)

    async def _send(self, method: str, path: str, **asked: Any) -> Reply:
        url = f"{self.place.api}{path}" if path.startswith("/") else path
        return await self._out.send(method, url, headers=HEADERS, **asked)


def _object(reply: Reply) -> Wire:
    body = reply.json()
    if not isinstance(body, dict):
        raise ContractBroken(MISREAD, detail="no object")
    return body


def _list(reply: Reply) -> list[Wire]:
    body = reply.json()
    if not isinstance(body, list) or not all(isinstance(it, dict) for it in body):
        raise ContractBroken(MISREAD, detail="no list")
    return body


def _next(reply: Reply) -> str:
    found = NEXT_LINK.search(reply.headers.get("link", ""))
    return found[1] if found else ""
