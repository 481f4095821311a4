"""Service hooks of Azure DevOps: a subscription for each project, record type and event."""

from collections.abc import Sequence
from typing import Any

from syncline_common.connectors.azure_devops.client import Boards, Wire
from syncline_common.connectors.azure_devops.webhooks import NAME, TYPES
from syncline_common.errors import CredentialRejected, PermissionMissing, RecordGone, RemoteError
from syncline_common.sdk.ports import NOT_CHECKED, Found, Out
from syncline_common.sdk.webhooks import Subscribed

MAY_NOT = "The token's owner may not edit subscriptions: that takes a project collection administrator"
WHERE = "/_apis/hooks/subscriptions"
CONSUMER = {"publisherId": "tfs", "consumerId": "webHooks", "consumerActionId": "httpRequest"}
QUIET = {"resourceDetailsToSend": "all", "messagesToSend": "none", "detailedMessagesToSend": "none"}


class ServiceHooks(Boards):
    # learn.microsoft.com/rest/api/azure/devops/hooks/subscriptions/list
    async def subscriptions(self, url: str) -> list[str]:
        """Those that post to `url`."""
        found = await self.listed(WHERE, {"publisherId": "tfs", "consumerId": "webHooks"})
        return [str(it["id"]) for it in found if (it.get("consumerInputs") or {}).get("url") == url]

    # learn.microsoft.com/rest/api/azure/devops/hooks/subscriptions/create
    async def subscribe(self, event: str, publisher: Wire, consumer: Wire) -> None:
        body: dict[str, Any] = {
            **CONSUMER,
            "eventType": event,
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

    async def subscribe(self, url: str, secret: str, streams: Sequence[str]) -> Subscribed:
        """What is new at `url` afterwards is ours, whether or not each request was answered."""
        projects = [it["id"] for it in await self._boards.projects()]
        consumer = {"url": url, "basicAuthUsername": NAME, "basicAuthPassword": secret, **QUIET}
        try:
            before = set(await self._boards.subscriptions(url))
            try:
                for publisher in [{"projectId": it, "workItemType": of} for it in projects for of in streams]:
                    for event in sorted(TYPES):
                        await self._boards.subscribe(event, publisher, consumer)
            except RemoteError:
                await self._undo(url, before)
                raise
            made = [it for it in await self._boards.subscriptions(url) if it not in before]
        except (PermissionMissing, CredentialRejected) as error:  # the token has been accepted just before
            raise PermissionMissing(MAY_NOT, detail=error.detail) from None
        return Subscribed(tuple(made))

    async def unsubscribe(self, subscribed: Subscribed) -> None:
        for id in subscribed.ids:
            try:
                await self._boards.unsubscribe(id)
            except RecordGone:
                continue

    async def _undo(self, url: str, before: set[str]) -> None:
        made = [it for it in await self._boards.subscriptions(url) if it not in before]
        await self.unsubscribe(Subscribed(tuple(made)))
