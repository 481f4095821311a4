"""Files of tickets and of what is said on them: by links that are signed, and good for five minutes."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from re import compile as pattern
from typing import Any
from urllib.parse import quote

from syncline_sandbox.calls import Answer, Call, Operation, as_text
from syncline_sandbox.freshworks.bodies import Sent
from syncline_sandbox.freshworks.refusals import Fault, invalid
from syncline_sandbox.store import Store, Stored

PLACE = "/data/helpdesk/attachments/production"
PATH = pattern(rf"{PLACE}/(?P<id>\d+)/original/[^/]+")
GOOD_FOR = timedelta(seconds=300)
DATES = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Kept:
    id: int
    name: str
    kind: str
    content: bytes
    at: str


class Files:
    def __init__(self, store: Store, base: str, largest: int) -> None:
        self._store, self._base, self.largest = store, base, largest
        self._of: defaultdict[str, list[Kept]] = defaultdict(list)  # by ticket, or by conversation
        self._last = 4_004_881_084

    def operations(self) -> list[Operation]:
        return [Operation("attachment.file", "GET", PATH, self.content, "public")]

    def of(self, owner: str) -> list[dict[str, Any]]:
        return [self._document(it) for it in self._of[owner]]

    def check(self, owner: str, files: Sequence[Sent]) -> None:
        total = sum(len(it.content) for it in files) + sum(len(it.content) for it in self._of[owner])
        if files and total > self.largest:
            said = f"Invalid file size. Make sure total attachments size is less than {self.largest >> 20} MB"
            raise invalid(Fault("attachments", said, "invalid_size"))

    def keep_all(self, stored: Stored, files: Sequence[Sent], by: str, owner: str = "") -> None:
        for it in files:
            self.keep(owner or stored.id, it)
            self._store.noted(stored, "attached", by, {"attachment": it.name})

    def keep(self, owner: str, sent: Sent) -> None:
        self._last += 1
        at = f"{self._store.clock.stamp():%Y-%m-%dT%H:%M:%SZ}"
        kind = sent.kind or "application/octet-stream"
        self._of[owner].append(Kept(self._last, sent.name, kind, sent.content, at))

    def content(self, call: Call, caller: str) -> Answer:
        """Whoever has the link has the file, for as long as it is good."""
        found = next(
            (it for kept in self._of.values() for it in kept if str(it.id) == call.params["id"]), None
        )
        if found is None or call.get("X-Amz-Signature") != _signed(found.id) or self._is_over(call):
            return as_text(
                "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>",
                403,
                "application/xml",
            )
        return Answer(200, found.content, {"Content-Type": found.kind})

    def _is_over(self, call: Call) -> bool:
        begun = datetime.strptime(call.get("X-Amz-Date"), DATES).replace(
            tzinfo=self._store.clock.now().tzinfo
        )
        return self._store.clock.now() - begun > GOOD_FOR

    def _document(self, it: Kept) -> dict[str, Any]:
        begun = f"{self._store.clock.stamp():{DATES}}"
        query = f"X-Amz-Date={begun}&X-Amz-Expires=300&X-Amz-Signature={_signed(it.id)}"
        return {
            "id": it.id,
            "name": it.name,
            "content_type": it.kind,
            "size": len(it.content),
            "created_at": it.at,
            "updated_at": it.at,
            "attachment_url": f"{self._base}{PLACE}/{it.id}/original/{quote(it.name, safe='')}?{query}",
        }


def _signed(id: int) -> str:
    return f"{id * 2654435761 % 2**32:08x}"
