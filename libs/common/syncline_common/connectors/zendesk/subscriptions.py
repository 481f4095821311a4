"""Webhooks of Zendesk: one for an address, and a trigger that posts to it whenever a ticket is made or changed."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from syncline_common.connectors.understanding import understood
from syncline_common.connectors.zendesk.client import ROOT, Support, Wire
from syncline_common.connectors.zendesk.webhooks import NAME, OURS
from syncline_common.errors import PermissionMissing, RecordGone
from syncline_common.sdk.ports import NOT_CHECKED, Found, Out
from syncline_common.sdk.webhooks import Subscribed

MAY_NOT = "Syncline's user may not make webhooks and triggers: that takes an administrator"
WEBHOOKS, TRIGGERS = f"{ROOT}/webhooks", f"{ROOT}/triggers"
TITLE = "Syncline"
BODY = json.dumps({"type": OURS, "ticket_id": "{{ticket.id}}"})  # which ticket, and nothing of what is in it
WHEN = [{"field": "update_type", "operator": "is", "value": it} for it in ("Create", "Change")]
BY_TRIGGER = "conditional_ticket_events"


class Subscriptions(Support):
    # developer.zendesk.com/api-reference/webhooks/webhooks-api/webhooks/#list-webhooks
    async def webhooks(self, url: str) -> list[str]:
        """Those that post to `url`, the same first whoever looks."""
        found = await self.all(WEBHOOKS, "webhooks")
        return sorted(str(it["id"]) for it in found if it.get("endpoint") == url)

    # developer.zendesk.com/api-reference/webhooks/webhooks-api/webhooks/#create-or-clone-webhook
    async def add_webhook(self, url: str, secret: str) -> None:
        webhook = {
            "name": TITLE,
            "endpoint": url,
            "http_method": "POST",
            "request_format": "json",
            "status": "active",
            "subscriptions": [BY_TRIGGER],
            "authentication": {
                "type": "basic_auth",
                "data": {"username": NAME, "password": secret},
                "add_position": "header",
            },
        }
        await self._out.send("POST", WEBHOOKS, json={"webhook": webhook})

    # developer.zendesk.com/api-reference/webhooks/webhooks-api/webhooks/#delete-webhook
    async def drop_webhook(self, id: str) -> None:
        with suppress(RecordGone):
            await self._out.send("DELETE", f"{WEBHOOKS}/{id}")

    # developer.zendesk.com/api-reference/ticketing/business-rules/triggers/#list-triggers
    async def triggers(self, webhook: str) -> list[str]:
        """Those that post by this webhook."""
        found = await self.all(TRIGGERS, "triggers")
        return sorted((str(it["id"]) for it in found if webhook in _targets(it)), key=int)

    # developer.zendesk.com/api-reference/ticketing/business-rules/triggers/#create-trigger
    async def add_trigger(self, webhook: str) -> None:
        action = {"field": "notification_webhook", "value": [webhook, BODY]}
        trigger = {
            "title": f"{TITLE} ({webhook})",
            "conditions": {"all": [], "any": WHEN},
            "actions": [action],
        }
        await self._out.send("POST", TRIGGERS, json={"trigger": trigger})

    # developer.zendesk.com/api-reference/ticketing/business-rules/triggers/#delete-trigger
    async def drop_trigger(self, id: str) -> None:
        with suppress(RecordGone):
            await self._out.send("DELETE", f"{TRIGGERS}/{id}")


@understood
class ZendeskHooks:
    def __init__(self, out: Out, found: Found = NOT_CHECKED) -> None:
        self._there = Subscriptions(out)

    async def subscribe(
        self, url: str, secret: str, streams: Sequence[str], projects: Sequence[str] = ()
    ) -> Subscribed:
        """Of all brands at once. What posts to `url` afterwards is ours, whether or not each request was answered."""
        with _who_may():
            if not await self._there.webhooks(url):
                await self._there.add_webhook(url, secret)
            kept, *others = await self._there.webhooks(url)
            for id in others:
                await self._drop(id)
            if not await self._there.triggers(kept):
                await self._there.add_trigger(kept)
            for id in (await self._there.triggers(kept))[1:]:
                await self._there.drop_trigger(id)
        return Subscribed((kept,))

    async def unsubscribe(self, url: str) -> None:
        with _who_may():
            for id in await self._there.webhooks(url):
                await self._drop(id)

    async def _drop(self, id: str) -> None:
        """Its triggers first: a webhook that they need stays."""
        for trigger in await self._there.triggers(id):
            await self._there.drop_trigger(trigger)
        await self._there.drop_webhook(id)


def _targets(trigger: Wire) -> list[Any]:
    actions = [it for it in trigger.get("actions") or () if it.get("field") == "notification_webhook"]
    return [it["value"][0] for it in actions if isinstance(it.get("value"), list) and it["value"]]


@contextmanager
def _who_may() -> Iterator[None]:
    try:
        yield
    except PermissionMissing as error:
        raise PermissionMissing(MAY_NOT, detail=error.detail) from None
