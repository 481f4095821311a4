"""Webhooks and the triggers that set them off: what is posted is signed with a secret that the vendor has made."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from re import compile as pattern
from typing import Any
from urllib.parse import urlsplit

from syncline_sandbox.calls import Answer, Call, Operation, as_json
from syncline_sandbox.deliveries import Deliveries
from syncline_sandbox.store import Stored
from syncline_sandbox.zendesk.desk import Desk, path
from syncline_sandbox.zendesk.pages import listed
from syncline_sandbox.zendesk.refusals import bad_attribute, not_found, posted, refuse

HERE = ("127.0.0.1", "localhost", "::1")
NEEDED = ("name", "endpoint", "http_method", "request_format", "status")
EVENTS = {
    "Create": "zen:event-type:ticket.created",
    "Change": "zen:event-type:ticket.status_changed",
    "Delete": "zen:event-type:ticket.soft_deleted",
}
PLACEHOLDERS = ("id", "title", "status", "external_id")


@dataclass(slots=True)
class Webhook:
    id: str
    given: dict[str, Any]
    secret: str

    def document(self) -> dict[str, Any]:
        shown = {name: it for name, it in self.given.items() if name != "authentication"}
        told = self.given.get("authentication")
        hidden = {"authentication": {it: told[it] for it in ("type", "add_position")}} if told else {}
        return {"id": self.id, **shown, **hidden}

    def headers(self) -> dict[str, str]:
        told = self.given.get("authentication") or {}
        data = told.get("data") or {}
        if told.get("type") == "basic_auth":
            pair = f"{data.get('username')}:{data.get('password')}"
            return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
        if told.get("type") == "bearer_token":
            return {"Authorization": f"Bearer {data.get('token')}"}
        return {str(data["name"]): str(data["value"])} if told.get("type") == "api_key" else {}


@dataclass(slots=True)
class Hooks:
    desk: Desk
    deliveries: Deliveries
    webhooks: dict[str, Webhook] = field(default_factory=dict)
    triggers: dict[int, dict[str, Any]] = field(default_factory=dict)

    def operations(self) -> list[Operation]:
        hooks, hook = path("webhooks"), path(r"webhooks/(?P<id>[0-9A-Z]+)")
        triggers, trigger = path("triggers"), path(r"triggers/(?P<id>\d+)")
        secret = path(r"webhooks/(?P<id>[0-9A-Z]+)/signing_secret")
        return [
            Operation("webhook.list", "GET", pattern(hooks), self.listed, "admin"),
            Operation("webhook.create", "POST", pattern(hooks), self.create, "admin write", writes=True),
            Operation("webhook.get", "GET", pattern(hook), self.one, "admin"),
            Operation("webhook.delete", "DELETE", pattern(hook), self.delete, "admin write", writes=True),
            Operation("webhook.secret", "GET", pattern(secret), self.secret, "admin"),
            Operation("trigger.list", "GET", pattern(triggers), self.all_triggers, "read"),
            Operation(
                "trigger.create", "POST", pattern(triggers), self.add_trigger, "admin write", writes=True
            ),
            Operation(
                "trigger.delete", "DELETE", pattern(trigger), self.drop_trigger, "admin write", writes=True
            ),
        ]

    def listed(self, call: Call, caller: str) -> Answer:
        wanted = call.get("filter[name_contains]")
        found = [it.document() for it in self.webhooks.values() if wanted in it.given["name"]]
        return listed(call, "webhooks", found, lambda it: it["id"])

    def one(self, call: Call, caller: str) -> Answer:
        return as_json({"webhook": self._webhook(call).document()})

    def create(self, call: Call, caller: str) -> Answer:
        given = posted(call, "webhook")
        missing = [it for it in NEEDED if not given.get(it)]
        if missing:
            errors = [
                {"code": "InvalidValue", "detail": f"{it} is required", "title": "Invalid"} for it in missing
            ]
            raise refuse(400, "InvalidValue", "", errors=errors)
        if urlsplit(str(given["endpoint"])).hostname not in HERE:
            raise refuse(400, "InvalidEndpoint", "The sandbox posts to loopback only")
        return as_json({"webhook": self.add(given).document()}, 201)

    def add(self, given: dict[str, Any]) -> Webhook:
        id = f"01{self.desk.guid().replace('-', '').upper()[:24]}"
        self.webhooks[id] = Webhook(id, given, self.desk.guid().replace("-", ""))
        return self.webhooks[id]

    def delete(self, call: Call, caller: str) -> Answer:
        """Not while a trigger needs it."""
        webhook = self._webhook(call)
        if any(webhook.id == _target(it) for it in self.triggers.values()):
            raise refuse(400, "WebhookInUse", "The webhook is connected to a trigger")
        del self.webhooks[webhook.id]
        return Answer(204)

    def secret(self, call: Call, caller: str) -> Answer:
        return as_json({"signing_secret": {"algorithm": "SHA256", "secret": self._webhook(call).secret}})

    def all_triggers(self, call: Call, caller: str) -> Answer:
        return listed(call, "triggers", list(self.triggers.values()), lambda it: it["id"])

    def add_trigger(self, call: Call, caller: str) -> Answer:
        given = posted(call, "trigger")
        if not given.get("title") or not given.get("actions") or not _conditions(given):
            raise bad_attribute("trigger", "needs a title, a condition and an action")
        if _target(given) not in self.webhooks:
            raise refuse(422, "RecordInvalid", "Record validation errors")
        id = self.desk.next_id()
        self.triggers[id] = {"id": id, "active": True, **given}
        return as_json({"trigger": self.triggers[id]}, 201)

    def drop_trigger(self, call: Call, caller: str) -> Answer:
        if self.triggers.pop(int(call.params["id"]), None) is None:
            raise not_found()
        return Answer(204)

    def announce(self, event: str, stored: Stored) -> None:
        for trigger in self.triggers.values():
            if trigger["active"] and any(_fires(it, event) for it in _conditions(trigger)):
                text = str(trigger["actions"][0]["value"][1])
                for name in PLACEHOLDERS:
                    held = (
                        stored.id
                        if name == "id"
                        else stored.values.get("subject" if name == "title" else name)
                    )
                    text = text.replace(f"{{{{ticket.{name}}}}}", json.dumps(str(held or ""))[1:-1])
                self._post(self.webhooks[_target(trigger)], json.loads(text))
        for webhook in self.webhooks.values():
            if EVENTS[event] in (webhook.given.get("subscriptions") or ()):
                self._post(webhook, self._event(EVENTS[event], stored))

    def _event(self, type: str, stored: Stored) -> dict[str, Any]:
        return {
            "type": type,
            "account_id": 12514403,
            "id": self.desk.guid(),
            "time": self.desk.now_text(),
            "zendesk_event_version": "2022-11-06",
            "subject": f"zen:ticket:{stored.id}",
            "detail": {"id": stored.id, "status": str(stored.values["status"]).upper()},
            "event": {},
        }

    def _post(self, webhook: Webhook, body: Any) -> None:
        """Signed over the time and the body as it goes."""
        now, raw = self.desk.now_text(), json.dumps(body).encode()
        signed = hmac.new(webhook.secret.encode(), now.encode() + raw, hashlib.sha256).digest()
        headers = {
            "X-Zendesk-Webhook-Id": webhook.id,
            "X-Zendesk-Webhook-Invocation-Id": self.desk.guid(),
            "X-Zendesk-Webhook-Signature": base64.b64encode(signed).decode(),
            "X-Zendesk-Webhook-Signature-Timestamp": now,
            **webhook.headers(),
        }
        at = self.desk.store.clock.now()
        self.deliveries.announce(at, webhook.id, str(webhook.given["endpoint"]), headers, body)

    def _webhook(self, call: Call) -> Webhook:
        found = self.webhooks.get(call.params["id"])
        if found is None:
            raise not_found()
        return found


def _target(trigger: dict[str, Any]) -> str:
    actions = trigger.get("actions") or [{}]
    value = actions[0].get("value") if actions[0].get("field") == "notification_webhook" else None
    return str(value[0]) if isinstance(value, list) and value else ""


def _conditions(trigger: dict[str, Any]) -> list[dict[str, Any]]:
    told = trigger.get("conditions") or {}
    return [*(told.get("all") or ()), *(told.get("any") or ())]


def _fires(condition: dict[str, Any], event: str) -> bool:
    return (condition.get("field"), condition.get("value")) == ("update_type", event)
