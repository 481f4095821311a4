"""Issues written. What somebody may not set is dropped without a word, and so is what there is not."""

from collections.abc import Callable, Mapping
from re import compile as pattern
from typing import Any

from syncline_sandbox.calls import Answer, Call, Operation, as_json
from syncline_sandbox.github.accounts import Account
from syncline_sandbox.github.refusals import custom, invalid, no_authentication, posted_object
from syncline_sandbox.github.repositories import Repo
from syncline_sandbox.github.work import ISSUES, NUMBER, REPO, Work, begun, zulu
from syncline_sandbox.store import Stored

OF_THE_TEAM = ("labels", "assignees", "assignee", "milestone", "type")  # set by who may push
REASONS = ("completed", "not_planned", "duplicate", "reopened")
LONGEST_TITLE, LONGEST_BODY, MOST_LABELS, MOST_PEOPLE = 256, 65_536, 100, 10


class Writing:
    def __init__(self, work: Work) -> None:
        self._work = work
        self._takes: Mapping[str, Callable[[Repo, Any], Any]] = {
            "title": _title,
            "body": _body,
            "labels": _labels,
            "assignees": self._assignees,
            "milestone": _milestone,
            "type": self._type,
        }

    def operations(self) -> list[Operation]:
        one = pattern(rf"{REPO}/issues{NUMBER}")
        return [
            Operation("issues.create", "POST", pattern(rf"{REPO}/issues"), self.create, writes=True),
            Operation("issues.update", "PATCH", one, self.update, writes=True),
        ]

    def create(self, call: Call, caller: str) -> Answer:
        repository = self._work.with_issues(call, caller, to="write")
        given = posted_object(call.body)
        if given.get("title") in (None, ""):
            raise invalid("Issue", "title", "missing_field")
        stored = self.add(repository, self.accepted(repository, caller, given), caller)
        location = f"{repository.url}/issues/{stored.id.partition('/')[2]}"
        return as_json(self._work.document(stored), 201, {"Location": location})

    def add(self, repository: Repo, values: Mapping[str, Any], by: str, stream: str = ISSUES) -> Stored:
        repository.last_number += 1
        after = begun(**{"title": "", **values, "id": self._work.next_id()})
        id = f"{repository.id}/{repository.last_number}"
        stored = self._work.store.add(stream, id, after, by)
        self._work.announce("opened", stored, by, None)
        return stored

    def update(self, call: Call, caller: str) -> Answer:
        """By its author, or by who may triage."""
        repository = self._work.with_issues(call, caller, to="write")
        stored = self._work.issue(repository, call.params["number"])
        account = self._work.account(caller)
        if stored.first.by != caller and not repository.lets(account, "triage"):
            raise no_authentication() if not caller else _forbidden()
        self.change(stored, self.accepted(repository, caller, posted_object(call.body)), caller)
        return as_json(self._work.document(stored))

    def change(self, stored: Stored, given: Mapping[str, Any], by: str) -> None:
        """What changes nothing leaves the time as it is."""
        after = self._with_its_end(stored, dict(given))
        changed = {name: it for name, it in after.items() if stored.values.get(name) != it}
        if changed:
            self._work.store.change(stored, changed, by)
            ends = {"open": "reopened", "closed": "closed"}
            self._work.announce(ends.get(changed.get("state", ""), "edited"), stored, by, None)

    def _with_its_end(self, stored: Stored, given: dict[str, Any]) -> dict[str, Any]:
        state, reason = given.get("state", stored.values["state"]), given.pop("state_reason", None)
        if "state" not in given:
            return given
        if state == "open":
            was = stored.values["state"] == "closed"
            return {**given, "closed_at": None, "state_reason": "reopened" if was else None}
        closed = stored.values["closed_at"] or zulu(self._work.store.clock.stamp())
        before = stored.values["state_reason"] if stored.values["state"] == "closed" else None
        return {**given, "closed_at": closed, "state_reason": reason or before or "completed"}

    def accepted(self, repository: Repo, caller: str, given: Mapping[str, Any]) -> dict[str, Any]:
        taken = dict(given)
        account = self._work.account(caller)
        if "assignee" in taken:
            one = taken.pop("assignee")
            taken.setdefault("assignees", [one] if one else [])
        if not _may_set(repository, account):
            taken = {name: it for name, it in taken.items() if name not in OF_THE_TEAM}
        accepted = {
            name: take(repository, taken[name]) for name, take in self._takes.items() if name in taken
        }
        for name, allowed in (("state", ("open", "closed")), ("state_reason", (*REASONS, None))):
            if name in taken:
                if taken[name] not in allowed:
                    raise invalid("Issue", name, "invalid", taken[name])
                accepted[name] = taken[name]
        return accepted

    def _assignees(self, repository: Repo, given: Any) -> list[str]:
        """Of more than ten, the first."""
        if given is None:
            return []
        if not isinstance(given, list):
            raise invalid("Issue", "assignees", "invalid", given)
        found = []
        for login in given:
            known = next((it for it in repository.roles if it.lower() == str(login).lower()), None)
            if known is None:
                raise invalid("Issue", "assignees", "invalid", login)
            found.append(known)
        return list(dict.fromkeys(found))[:MOST_PEOPLE]

    def _type(self, repository: Repo, given: Any) -> str | None:
        if given is not None and given not in self._work.types:
            raise invalid("Issue", "type", "invalid", given)
        return None if given is None else str(given)


def _may_set(repository: Repo, account: Account) -> bool:
    return repository.lets(account, "triage")


def _forbidden() -> Exception:
    return custom("Issue", "You can't edit this issue")


def _title(_repository: Repo, given: Any) -> str:
    title = str(given if given is not None else "")
    if not title.strip():
        raise invalid("Issue", "title", "missing_field")
    if len(title) > LONGEST_TITLE:
        raise custom("Issue", f"title is too long (maximum is {LONGEST_TITLE} characters)", "title")
    return title


def _body(_repository: Repo, given: Any) -> str | None:
    if given is not None and not isinstance(given, str):
        raise invalid("Issue", "body", "invalid")
    if given is not None and len(given) > LONGEST_BODY:
        raise custom("Issue", f"body is too long (maximum is {LONGEST_BODY} characters)", "body")
    return given


def _labels(repository: Repo, given: Any) -> list[str]:
    """One that there is not is made."""
    if not isinstance(given, list | None) or len(given or ()) > MOST_LABELS:
        raise invalid("Issue", "labels", "invalid")
    found = []
    for it in given or ():
        name = str(it["name"] if isinstance(it, dict) else it)
        if not name or len(name) > 50:
            raise invalid("Label", "name", "invalid", name)
        known = repository.label(name)
        if known is None:
            repository.labels[name] = "ededed"
        found.append(known or name)
    return list(dict.fromkeys(found))


def _milestone(repository: Repo, given: Any) -> int | None:
    if given is None:
        return None
    number = int(given) if str(given).isdigit() else 0
    if not 1 <= number <= len(repository.milestones):
        raise invalid("Issue", "milestone", "invalid", given)
    return number
