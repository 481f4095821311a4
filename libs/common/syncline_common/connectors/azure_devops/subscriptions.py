"""Service hooks of Azure DevOps: a subscription for each project, record type and event."""

from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager, suppress
from typing import Any

from syncline_common.connectors.azure_devops.client import Boards, Wire
from syncline_common.connectors.azure_devops.webhooks import NAME, TYPES
from syncline_common.errors import CredentialRejected, PermissionMissing, RecordGone
from syncline_common.sdk.ports import NOT_CHECKED, Found, Out
from syncline_common.sdk.webhooks import Subscribed

MAY_NOT = "The token's owner may not edit subscriptions: that takes a project collection administrator"
WHERE = "/_apis/hooks/subscriptions"
CONSUMER = {"publisherId": "tfs", "consumerId": "webHooks", "consumerActionId": "httpRequest"}
RESOURCE = "1.0"  # the shape of what is posted, which else is the newest there is
QUIET = {"resourceDetailsToSend": "all", "messagesToSend": "none", "detailedMessagesToSend": "none"}
FIRST_PROJECTS = 10  # five requests each, of a budget that is small
MOST_PROJECTS = 50  # if so many are named: what is missing is made when it is tried again
Wanted = tuple[str, str, str]  # project, record type ("" is each), event


class ServiceHooks(Boards):
    # learn.microsoft.com/rest/api/azure/devops/hooks/subscriptions/list
    async def subscriptions(self, url: str) -> dict[str, Wanted]:
        """Those that post to `url`, by id. One that the vendor has switched off posts nothing, and is made anew."""
        found = await self.listed(WHERE, {"publisherId": "tfs", "consumerId": "webHooks"})
        mine = [it for it in found if (it.get("consumerInputs") or {}).get("url") == url]
        return {str(it["id"]): _about(it) for it in mine}

    # learn.microsoft.com/rest/api/azure/devops/hooks/subscriptions/create
    async def subscribe(self, event: str, publisher: Wire, consumer: Wire) -> None:
        body: dict[str, Any] = {
            **CONSUMER,
            "eventType": event,
            "resourceVersion": RESOURCE,
            "publisherInputs": publisher,
            "consumerInputs": consumer,
        }
        await self._send("POST", WHERE, json=body)

    # learn.microsoft.com/rest/api/azure/devops/hooks/subscriptions/delete
    async def unsubscribe(self, id: str) -> None:
        await self._send("DELETE", f"{WHERE}/{id}")


class AzureDevOpsHooks:
    def __init__(self, out: Out, found: Found = NOT_CHECKED) -> None:
        self._boards = ServiceHooks(out)

    async def subscribe(
        self, url: str, secret: str, streams: Sequence[str], projects: Sequence[str] = ()
    ) -> Subscribed:
        """What posts to `url` afterwards is ours, whether or not each request was answered."""
        chosen, left_out = _chosen(await self._boards.projects(), set(projects))
        wanted = {
            (it["id"], stream, event)
            for it in chosen
            for stream in streams or ("",)
            for event in sorted(TYPES)
        }
        consumer = {"url": url, "basicAuthUsername": NAME, "basicAuthPassword": secret, **QUIET}
        with _who_may():
            there = await self._boards.subscriptions(url)
            for project, stream, event in sorted(wanted - set(there.values())):
                publisher = {"projectId": project} | ({"workItemType": stream} if stream else {})
                await self._boards.subscribe(event, publisher, consumer)
            ids = await self._once_each(url, wanted)
        return Subscribed(ids, left_out=tuple(it["name"] for it in left_out))

    async def unsubscribe(self, url: str) -> None:
        with _who_may():
            for id in await self._boards.subscriptions(url):
                await self._gone(id)

    async def _once_each(self, url: str, wanted: Set[Wanted]) -> tuple[str, ...]:
        """Two who subscribe at once leave one of each, the same one whoever of them looks."""
        kept = dict[Wanted, str]()
        for id, what in sorted((await self._boards.subscriptions(url)).items()):
            if what in wanted and what not in kept:
                kept[what] = id
            else:
                await self._gone(id)
        return tuple(kept.values())

    async def _gone(self, id: str) -> None:
        with suppress(RecordGone):
            await self._boards.unsubscribe(id)


def _chosen(projects: Sequence[Wire], named: Set[str]) -> tuple[Sequence[Wire], Sequence[Wire]]:
    """All that are named, and as many others as make up ten."""
    ordered = sorted(projects, key=lambda it: it["name"] not in named)
    used = sum(it["name"] in named for it in projects)
    count = max(FIRST_PROJECTS, min(used, MOST_PROJECTS))
    return ordered[:count], ordered[count:]


def _about(subscription: Wire) -> Wanted:
    inputs = subscription.get("publisherInputs") or {}
    posts = not str(subscription.get("status", "")).startswith("disabled")
    event = str(subscription.get("eventType")) if posts else ""
    return str(inputs.get("projectId") or ""), str(inputs.get("workItemType") or ""), event


@contextmanager
def _who_may() -> Iterator[None]:
    """The token has been accepted just before, so a refusal is about this alone."""
    try:
        yield
    except (PermissionMissing, CredentialRejected) as error:
        raise PermissionMissing(MAY_NOT, detail=error.detail) from None
