"""How tickets come to be and change: by one call each, which also brings the comment along."""

import html
from typing import Any

from syncline_sandbox.store import Stored
from syncline_sandbox.zendesk.desk import TICKETS, Comment, Desk, iso
from syncline_sandbox.zendesk.fields import DEFAULT_BRAND, DEFAULT_FORM, DEFAULT_GROUP
from syncline_sandbox.zendesk.people import Person
from syncline_sandbox.zendesk.refusals import bad_attribute, invalid, stale
from syncline_sandbox.zendesk.values import Values, settled

NEW: Values = {
    "external_id": None,
    "type": None,
    "priority": None,
    "status": None,
    "custom_status_id": None,
    "recipient": None,
    "assignee_id": None,
    "organization_id": None,
    "group_id": DEFAULT_GROUP,
    "collaborator_ids": [],
    "follower_ids": [],
    "email_cc_ids": [],
    "problem_id": None,
    "due_at": None,
    "tags": [],
    "ticket_form_id": DEFAULT_FORM,
    "brand_id": DEFAULT_BRAND,
    "custom_fields": {},
}


class Writing:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, given: Values, comment: Any, metadata: Any, by: Person) -> tuple[Stored, Comment]:
        desk = self._desk
        said = comment if isinstance(comment, dict) else {"body": given.get("description")}
        if not str(said.get("html_body") or said.get("body") or "").strip():
            raise invalid("base", "Description: cannot be blank", "BlankValue")
        uploaded = self._uploaded(said)
        first = {**NEW, "requester_id": by.id, "submitter_id": by.id}
        values = settled(
            desk, first, {name: it for name, it in given.items() if name != "description"}, by.id
        )
        body = _plain(said)
        values |= {"subject": values.get("subject") or body[:150], "description": body}
        values["is_public"] = said.get("public", True) is not False
        desk.last_ticket += 1
        stored = desk.store.add(TICKETS, str(desk.last_ticket), values, by.email)
        made = self._comment(stored, said, uploaded, metadata, by, noted=False)
        self._count_incident(None, values["problem_id"])
        desk.announce("Create", stored)
        return stored, made

    def change(
        self, stored: Stored, given: Values, comment: Any, metadata: Any, by: Person
    ) -> tuple[Comment | None, int]:
        """A new version even if nothing differs; and the number of what the vendor keeps of it."""
        desk = self._desk
        if comment is not None and not isinstance(comment, dict):
            raise bad_attribute("comment", "must be an object")
        after = settled(desk, dict(stored.values), given, by.id)
        uploaded = self._uploaded(comment) if comment else []
        if comment and not (str(comment.get("html_body") or comment.get("body") or "").strip() or uploaded):
            raise invalid("comment", "Comment: cannot be blank", "BlankValue")
        differs = {name: it for name, it in after.items() if stored.values.get(name) != it}
        made = None
        if "problem_id" in differs:
            self._count_incident(stored.values["problem_id"], after["problem_id"])
        if differs or comment:
            desk.store.change(stored, differs, by.email)
        if comment:
            made = self._comment(stored, comment, uploaded, metadata, by, noted=True)
        if differs or comment:
            desk.announce("Change", stored)
        return made, made.audit if made else desk.next_id()

    def must_be_as_seen(self, stored: Stored, given: Values) -> None:
        """`safe_update` compares times, and these are whole seconds."""
        if given.get("safe_update") in (True, "true") and given.get("updated_stamp") != iso(stored.latest.at):
            raise stale()

    def _count_incident(self, before: int | None, after: int | None) -> None:
        if before:
            self._desk.incidents[before] -= 1
        if after:
            self._desk.incidents[after] += 1

    def _uploaded(self, said: Values) -> list[int]:
        desk, files = self._desk, list[int]()
        for token in said.get("uploads") or ():
            upload = desk.uploads.get(str(token))
            if upload is None or upload.expires_at < desk.store.clock.now():
                raise invalid("base", "Upload token is invalid", "InvalidValue")
            files += upload.files
        return files

    def _comment(
        self, stored: Stored, said: Values, files: list[int], metadata: Any, by: Person, *, noted: bool
    ) -> Comment:
        desk = self._desk
        plain = _plain(said)
        shown = said.get("html_body") or f"<p>{html.escape(plain, quote=False)}</p>"
        public = said.get("public", stored.values["is_public"]) is not False
        told = {"system": {}, "custom": dict(metadata) if isinstance(metadata, dict) else {}}
        audit, id = desk.next_id(), desk.next_id()
        made = Comment(
            *(id, audit, stored.id, plain, f'<div class="zd-comment" dir="auto">{shown}</div>', public),
            *(said.get("author_id") or by.id, desk.now_text(), told, files),
        )
        desk.comments.append(made)
        for token in said.get("uploads") or ():
            del desk.uploads[str(token)]
        if noted:
            desk.store.noted(stored, "commented", by.email, {"body": plain})
        if files:
            names = ", ".join(desk.files[it].name for it in files)
            desk.store.noted(stored, "attached", by.email, {"file": names})
        return made


def _plain(said: Values) -> str:
    """Of HTML what is left without its tags, as far as the sandbox goes."""
    if said.get("body"):
        return str(said["body"])
    text, inside = "", False
    for letter in str(said.get("html_body") or ""):
        inside = letter == "<" or (inside and letter != ">")
        text += "" if inside or letter == ">" else letter
    return html.unescape(text).strip()
