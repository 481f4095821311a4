"""Records of the organisation as they look from outside, and who may see what of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from syncline_sandbox.salesforce.accounts import Account
from syncline_sandbox.salesforce.fields import Field, SObject
from syncline_sandbox.salesforce.ids import new_id, whole
from syncline_sandbox.salesforce.refusals import no_column, refuse
from syncline_sandbox.salesforce.schema import ENTITIES
from syncline_sandbox.store import Store, Stored, Version

VERSIONS = tuple(f"v{it}.0" for it in range(31, 66))
HIDDEN_OBJECTS = ("Case", "CaseComment", "CaseStatus")  # from whoever sees no cases
Seen = tuple[Stored, Version]


@lru_cache(2**18)
def wire_time(at: datetime) -> str:
    """Milliseconds are written, and never kept."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000+0000"


class Objects:
    """`retired` are columns that an administrator took away; `shared` says that a value is no longer unique."""

    def __init__(self, store: Store, accounts: Sequence[Account]) -> None:
        self.store, self.accounts = store, accounts
        self.retired: set[str] = set()
        self.shared = False
        self._made = 0
        self.users: dict[str, str] = {}
        self.announce: Callable[[str, Stored], None] = lambda operation, stored: None

    def next_id(self, entity: str) -> str:
        self._made += 1
        return new_id(ENTITIES[entity].prefix, self._made)

    def account(self, username: str) -> Account:
        return next(it for it in self.accounts if it.username == username)

    def entity(self, name: str, account: Account) -> SObject | None:
        """None if there is no such object for this user."""
        found = next((it for key, it in ENTITIES.items() if key.lower() == name.lower()), None)
        if found is None or (found.name in HIDDEN_OBJECTS and not account.sees_cases):
            return None
        return found

    def field(self, entity: SObject, name: str, account: Account) -> Field | None:
        found = entity.field(name)
        if found is None or found.name in self.retired:
            return None
        return None if entity.name == "Case" and found.name in account.hidden_fields else found

    def fields(self, entity: SObject, account: Account) -> list[Field]:
        return [it for it in entity.fields.values() if self.field(entity, it.name, account)]

    def find(self, id: str, entity: str | None = None) -> Stored | None:
        stored = self.store.find(whole(id)) if len(id) in (15, 18) else None
        return stored if stored and entity in (None, stored.stream) else None

    def all_of(self, entity: str, *, deleted: bool) -> Iterator[Seen]:
        """As a query sees them; with `deleted`, also what is in the bin."""
        yield from self.store.searched(frozenset([entity]))
        if deleted:
            for it in list(self.store.records.values()):
                if it.stream == entity and it.deleted_at is not None:
                    yield it, it.latest

    def walk(self, seen: Seen, path: str, account: Account) -> tuple[Field, Any]:
        """A field, or one of the record that a reference leads to."""
        entity = ENTITIES[seen[0].stream]
        first, _, rest = path.partition(".")
        if not rest:
            found = self.field(entity, first, account)
            if found is None:
                raise no_column(first, entity.name)
            return found, self.value(seen, found.name)
        along = next(
            (it for it in entity.fields.values() if it.relationship.lower() == first.lower() != ""), None
        )
        if along is None:
            message = f"Didn't understand relationship '{first}' in field path."
            raise refuse(400, "INVALID_FIELD", message)
        other = self.store.find(str(self.value(seen, along.name)))
        if other is not None:
            return self.walk((other, other.latest), rest, account)
        return self._known_at(along, rest, account), None

    def _known_at(self, along: Field, rest: str, account: Account) -> Field:
        target = ENTITIES[along.refers_to[-1]]
        first, _, further = rest.partition(".")
        if further:
            inner = next(it for it in target.fields.values() if it.relationship.lower() == first.lower())
            return self._known_at(inner, further, account)
        found = self.field(target, first, account)
        if found is None:
            raise no_column(first, target.name)
        return found

    def value(self, seen: Seen, name: str) -> Any:
        stored, version = seen
        made = SYSTEM_VALUES.get(name)
        if made is not None:
            return made(self, stored, version)
        if name == "Age_Hours__c":
            return float((self.store.clock.now() - stored.first.at) // timedelta(hours=1))
        if name == "VersionData":
            return f"/services/data/v62.0/sobjects/ContentVersion/{stored.id}/VersionData"
        return version.values.get(name)

    def document(self, seen: Seen, paths: Sequence[str], account: Account, api: str) -> dict[str, Any]:
        """By the names asked for; what a relationship leads to is an object of its own, or null."""
        stored, entity = seen[0], ENTITIES[seen[0].stream]
        url = f"/services/data/{api}/sobjects/{stored.stream}/{stored.id}"
        made: dict[str, Any] = {"attributes": {"type": stored.stream, "url": url}}
        beyond: dict[str, list[str]] = {}
        for path in paths:
            first, _, rest = path.partition(".")
            if rest:
                beyond.setdefault(first.lower(), []).append(rest)
            else:
                found, value = self.walk(seen, first, account)
                made[found.name] = value
        for first, rests in beyond.items():
            along = next(it for it in entity.fields.values() if it.relationship.lower() == first)
            other = self.store.find(str(self.value(seen, along.name)))
            there = self.document((other, other.latest), rests, account, api) if other else None
            made[along.relationship] = there
        return made

    def user_id(self, username: str) -> str:
        return self.users[username]


SYSTEM_VALUES: Mapping[str, Callable[[Objects, Stored, Version], Any]] = {
    "Id": lambda objects, stored, version: stored.id,
    "IsDeleted": lambda objects, stored, version: stored.deleted_at is not None,
    "CreatedDate": lambda objects, stored, version: wire_time(stored.first.at),
    "CreatedById": lambda objects, stored, version: objects.users.get(stored.first.by),
    "LastModifiedDate": lambda objects, stored, version: wire_time(stored.deleted_at or version.at),
    "LastModifiedById": lambda objects, stored, version: objects.users.get(version.by),
    "SystemModstamp": lambda objects, stored, version: wire_time(stored.deleted_at or version.at),
}
