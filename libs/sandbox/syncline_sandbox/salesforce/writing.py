"""Creating, changing and deleting records, whoever asks for it: one by one, in a collection, or in a form."""

from collections.abc import Mapping
from typing import Any

from syncline_sandbox.salesforce.accounts import Account
from syncline_sandbox.salesforce.fields import SObject
from syncline_sandbox.salesforce.objects import Objects, wire_time
from syncline_sandbox.salesforce.refusals import gone, not_allowed, nothing_found, of_record
from syncline_sandbox.salesforce.schema import MARKER, STATUSES
from syncline_sandbox.salesforce.values import given, must_be_whole
from syncline_sandbox.store import Stored

LARGEST_COMMENT = 4000  # bytes


class Writing:
    """`closing_needs_reason` is a validation rule of the organisation's own; `assigned_to` is whom its assignment rule
    gives every case to; `locked` are records that another transaction holds just now."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self.closing_needs_reason = False
        self.assigned_to: str | None = None
        self.locked: set[str] = set()
        self._cases = 0

    def insert(self, entity: SObject, values: Mapping[str, Any], by: str, *, assigns: bool = False) -> Stored:
        account = self._writer(by)
        kept = self._kept(entity, values, account, new=True)
        must_be_whole(entity, kept)
        if entity.name == "Case":
            kept = self._settled_case({**self._defaults(by), **kept, **self._assigned(assigns=assigns)}, {})
            self._must_be_unique(kept, None)
        if entity.name == "CaseComment":
            _must_be_short(kept)
        stored = self._objects.store.add(entity.name, self._objects.next_id(entity.name), kept, by)
        self._internal_comment(stored, values, by)
        self._objects.announce("insert", stored)
        return stored

    def change(
        self, stored: Stored, entity: SObject, values: Mapping[str, Any], by: str, *, assigns: bool = False
    ) -> None:
        """A write that changes nothing is one all the same: it moves the record's stamps."""
        account = self._writer(by)
        if stored.id in self.locked:
            message = f"unable to obtain exclusive access to this record or 1 records: {stored.id}"
            raise of_record("UNABLE_TO_LOCK_ROW", message)
        kept = self._kept(entity, values, account, new=False)
        if entity.name == "Case":
            self._must_not_circle(stored, kept)
            kept = self._settled_case({**kept, **self._assigned(assigns=assigns)}, stored.values)
            self._must_be_unique({**stored.values, **kept}, stored)
        self._objects.store.change(stored, kept, by)
        self._internal_comment(stored, values, by)
        self._objects.announce("update", stored)

    def delete(self, stored: Stored, by: str) -> None:
        """Into the bin, and with it what hangs on it."""
        self._writer(by)
        self._objects.store.bin(stored, by)
        self._objects.announce("delete", stored)

    def found(self, entity: str, id: str) -> Stored:
        from_store = self._objects.store.records
        stored = self._objects.find(id, entity)
        if stored is not None:
            return stored
        there = next((it for key, it in from_store.items() if key[:15] == id[:15]), None)
        raise gone() if there is not None and there.stream == entity else nothing_found()

    def _writer(self, by: str) -> Account:
        account = self._objects.account(by)
        if not account.writes:
            raise not_allowed()
        return account

    def _kept(
        self, entity: SObject, values: Mapping[str, Any], account: Account, *, new: bool
    ) -> dict[str, Any]:
        kept = given(
            entity,
            lambda name: self._objects.field(entity, name, account),
            values,
            lambda of, id: self._objects.find(id, of) is not None,
            new=new,
        )
        kept.pop("Comments", None)
        return kept

    def _assigned(self, *, assigns: bool) -> dict[str, Any]:
        return {"OwnerId": self.assigned_to} if assigns and self.assigned_to else {}

    def _defaults(self, by: str) -> dict[str, Any]:
        self._cases += 1
        return {
            "CaseNumber": f"{1000 + self._cases:08d}",
            "Status": "New",
            "Priority": "Medium",
            "OwnerId": self._objects.user_id(by),
            "IsEscalated": False,
        }

    def _settled_case(self, kept: dict[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
        """Whether it is closed follows its status; so do the organisation's own rules."""
        after = {**before, **kept}
        closed = STATUSES.get(str(after.get("Status")), False)
        if closed and self.closing_needs_reason and not after.get("Reason"):
            message = "Say why before you close it."
            raise of_record("FIELD_CUSTOM_VALIDATION_EXCEPTION", message, "Reason")
        settled = {**kept, "IsClosed": closed}
        if closed != bool(before.get("IsClosed")):
            settled["ClosedDate"] = wire_time(self._objects.store.clock.stamp()) if closed else None
        return settled

    def _must_not_circle(self, stored: Stored, kept: Mapping[str, Any]) -> None:
        at = kept.get("ParentId")
        while at:
            if at == stored.id:
                raise of_record("CIRCULAR_DEPENDENCY", "Parent case hierarchy has a loop", "ParentId")
            above = self._objects.store.find(at)
            at = above.values.get("ParentId") if above else None

    def _must_be_unique(self, values: Mapping[str, Any], own: Stored | None) -> None:
        marker = values.get(MARKER)
        if not marker or self._objects.shared:
            return
        for it in self._objects.store.records.values():
            if it is not own and it.deleted_at is None and it.values.get(MARKER) == marker:
                message = f"duplicate value found: {MARKER} duplicates value on record with id: {it.id}"
                raise of_record("DUPLICATE_VALUE", message)

    def _internal_comment(self, stored: Stored, values: Mapping[str, Any], by: str) -> None:
        """The field of this name keeps nothing: what is written into it becomes a comment."""
        if stored.stream == "Case" and values.get("Comments"):
            comment = {"ParentId": stored.id, "CommentBody": values["Comments"], "IsPublished": False}
            self._objects.store.add("CaseComment", self._objects.next_id("CaseComment"), comment, by)


def _must_be_short(kept: Mapping[str, Any]) -> None:
    if len(str(kept.get("CommentBody") or "").encode()) > LARGEST_COMMENT:
        message = "Body: data value too large (max length=4000)"
        raise of_record("STRING_TOO_LONG", message, "CommentBody")
