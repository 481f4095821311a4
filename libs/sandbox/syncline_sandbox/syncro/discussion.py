"""Comments of tickets, and files that Syncro fetched for them. A comment may send an e-mail to the customer: that is noted."""

from collections.abc import Mapping
from re import compile as pattern
from typing import Any
from urllib.parse import quote

from syncline_sandbox.calls import Answer, Call, Operation, as_json
from syncline_sandbox.store import Stored
from syncline_sandbox.syncro.holdings import ONE, ROOT, Holdings
from syncline_sandbox.syncro.lists import asked_page, moment, text_of
from syncline_sandbox.syncro.refusals import invalid, not_found, posted, wrong

INITIAL = "Initial Issue"
PER_PAGE, MOST = 10, 100
NO_FILES = "Missing files param - or not an array like [{'url':'http://foo','filename': 'test'}]"
Comment = dict[str, Any]


class Discussion:
    def __init__(self, holdings: Holdings, address: str) -> None:
        self._holdings, self._address = holdings, address
        self._comments: dict[str, list[Comment]] = {}
        self._files: dict[str, list[dict[str, Any]]] = {}
        self._contents: dict[int, bytes] = {}
        self._last = 0
        self.mailed: list[Comment] = []  # what went to a customer

    def operations(self) -> list[Operation]:
        one = f"{ROOT}/tickets{ONE}"
        return [
            Operation(
                "comments.list", "GET", pattern(f"{one}/comments"), self.listed, "Tickets - View Details"
            ),
            Operation(
                "ticket.comment",
                "POST",
                pattern(f"{one}/comment"),
                self.comment,
                "Tickets - Edit",
                writes=True,
            ),
            Operation(
                "ticket.attach",
                "POST",
                pattern(f"{one}/attach_file_url"),
                self.attach,
                "Tickets - Edit",
                writes=True,
            ),
            Operation("attachment.file", "GET", pattern(r"/uploads/(?P<id>\d+)/.+"), self.content, "public"),
        ]

    def listed(self, call: Call, caller: str) -> Answer:
        stored = self._holdings.found(call, caller, "tickets")
        found, by = list(self.of(stored)), call.get("sort_by", "created_at")
        if by not in ("created_at", "updated_at"):
            raise wrong("invalid sort_by")
        if call.get("comment_format", "plaintext") not in ("plaintext", "richtext", "original"):
            raise wrong("invalid comment_format")
        for name in ("created_after", "updated_after"):
            if (after := moment(call, name)) is not None:
                found = [it for it in found if it[f"{name.partition('_')[0]}_at"] > text_of(after)]
        found.sort(key=lambda it: (it[by], it["id"]), reverse=call.get("sort_direction", "DESC") != "ASC")
        told = call.get("per_page")
        size = min(MOST, int(told)) if told.isdigit() and int(told) else PER_PAGE
        page, pages = asked_page(call), -(-len(found) // size)
        some = found[(page - 1) * size : page * size]
        meta = {"total_pages": pages, "page": page, "per_page": size}
        return as_json({"comments": [{**it, "user": {}} for it in some], "meta": meta})

    def comment(self, call: Call, caller: str) -> Answer:
        stored, given = self._holdings.found(call, caller, "tickets"), posted(call)
        missing = [f"{it.capitalize()} can't be blank" for it in ("body", "subject") if not given.get(it)]
        if missing:
            raise invalid(*missing)
        made = self.add(stored, given, caller)
        self._holdings.touch(stored, caller)
        return as_json({"comment": {name: it for name, it in made.items() if name != "is_rich_text"}})

    def add(self, stored: Stored, given: Mapping[str, Any], by: str) -> Comment:
        self._last += 1
        at = text_of(self._holdings.store.clock.stamp())
        user = next((it for it in self._holdings.accounts if it.name == by), None)
        made: Comment = {
            "id": self._last,
            "created_at": at,
            "updated_at": at,
            "ticket_id": int(stored.id),
            "subject": str(given["subject"]),
            "body": str(given.get("body") or ""),
            "tech": given.get("tech") or (user.name if user else None),
            "hidden": bool(given.get("hidden")),
            "user_id": user.user_id if user else None,
            "is_rich_text": False,
        }
        self._comments.setdefault(stored.id, []).append(made)
        if not made["hidden"] and not given.get("do_not_email"):
            self.mailed.append(made)
        self._holdings.store.noted(stored, "commented", by, {"body": made["body"]})
        return made

    def of(self, stored: Stored) -> list[Comment]:
        return self._comments.get(stored.id, [])

    def initial(self, stored: Stored) -> list[Comment]:
        """All that a list tells of them."""
        return self.of(stored)[:1]

    def attach(self, call: Call, caller: str) -> Answer:
        """Fetched later, from wherever it is said to lie; here nothing is fetched."""
        self._holdings.found(call, caller, "tickets")
        files = posted(call).get("files")
        if not isinstance(files, list) or not all(isinstance(it, dict) and it.get("url") for it in files):
            raise wrong(NO_FILES)
        return as_json({"message": "Processing - refresh ticket in a moment to see if it worked."})

    def keep(self, stored: Stored, name: str, content: bytes, by: str) -> int:
        self._last += 1
        url = f"{self._address}/uploads/{self._last}/{quote(name)}"
        file = {"id": self._last, "file_name": name, "file_size": len(content), "url": url}
        self._files.setdefault(stored.id, []).append(file)
        self._contents[self._last] = content
        self._holdings.store.noted(stored, "attached", by, {"file_name": name})
        return self._last

    def files(self, stored: Stored) -> list[dict[str, Any]]:
        return self._files.get(stored.id, [])

    def content(self, call: Call, _caller: str) -> Answer:
        found = self._contents.get(int(call.params["id"]))
        if found is None:
            raise not_found()
        return Answer(200, found, {"Content-Type": "application/octet-stream"})
