"""/registry/v1/people and /registry/v1/me"""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from syncline_common.api.auth import ByAdministrator, ByCaller
from syncline_common.api.drafts import Draft, Name
from syncline_common.api.etags import SeenVersion, show_etag
from syncline_common.api.lists import ByWindow, ListView
from syncline_common.api.problems import problems
from syncline_common.api.transactions import InRead, InTx, routes
from syncline_common.errors import Conflict, NameTaken, NotFound, Stale
from syncline_common.schemas.caller import Role
from syncline_registry.actions import people as actions
from syncline_registry.domain.person import Person
from syncline_registry.own import ByOwn
from syncline_registry.store.person_store import PersonStore

router = routes("/registry/v1/people", "people")
me = routes("/registry/v1/me", "people")

Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=320, pattern=r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+$"),
]
Password = Annotated[SecretStr, Field(min_length=12, max_length=200)]
Networks = Annotated[list[UUID], Field(max_length=1000)]


class PersonDraft(Draft):
    email: Email
    name: Name
    role: Role
    network_ids: Networks | None = Field(
        default=None, description="Granted networks; administrators have all."
    )
    password: Password | None = Field(
        default=None, description="12 characters or more. Without: no sign-in yet."
    )


class PersonChange(Draft):
    """What is left out stays as it is."""

    email: Email | None = None
    name: Name | None = None
    role: Role | None = None
    network_ids: Networks | None = None
    password: Password | None = None


class PersonView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    email: str
    name: str
    role: Role
    network_ids: list[UUID] | None
    has_password: bool
    created_at: datetime


class AccountView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str


class MeView(BaseModel):
    """Who you are here: a person, or a program with an API key."""

    id: UUID
    kind: str
    name: str
    email: str | None = None
    role: Role
    network_ids: list[UUID] | None
    account: AccountView


@router.get("", responses=problems())
async def list_people(window: ByWindow, caller: ByAdministrator, tx: InRead) -> ListView[PersonView]:
    """The people of your account."""
    found = await PersonStore(tx, caller.account_id).listed(after=window.cursor, limit=window.limit + 1)
    return ListView[PersonView].of(found, window)


@router.post("", response_model=PersonView, status_code=201, responses=problems(NameTaken))
async def create_person(
    draft: PersonDraft, response: Response, caller: ByAdministrator, own: ByOwn, tx: InTx
) -> Person:
    """Let somebody in. The password is kept as a hash and never shown."""
    facts = draft.model_dump(exclude={"password"})
    hashed = None if draft.password is None else await own.passwords.hash(draft.password.get_secret_value())
    person = await actions.create_person(tx, caller, password_hash=hashed, facts=facts)
    response.headers["Location"] = f"/registry/v1/people/{person.id}"
    show_etag(response, person.version)
    return person


@router.get("/{person_id}", response_model=PersonView, responses=problems(NotFound))
async def get_person(person_id: UUID, response: Response, caller: ByAdministrator, tx: InRead) -> Person:
    """One person of your account."""
    person = await PersonStore(tx, caller.account_id).get(person_id)
    show_etag(response, person.version)
    return person


@router.patch("/{person_id}", response_model=PersonView, responses=problems(NotFound, Conflict, Stale))
async def change_person(
    person_id: UUID,
    change: PersonChange,
    response: Response,
    caller: ByAdministrator,
    own: ByOwn,
    tx: InTx,
    seen: SeenVersion,
) -> Person:
    """A changed role, grant or password ends the tokens made before, within seconds."""
    facts: dict[str, Any] = change.model_dump(exclude_unset=True, exclude_none=True, exclude={"password"})
    if change.password is not None:
        facts["password_hash"] = await own.passwords.hash(change.password.get_secret_value())
    person = await actions.change_person(tx, caller, person_id, seen=seen, facts=facts)
    show_etag(response, person.version)
    return person


@router.delete("/{person_id}", status_code=204, responses=problems(NotFound, Conflict))
async def remove_person(person_id: UUID, caller: ByAdministrator, tx: InTx) -> None:
    """Their sessions end. What they did stays in the audit log."""
    await actions.remove_person(tx, caller, person_id)


@me.get("", responses=problems())
async def get_me(caller: ByCaller, tx: InRead) -> MeView:
    """Who you are, and what you may do."""
    store = PersonStore(tx, caller.account_id)
    person = await store.get(caller.actor_id) if caller.kind == "person" else None
    return MeView(
        id=caller.actor_id,
        kind=caller.kind,
        name=caller.name if person is None else person.name,
        email=None if person is None else person.email,
        role=caller.role,
        network_ids=None if caller.network_ids is None else sorted(caller.network_ids),
        account=AccountView.model_validate(await store.account()),
    )
