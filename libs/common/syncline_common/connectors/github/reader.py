"""GitHub as a Reader: issues, in one repository after the other."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from syncline_common.connectors.github.client import Page
from syncline_common.connectors.github.manifest import MANIFEST
from syncline_common.connectors.github.places import Repo, named
from syncline_common.connectors.github.queries import SAFE_ID, Going, alike, marked, parsed
from syncline_common.connectors.github.records import (
    STREAM,
    Wire,
    is_issue,
    repo_name,
    to_comment,
    to_record,
    version_of,
)
from syncline_common.connectors.github.surveyor import GitHubSurveyor
from syncline_common.connectors.pages import oldest_first, readable
from syncline_common.connectors.times import instant
from syncline_common.connectors.understanding import understood
from syncline_common.errors import ContractBroken, RecordGone, RecordRejected, Unavailable
from syncline_common.schemas.connector import StreamTraits
from syncline_common.schemas.records import (
    Changed,
    ChangePage,
    Comment,
    Feed,
    Record,
    RecordRef,
    Tie,
    TieKind,
)
from syncline_common.schemas.values import Values
from syncline_common.sdk.learnt import Learnt
from syncline_common.sdk.ports import NOT_CHECKED, Attachment, Found, Out

LOOKED_BACK = 10  # pages of our own newest issues in each repository, where the search found nothing
MOST_BACK = 20  # pages that a place is gone back while others delete
NO_FILES = "GitHub has no API for files"


@understood
class GitHubReader(GitHubSurveyor):
    def __init__(self, out: Out, found: Found = NOT_CHECKED, learnt: Learnt | None = None) -> None:
        super().__init__(out, learnt)
        self._found = found

    def traits(self, stream: str) -> StreamTraits:
        facts = MANIFEST.stream(STREAM)
        assert facts is not None
        return replace(facts.traits(), clock_offset=self._found.clock_offset)

    async def check(self) -> None:
        await self.survey()

    async def changes(self, stream: str, feed: Feed, since: datetime | None, token: str | None) -> ChangePage:
        if feed is not Feed.RECORDS:
            raise ContractBroken(f"GitHub has no feed of {feed}")
        return await self._page(Going.changes(since, token))

    async def inventory(self, stream: str, token: str | None) -> ChangePage:
        return await self._page(Going.at(token))

    async def _page(self, going: Going) -> ChangePage:
        """Of the repository that it stands at; of the next one, if that is no more."""
        repos = [it for it in await self.repos() if it.id >= going.repo]
        if not repos:
            raise Unavailable("The repositories changed meanwhile", detail=str(going.repo))
        repo, *others = repos
        going = going if repo.id == going.repo else going.elsewhere(repo)
        page, fresh, going = await self._fresh(repo, going)
        following = going.next(page.rows, fresh, page.link) if page.link else None
        if following is None and others:
            following = going.elsewhere(others[0])
        issues = [it for it in fresh if is_issue(it)]
        changed = [_changed(it, repo) for it in issues]
        rows = zip((it.ref for it in changed), issues, strict=True)
        came = readable(partial(to_record, repo=repo), rows) if going.since else {}
        return ChangePage(changed, following.token if following else None, page.now, came)

    async def _fresh(self, repo: Repo, going: Going) -> tuple[Page, Sequence[Wire], Going]:
        for _ in range(MOST_BACK):
            try:
                page = await self.hub.issues(repo, going.question, going.url)
            except RecordGone as error:
                raise Unavailable(f"{repo.name} can't be read any more", detail=error.detail) from None
            fresh = going.fresh(page.rows)
            if fresh is not None:
                return page, fresh, going
            going = going.back()
        raise Unavailable("Too much is deleted there while it is read", detail=repo.name)

    async def fetch(self, stream: str, ids: Sequence[str]) -> Mapping[str, Record]:
        """One by one: there is no endpoint for several."""
        found = dict[str, Record]()
        for id in ids:
            if SAFE_ID.fullmatch(id) and (record := await self.one(id)) is not None:
                found[id] = record
        return found

    async def one(self, id: str) -> Record | None:
        """None if it is gone, hidden, or was moved to another repository."""
        row = await self.row(id)
        return to_record(row, await self.repo(parsed(id)[0])) if row is not None else None

    async def row(self, id: str) -> Wire | None:
        place, number = parsed(id)
        try:
            repo = await self.repo(place)
            row = await self.hub.issue(repo, number)
        except RecordGone:
            return None
        told = named(await self.repos(), repo_name(row))
        if told not in (None, repo) or not is_issue(row):
            return None
        if int(row["number"]) != number:
            if told is repo:
                raise ContractBroken("GitHub's answer is about another issue", detail=id)
            return None
        return row

    async def find(self, stream: str, marker: str) -> Sequence[Record]:
        """By the search; what that does not find may only be too new for it, so that our own are looked through, too."""
        question = marked(marker, self.hub.place.owner)
        records = await self._sought(question)
        bearing = [it for it in records if it.marker == marker] or await self._newest(marker)
        return oldest_first(bearing)

    async def alike(self, stream: str, values: Values) -> Sequence[Record]:
        return oldest_first(await self._sought(alike(values, self.hub.place.owner)))

    async def _sought(self, question: str) -> list[Record]:
        found, repos = await self.hub.search(question), await self.repos()
        placed = [(named(repos, repo_name(it)), it) for it in found["items"] if is_issue(it)]
        return [to_record(it, repo) for repo, it in placed if repo is not None]

    async def _newest(self, marker: str) -> list[Record]:
        """Of those that the token's owner made."""
        login = await self._learnt.once(("me",), self._login)
        for repo in [it for it in await self.repos() if not it.archived]:
            for page in range(1, LOOKED_BACK + 1):
                query = {
                    "state": "all",
                    "creator": login,
                    "sort": "created",
                    "direction": "desc",
                    "per_page": 100,
                    "page": page,
                }
                answer = await self.hub.issues(repo, query)
                records = [to_record(it, repo) for it in answer.rows if is_issue(it)]
                if found := [it for it in records if it.marker == marker]:
                    return found
                if not answer.link:
                    break
        return []

    async def _login(self) -> str:
        return str((await self.hub.me())[0]["login"])

    async def comments(self, ref: RecordRef) -> Sequence[Comment]:
        place, number = parsed(ref.id)
        rows = await self.hub.comments(await self.repo(place), number)
        return [to_comment(it, ref) for it in rows]

    async def attachments(self, ref: RecordRef) -> Sequence[Attachment]:
        """What was uploaded by hand is a link in a text, and lies where only a browser gets it."""
        return []

    async def ties(self, ref: RecordRef) -> Sequence[Tie]:
        parent = await self.parent(ref.id)
        return [] if parent is None else [Tie(TieKind.PARENT, RecordRef(STREAM, parent))]

    async def parent(self, id: str) -> str | None:
        """None also of one that may not be seen. Without a parent the answer is the same as without the issue."""
        place, number = parsed(id)
        try:
            row = await self.hub.parent(await self.repo(place), number)
        except RecordGone as error:
            if await self.row(id) is None:
                raise RecordGone("It is gone, or hidden from us", detail=id) from error
            return None
        repo = named(await self.repos(), repo_name(row))
        return None if repo is None else repo.ref(int(row["number"]))

    async def download(self, file: Attachment) -> AsyncGenerator[bytes, None]:
        raise RecordRejected(NO_FILES, detail=file.name)
        yield b""


def _changed(issue: Wire, repo: Repo) -> Changed:
    ref = RecordRef(STREAM, repo.ref(issue["number"]))
    return Changed(ref, version_of(issue), instant(issue["updated_at"]))
