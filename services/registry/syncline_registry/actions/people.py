"""What administrators do with People, and people with themselves."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from syncline_common.audit.log import record
from syncline_common.db.tx import Tx
from syncline_common.errors import FieldFault, Forbidden, InUse, Invalid
from syncline_common.ids import new_id
from syncline_common.schemas.caller import Caller
from syncline_common.schemas.versions import require_version
from syncline_registry.actions.access import announce_change
from syncline_registry.domain.person import Person, granted_as_text
from syncline_registry.store.person_store import PersonStore
from syncline_registry.store.session_store import SessionStore

LAST_ONE = "An account needs an administrator; make somebody else one first"


async def create_person(
    tx: Tx, caller: Caller, *, password_hash: str | None, facts: dict[str, Any]
) -> Person:
    caller.administer()
    store = PersonStore(tx, caller.account_id)
    await require_known(store, facts["network_ids"])
    granted = granted_as_text(facts["role"], facts["network_ids"])
    who, now = (facts["email"], facts["name"], facts["role"]), await tx.now()
    person = Person(new_id(), caller.account_id, *who, now, granted, password_hash)
    await store.add(person)
    await _record(tx, caller, "person.created", person, None, _facts(person))
    return person


async def change_person(
    tx: Tx, caller: Caller, person_id: UUID, *, seen: int | None, facts: dict[str, Any]
) -> Person:
    """`facts` holds what was sent. Whoever has lost or gained something must fetch a new token."""
    caller.administer()
    store = PersonStore(tx, caller.account_id)
    person = await store.get(person_id, for_change=True)
    require_version(seen, person.version)
    await require_known(store, facts.get("network_ids"))
    before, role = _facts(person), facts.get("role", person.role)
    if person.role == "administrator" and role != "administrator" and await store.administrators() == 1:
        raise InUse(LAST_ONE)
    other_access = person.give_role(role, facts.get("network_ids", person.network_ids))
    person.rename(email=facts.get("email"), name=facts.get("name"))
    if "password_hash" in facts:
        person.password_hash = facts["password_hash"]
    await store.save(person)
    if "password_hash" in facts:
        await _end_sessions(tx, person)
    if other_access or "password_hash" in facts:
        await announce_change(tx, person.account_id, person.id)
    await _record(tx, caller, "person.changed", person, before, _facts(person))
    return person


async def remove_person(tx: Tx, caller: Caller, person_id: UUID) -> None:
    caller.administer()
    store = PersonStore(tx, caller.account_id)
    person = await store.get(person_id, for_change=True)
    if person.id == caller.actor_id:
        raise Forbidden("You can't remove yourself; another administrator can")
    if person.role == "administrator" and await store.administrators() == 1:
        raise InUse(LAST_ONE)
    await _end_sessions(tx, person)
    await announce_change(tx, person.account_id, person.id)
    await _record(tx, caller, "person.removed", person, _facts(person), None)
    await store.remove(person)


async def require_known(store: PersonStore, network_ids: Sequence[UUID] | None) -> None:
    """Another account's network is as unknown as one that does not exist."""
    unknown = await store.unknown_networks(network_ids or [])
    faults = [
        FieldFault(f"/network_ids/{place}", "There is no such network")
        for place, it in enumerate(network_ids or [])
        if it in unknown
    ]
    if faults:
        raise Invalid("Some networks do not exist", *faults)


Facts = dict[str, Any]


async def _record(
    tx: Tx, caller: Caller, action: str, person: Person, before: Facts | None, after: Facts | None
) -> None:
    await record(tx, caller, action, noun="person", noun_id=person.id, before=before, after=after)


def _facts(person: Person) -> Facts:
    """Of the password only a sign that it changed: the log shows no field of that name."""
    shown = {"email": person.email, "name": person.name, "role": person.role, "network_ids": person.granted}
    return {**shown, "password": person.password_hash}


async def _end_sessions(tx: Tx, person: Person) -> None:
    now = await tx.now()
    for session in await SessionStore(tx).of_person(person.account_id, person.id):
        session.revoke(now)
