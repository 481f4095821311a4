"""Webhooks of GitHub, made: one for each repository, which takes who administers it."""

from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager, suppress
from typing import Any

from syncline_common.connectors.github.client import Hub
from syncline_common.connectors.github.places import Repo
from syncline_common.connectors.github.records import Wire
from syncline_common.connectors.github.surveyor import GitHubSurveyor
from syncline_common.errors import PermissionMissing, RecordGone
from syncline_common.sdk.ports import NOT_CHECKED, Found, Out
from syncline_common.sdk.webhooks import Subscribed

MAY_NOT = "The token's owner administers none of the repositories, or the token may not edit webhooks"
WANTED = frozenset(["issues", "issue_comment"])
FIRST, MOST = 10, 50  # repositories


class GitHubHooks:
    def __init__(self, out: Out, found: Found = NOT_CHECKED) -> None:
        self._surveyor = GitHubSurveyor(out)
        self._hub: Hub = self._surveyor.hub

    async def subscribe(
        self, url: str, secret: str, streams: Sequence[str], projects: Sequence[str] = ()
    ) -> Subscribed:
        """What posts to `url` afterwards is ours, whether or not each request was answered."""
        repos = await self._surveyor.repos()
        chosen, left_out = _chosen(repos, {it.casefold() for it in projects})
        if not chosen:
            raise PermissionMissing(MAY_NOT)
        ids = list[str]()
        with _who_may():
            for repo in chosen:
                ids.append(str(await self._one(repo, url, secret)))
        return Subscribed(tuple(ids), left_out=tuple(it.name for it in left_out))

    async def unsubscribe(self, url: str) -> None:
        with _who_may():
            for repo in [it for it in await self._surveyor.repos() if it.may_hook and not it.archived]:
                for it in await self._ours(repo, url):
                    await self._gone(repo, it)

    async def _one(self, repo: Repo, url: str, secret: str) -> int:
        """The one that posts already; else a new one. What is switched off, or lacks an event, is made anew."""
        there = await self._ours(repo, url)
        whole = [it for it in there if it.get("active") and set(it["events"]) >= WANTED]
        for it in there:
            if it not in whole[:1]:
                await self._gone(repo, it)
        if not whole:
            await self._hub.hook(repo, _hook(url, secret))
            whole = await self._ours(repo, url)
        return min(int(it["id"]) for it in whole)

    async def _ours(self, repo: Repo, url: str) -> list[Wire]:
        found = await self._hub.hooks(repo)
        return sorted((it for it in found if it["config"].get("url") == url), key=lambda it: int(it["id"]))

    async def _gone(self, repo: Repo, hook: Wire) -> None:
        with suppress(RecordGone):
            await self._hub.unhook(repo, int(hook["id"]))


def _hook(url: str, secret: str) -> dict[str, Any]:
    config = {"url": url, "content_type": "json", "secret": secret, "insecure_ssl": "0"}
    return {"name": "web", "active": True, "events": sorted(WANTED), "config": config}


def _chosen(repos: Sequence[Repo], wanted: Set[str]) -> tuple[Sequence[Repo], Sequence[Repo]]:
    """Of those that may have one: all that are named, and as many others as make up ten."""
    able = [it for it in repos if it.may_hook and not it.archived]
    ordered = sorted(able, key=lambda it: it.name.casefold() not in wanted)
    count = max(FIRST, min(sum(it.name.casefold() in wanted for it in able), MOST))
    chosen = ordered[:count]
    return chosen, [it for it in repos if it not in chosen and not it.archived]


@contextmanager
def _who_may() -> Iterator[None]:
    """The token sees these repositories, so a refusal is about webhooks."""
    try:
        yield
    except (PermissionMissing, RecordGone) as error:
        raise PermissionMissing(MAY_NOT, detail=error.detail) from None
