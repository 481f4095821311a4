"""Webhooks of repositories: made by who administers them, signed with their secret."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from re import compile as pattern
from typing import Any
from urllib.parse import urlsplit

from syncline_sandbox.calls import Answer, Call, Operation, as_json
from syncline_sandbox.deliveries import Deliveries
from syncline_sandbox.github.paging import paged
from syncline_sandbox.github.refusals import custom, invalid, nothing, posted_object
from syncline_sandbox.github.repositories import Repo
from syncline_sandbox.github.work import REPO, Note, Work, zulu
from syncline_sandbox.store import Stored

EVENTS = ("issues", "issue_comment", "label", "milestone", "repository", "sub_issues", "push", "*")
HERE = ("127.0.0.1", "localhost", "::1")


@dataclass(slots=True)
class Hook:
    id: int
    repository: Repo
    events: tuple[str, ...]
    config: dict[str, Any]
    active: bool
    made_at: datetime

    def document(self) -> dict[str, Any]:
        hidden = {"secret": "********"} if self.config.get("secret") else {}
        return {
            "type": "Repository",
            "id": self.id,
            "name": "web",
            "active": self.active,
            "events": list(self.events),
            "config": {**self.config, **hidden},
            "created_at": zulu(self.made_at),
            "updated_at": zulu(self.made_at),
            "url": f"{self.repository.url}/hooks/{self.id}",
            "ping_url": f"{self.repository.url}/hooks/{self.id}/pings",
            "last_response": {"code": None, "status": "unused", "message": None},
        }


class Hooks:
    def __init__(self, work: Work, deliveries: Deliveries, guid: Any) -> None:
        self._work, self._deliveries, self._guid = work, deliveries, guid
        self.hooks: dict[int, Hook] = {}

    def operations(self) -> list[Operation]:
        where, one = pattern(rf"{REPO}/hooks"), pattern(rf"{REPO}/hooks/(?P<hook>\d+)")
        return [
            Operation("hooks.list", "GET", where, self.listed),
            Operation("hooks.create", "POST", where, self.create, writes=True),
            Operation("hooks.delete", "DELETE", one, self.delete, writes=True),
        ]

    def listed(self, call: Call, caller: str) -> Answer:
        repository = self._work.repository(call, caller, to="admin")
        found = [it for it in self.hooks.values() if it.repository is repository]
        return paged(call, found, Hook.document)

    def create(self, call: Call, caller: str) -> Answer:
        repository, given = self._work.repository(call, caller, to="admin"), posted_object(call.body)
        config, events = given.get("config"), given.get("events", ["push"])
        if given.get("name", "web") != "web":
            raise invalid("Hook", "name", "invalid", given["name"])
        if not isinstance(config, dict) or not config.get("url"):
            raise invalid("Hook", "url", "missing_field")
        if urlsplit(str(config["url"])).hostname not in HERE:
            raise custom("Hook", "The sandbox posts to loopback only.", "url")
        if not isinstance(events, list) or not set(events) <= set(EVENTS):
            raise invalid("Hook", "events", "invalid", events)
        if any(
            it.repository is repository and it.config["url"] == config["url"] for it in self.hooks.values()
        ):
            raise custom("Hook", "Hook already exists on this repository")
        made = self.add(repository, tuple(events), {"content_type": "form", **config})
        made.active = given.get("active", True) is True
        document = made.document()
        return as_json(document, 201, {"Location": document["url"]})

    def add(self, repository: Repo, events: tuple[str, ...], config: dict[str, Any]) -> Hook:
        id, now = self._work.next_id(), self._work.store.clock.stamp()
        made = self.hooks[id] = Hook(id, repository, events, config, active=True, made_at=now)
        self._post(
            made, "ping", {"zen": "Keep it logically awesome.", "hook_id": id, "hook": made.document()}
        )
        return made

    def delete(self, call: Call, caller: str) -> Answer:
        repository = self._work.repository(call, caller, to="admin")
        found = self.hooks.get(int(call.params["hook"]))
        if found is None or found.repository is not repository:
            raise nothing()
        del self.hooks[found.id]
        return Answer(204)

    def announce(self, action: str, stored: Stored, by: str, note: Note | None) -> None:
        event = "issue_comment" if note else "issues"
        if stored.stream == "pulls" and not note:
            return
        repository = self._work.of(stored)
        body = {
            "action": "created" if note else action,
            "issue": self._work.document(stored),
            "repository": repository.document(self._work.account(by)),
            "sender": self._work.user(by),
            **({"comment": self._work.note_document(note)} if note else {}),
            **({"changes": {}} if action == "edited" else {}),
        }
        for hook in list(self.hooks.values()):
            if hook.active and hook.repository is repository and {event, "*"} & set(hook.events):
                self._post(hook, event, body)

    def _post(self, hook: Hook, event: str, body: dict[str, Any]) -> None:
        headers = {
            "User-Agent": "GitHub-Hookshot/044aadd",
            "X-GitHub-Event": event,
            "X-GitHub-Delivery": self._guid(),
            "X-GitHub-Hook-ID": str(hook.id),
        }
        if secret := hook.config.get("secret"):
            raw = json.dumps(body).encode()
            for name, kind in (("X-Hub-Signature", hashlib.sha1), ("X-Hub-Signature-256", hashlib.sha256)):
                signed = hmac.new(str(secret).encode(), raw, kind).hexdigest()
                headers[name] = f"{kind().name}={signed}"
        now, url = self._work.store.clock.now(), str(hook.config["url"])
        self._deliveries.announce(now, str(hook.id), url, headers, body)
