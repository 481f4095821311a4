"""Webhooks: an administrator's, which may bear a signature; those of apps are not for tokens."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from re import compile as pattern
from typing import Any
from urllib.parse import urlsplit

from syncline_sandbox.calls import Answer, Call, Operation, as_json
from syncline_sandbox.deliveries import Deliveries
from syncline_sandbox.jira import jql
from syncline_sandbox.jira.board import ADDRESS, API, Board
from syncline_sandbox.jira.documents import Documents
from syncline_sandbox.jira.refusals import ONLY_APPS, only, posted, refuse
from syncline_sandbox.jira.search import Search
from syncline_sandbox.store import Stored

ROOT = "/rest/webhooks/1.0/webhook"
EVENTS = (
    "jira:issue_created",
    "jira:issue_updated",
    "jira:issue_deleted",
    "comment_created",
    "comment_updated",
    "comment_deleted",
)
FILTER = "issue-related-events-section"
NOT_YOURS = "The user needs to have the permission to administer Jira to manage webhooks."


@dataclass(frozen=True, slots=True)
class Webhook:
    id: str
    name: str
    url: str
    events: tuple[str, ...]
    jql: str
    secret: str

    def document(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "url": self.url,
            "events": list(self.events),
            "filters": {FILTER: self.jql},
            "excludeBody": False,
            "enabled": True,
            "isSigned": bool(self.secret),
            "self": f"{ADDRESS}{ROOT}/{self.id}",
        }


class Hooks:
    def __init__(self, board: Board, documents: Documents, search: Search, deliveries: Deliveries) -> None:
        self._board, self._documents, self._search, self._deliveries = board, documents, search, deliveries
        self.webhooks: dict[str, Webhook] = {}

    def operations(self) -> list[Operation]:
        where, one = pattern(ROOT), pattern(rf"{ROOT}/(?P<id>\d+)")
        return [
            Operation("hooks.list", "GET", where, self.listed),
            Operation("hooks.add", "POST", where, self.create, writes=True),
            Operation("hooks.delete", "DELETE", one, self.delete, writes=True),
            Operation("hooks.of_apps", "GET", pattern(rf"{API}/webhook"), self.of_apps),
            Operation("hooks.of_apps", "POST", pattern(rf"{API}/webhook"), self.of_apps, writes=True),
        ]

    def of_apps(self, call: Call, caller: str) -> Answer:
        raise refuse(403, ONLY_APPS)

    def listed(self, call: Call, caller: str) -> Answer:
        self._must(caller)
        return as_json([it.document() for it in self.webhooks.values()])

    def create(self, call: Call, caller: str) -> Answer:
        self._must(caller)
        given = posted(call)
        only(given, "name", "description", "url", "events", "filters", "excludeBody", "secret", "enabled")
        events = given.get("events") or []
        if not given.get("name") or not set(events) <= set(EVENTS) or not events:
            raise refuse(400, "The name and the events of a webhook are needed.")
        if urlsplit(str(given.get("url"))).hostname not in ("127.0.0.1", "localhost"):
            raise refuse(400, "The sandbox posts to loopback only.")
        clause = str((given.get("filters") or {}).get(FILTER) or "")
        made = self.add(
            str(given["name"]), str(given["url"]), str(given.get("secret") or ""), clause, tuple(events)
        )
        return as_json(made.document(), 201)

    def add(self, name: str, url: str, secret: str, clause: str, events: tuple[str, ...] = EVENTS) -> Webhook:
        made = Webhook(str(len(self.webhooks) + 1), name, url, events, clause, secret)
        self.webhooks[made.id] = made
        return made

    def delete(self, call: Call, caller: str) -> Answer:
        self._must(caller)
        if self.webhooks.pop(call.params["id"], None) is None:
            raise refuse(404, f"The webhook {call.params['id']} does not exist.")
        return Answer(204)

    def announce(self, event: str, stored: Stored, changed: Mapping[str, Any]) -> None:
        for it in self.webhooks.values():
            if event in it.events and self._is_for(it, stored):
                body = self._body(event, stored, changed)
                headers = {
                    "X-Atlassian-Webhook-Identifier": f"{stored.latest.sequence}-{it.id}",
                    "X-Atlassian-Webhook-Flow": "Primary",
                }
                if it.secret:
                    raw = json.dumps(body).encode()
                    headers["X-Hub-Signature"] = (
                        f"sha256={hmac.new(it.secret.encode(), raw, hashlib.sha256).hexdigest()}"
                    )
                now = self._board.store.clock.now()
                self._deliveries.announce(now, it.id, it.url, headers, body)

    def _is_for(self, webhook: Webhook, stored: Stored) -> bool:
        if not webhook.jql:
            return True
        administrator = next(it for it in self._board.accounts if it.may("ADMINISTER")).id
        query = jql.Reader(
            webhook.jql, lambda name: self._search.known(name, administrator), "Etc/UTC"
        ).query()
        return jql.holds(query, lambda name: self._search.value((stored, stored.latest), name))

    def _body(self, event: str, stored: Stored, changed: Mapping[str, Any]) -> dict[str, Any]:
        wanted = ("summary", "issuetype", "project", "status", "priority", "assignee")
        issue = self._documents.issue(stored, stored.latest.by, wanted)
        told: dict[str, Any] = {
            "timestamp": int(stored.latest.at.timestamp() * 1000),
            "webhookEvent": event,
            "issue": issue,
        }
        if event == "jira:issue_updated":
            items = self._documents.history(stored.latest, stored.latest.by)["items"]
            told |= {"issue_event_type_name": "issue_generic", "changelog": {"id": "1", "items": items}}
        return told

    def _must(self, caller: str) -> None:
        self._board.must(caller, "ADMINISTER", NOT_YOURS)
