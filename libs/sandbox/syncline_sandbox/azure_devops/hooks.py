"""Service hooks: subscriptions, and what is posted to them. Nothing is signed; a secret header or Basic has to do."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from syncline_sandbox.azure_devops.accounts import check_content_type
from syncline_sandbox.azure_devops.boards import ADDRESS, Boards, item_url, path
from syncline_sandbox.azure_devops.refusals import bad_argument, listed, posted_json, refuse
from syncline_sandbox.calls import Answer, Call, Operation, as_json
from syncline_sandbox.deliveries import Deliveries
from syncline_sandbox.store import Stored, Version

EVENTS = tuple(f"workitem.{it}" for it in ("created", "updated", "commented", "deleted", "restored"))
FAILURES = 5  # in a row, after which nothing more is sent
HERE = ("127.0.0.1", "localhost", "::1")


@dataclass(slots=True)
class Subscription:
    id: str
    event: str
    inputs: Mapping[str, str]
    consumer: Mapping[str, str]
    status: str = "enabled"
    failures: int = 0

    def document(self) -> dict[str, Any]:
        hidden = {"basicAuthPassword": "********"} if "basicAuthPassword" in self.consumer else {}
        return {
            "id": self.id,
            "status": self.status,
            "publisherId": "tfs",
            "eventType": self.event,
            "consumerId": "webHooks",
            "consumerActionId": "httpRequest",
            "publisherInputs": dict(self.inputs),
            "consumerInputs": {**self.consumer, **hidden},
        }

    def headers(self) -> dict[str, str]:
        """`httpHeaders` is lines of `name:value`."""
        lines = (it.partition(":") for it in self.consumer.get("httpHeaders", "").splitlines() if ":" in it)
        headers = {name.strip(): value.strip() for name, _, value in lines}
        password = self.consumer.get("basicAuthPassword")
        if password:
            pair = f"{self.consumer.get('basicAuthUsername', '')}:{password}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        return headers


class Hooks:
    def __init__(self, boards: Boards, deliveries: Deliveries, guid: Callable[[], str]) -> None:
        self._boards, self._deliveries, self._guid = boards, deliveries, guid
        self.subscriptions: dict[str, Subscription] = {}
        self._sent = 0

    def operations(self) -> list[Operation]:
        where, one = (
            path(r"hooks/subscriptions", "never"),
            path(r"hooks/subscriptions/(?P<id>[^/]+)", "never"),
        )
        return [
            Operation("hooks.list", "GET", where, self.listed),
            Operation("hooks.create", "POST", where, self.create, writes=True),
            Operation("hooks.get", "GET", one, self.one),
            Operation("hooks.delete", "DELETE", one, self.delete, writes=True),
        ]

    def listed(self, call: Call, caller: str) -> Answer:
        return listed([it.document() for it in self.subscriptions.values()])

    def one(self, call: Call, caller: str) -> Answer:
        return as_json(self._subscription(call).document())

    def create(self, call: Call, caller: str) -> Answer:
        check_content_type(call, "application/json")
        self._check_rights(caller)
        posted = posted_json(call.body)
        if not isinstance(posted, dict):
            raise bad_argument("Value cannot be null. Parameter name: subscription")
        consumer, event = posted.get("consumerInputs") or {}, posted.get("eventType")
        ids = (posted.get("publisherId"), posted.get("consumerId"), posted.get("consumerActionId"))
        if ids != ("tfs", "webHooks", "httpRequest") or event not in EVENTS:
            raise bad_argument("The publisher, the event type or the consumer does not exist.")
        if urlsplit(str(consumer.get("url"))).hostname not in HERE:
            raise bad_argument("The sandbox posts to loopback only.")
        return as_json(self.add(event, posted.get("publisherInputs") or {}, consumer).document())

    def add(self, event: str, inputs: Mapping[str, str], consumer: Mapping[str, str]) -> Subscription:
        made = Subscription(self._guid(), event, inputs, consumer)
        self.subscriptions[made.id] = made
        return made

    def delete(self, call: Call, caller: str) -> Answer:
        self._check_rights(caller)
        del self.subscriptions[self._subscription(call).id]
        return Answer(204)

    def announce(self, event: str, stored: Stored, version: Version | None) -> None:
        for subscription in self.subscriptions.values():
            if (
                subscription.status == "enabled"
                and subscription.event == event
                and self._is_for(subscription, stored)
            ):
                self._sent += 1
                payload = self._payload(subscription, event, stored, version)
                now = self._boards.store.clock.now()
                target = subscription.consumer["url"]
                self._deliveries.announce(now, subscription.id, target, subscription.headers(), payload)

    def answered(self, id: str, status: int | None) -> None:
        subscription = self.subscriptions.get(id)
        if subscription:
            well = status is not None and 200 <= status < 300
            subscription.failures = 0 if well else subscription.failures + 1
            if subscription.failures >= FAILURES:
                subscription.status = "disabledBySystem"

    def _is_for(self, subscription: Subscription, stored: Stored) -> bool:
        inputs, values = subscription.inputs, stored.values
        project = self._boards.project(values["System.TeamProject"])
        type = inputs.get("workItemType")
        return inputs.get("projectId") in (None, "", project.id) and type in (
            None,
            "",
            values["System.WorkItemType"],
        )

    def _payload(
        self, to: Subscription, event: str, stored: Stored, version: Version | None
    ) -> dict[str, Any]:
        project = self._boards.project(stored.values["System.TeamProject"])
        full = to.consumer.get("resourceDetailsToSend", "all") == "all"
        return {
            "subscriptionId": to.id,
            "notificationId": self._sent,
            "id": self._guid(),
            "eventType": event,
            "publisherId": "tfs",
            "message": {"text": f"{stored.stream} #{stored.id}"},
            "detailedMessage": {"text": f"{stored.stream} #{stored.id}"},
            "resource": self._resource(event, stored, version)
            if full
            else {"url": item_url(ADDRESS, stored.id)},
            "resourceVersion": "1.0",
            "resourceContainers": {"project": {"id": project.id}},
            "createdDate": self._boards.now_text(),
        }

    def _resource(self, event: str, stored: Stored, version: Version | None) -> dict[str, Any]:
        """Of an update, `id` is the number of the update and `workItemId` the item."""
        document = self._boards.document(stored, ADDRESS)
        if event != "workitem.updated" or version is None:
            return document
        changed = {ref: {"oldValue": old, "newValue": new} for ref, (old, new) in version.changed.items()}
        return {
            "id": version.number,
            "workItemId": int(stored.id),
            "rev": version.number,
            "fields": changed,
            "revision": document,
        }

    def _subscription(self, call: Call) -> Subscription:
        found = self.subscriptions.get(call.params["id"])
        if found is None:
            raise refuse(
                404, "SubscriptionNotFoundException", f"The subscription {call.params['id']} does not exist."
            )
        return found

    def _check_rights(self, caller: str) -> None:
        if not self._boards.account(caller).administrator:
            message = "Access denied: the account needs the permission Edit subscriptions."
            raise refuse(403, "AccessDeniedException", message)
