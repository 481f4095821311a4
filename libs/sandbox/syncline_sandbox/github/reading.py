"""Issues read: lists by repository, and one by its number. Pull requests come along, as they do."""

from datetime import datetime
from re import compile as pattern

from syncline_sandbox.calls import Answer, Call, Operation, as_json
from syncline_sandbox.github.paging import by_cursor, paged
from syncline_sandbox.github.refusals import invalid
from syncline_sandbox.github.work import ISSUES, NUMBER, PULLS, REPO, Work, zulu
from syncline_sandbox.store import Stored, Version

Seen = tuple[Stored, Version]
ALLOWED = {
    "state": ("open", "closed", "all"),
    "sort": ("created", "updated", "comments"),
    "direction": ("asc", "desc"),
}


class Reading:
    def __init__(self, work: Work) -> None:
        self._work = work
        self.cursors = True  # of the lists; older servers have none

    def operations(self) -> list[Operation]:
        return [
            Operation("issues.list", "GET", pattern(rf"{REPO}/issues"), self.listed),
            Operation("issues.get", "GET", pattern(rf"{REPO}/issues{NUMBER}"), self.one),
        ]

    def one(self, call: Call, caller: str) -> Answer:
        repository = self._work.with_issues(call, caller)
        return as_json(self._work.document(self._work.issue(repository, call.params["number"])))

    def listed(self, call: Call, caller: str) -> Answer:
        """Only what is open, and the newest first, unless it is asked for otherwise."""
        repository = self._work.with_issues(call, caller)
        for name, allowed in ALLOWED.items():
            if call.get(name) and call.get(name) not in allowed:
                raise invalid("Issue", name, "invalid", call.get(name))
        since = self._since(call)
        found = [it for it in self._of(repository.id) if self._holds(call, it, since)]
        found.sort(key=lambda it: _key(call, it), reverse=call.get("direction", "desc") != "asc")
        path = f"/repositories/{repository.id}/issues"
        if self.cursors and call.get("sort") != "comments":
            return by_cursor(call, found, lambda it: _key(call, it), self._shown, path)
        return paged(call, found, self._shown, path)

    def _of(self, repository: int) -> list[Seen]:
        streams = frozenset((ISSUES, PULLS))
        return [it for it in self._work.store.searched(streams) if it[0].id.startswith(f"{repository}/")]

    def _shown(self, seen: Seen) -> object:
        return self._work.document(*seen)

    def _since(self, call: Call) -> str:
        asked = call.get("since")
        if not asked:
            return ""
        try:
            datetime.fromisoformat(asked)
        except ValueError:
            raise invalid("Issue", "since", "invalid", asked) from None
        return asked

    def _holds(self, call: Call, seen: Seen, since: str) -> bool:
        stored, version = seen
        state, creator = call.get("state", "open"), call.get("creator")
        labels = [it.lower() for it in call.get("labels").split(",") if it]
        own = [it.lower() for it in version.values["labels"]]
        return (
            state in ("all", version.values["state"])
            and (not creator or stored.first.by.lower() == creator.lower())
            and (not since or zulu(version.at) >= since)
            and all(it in own for it in labels)
        )


def _key(call: Call, seen: Seen) -> tuple[str, int]:
    """Within a second, by number."""
    stored, version = seen
    at = version.at if call.get("sort") == "updated" else stored.first.at
    comments = f"{version.values['comments']:09}"
    return comments if call.get("sort") == "comments" else zulu(at), int(stored.id.partition("/")[2])
