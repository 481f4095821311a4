"""How a side of a connection is named in a request; and whether a request still has to be answered at all."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import Depends, Request
from pydantic import ConfigDict, Field, SecretStr, StringConstraints, model_validator

from syncline_common.api.auth import ByCaller
from syncline_common.api.drafts import Draft
from syncline_common.api.transactions import IdempotencyKey, was_answered
from syncline_connections.domain.wanted import EndWanted

Address = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[^\x00]*$")
]
Word = Annotated[str, StringConstraints(max_length=60, pattern=r"^[a-z0-9_]+$")]
Secret = Annotated[SecretStr, Field(min_length=1, max_length=10_000)]
FieldName = Annotated[str, StringConstraints(max_length=60, pattern=r"^[a-z0-9_]+$")]
FORMS = "A side is {system_id}, {url}, {url, ticket} or {url, auth}"


class Proof(Draft):
    """What lets us in, if it has to be given: a ticket of `check-auth`, or the credentials themselves."""

    ticket: Secret | None = None
    auth: dict[FieldName, Secret] | None = Field(
        None, max_length=12, description="`{scheme, <field>: value}`, as the kind asks for it."
    )

    @model_validator(mode="after")
    def is_one(self) -> Self:
        if self.ticket is not None and self.auth is not None:
            raise ValueError("Send a ticket or auth, not both")
        if self.auth is not None and "scheme" not in self.auth:
            raise ValueError("auth names its scheme")
        return self

    def secrets(self) -> tuple[str | None, dict[str, str] | None]:
        auth = None if self.auth is None else {name: it.get_secret_value() for name, it in self.auth.items()}
        return None if self.ticket is None else self.ticket.get_secret_value(), auth


class NewEnd(Proof):
    model_config = ConfigDict(json_schema_extra={"description": FORMS})

    system_id: UUID | None = None
    url: Address | None = None
    kind: Word | None = Field(None, description="For hosts that don't tell what runs there.")

    @model_validator(mode="after")
    def has_one_form(self) -> Self:
        given = {name for name in type(self).model_fields if getattr(self, name) is not None}
        if ("system_id" in given) == ("url" in given) or ("system_id" in given and len(given) > 1):
            raise ValueError(FORMS)
        return self

    def wanted(self) -> EndWanted:
        ticket, auth = self.secrets()
        return EndWanted(self.system_id, self.url, self.kind, ticket, auth)


class SystemNamed(Draft):
    """By id or by address."""

    system_id: UUID | None = None
    url: Address | None = None
    kind: Word | None = None

    @model_validator(mode="after")
    def has_one_form(self) -> Self:
        if (self.system_id is None) == (self.url is None):
            raise ValueError("A system is {system_id} or {url}")
        return self

    def wanted(self) -> EndWanted:
        return EndWanted(self.system_id, self.url, self.kind)


async def _not_answered(request: Request, caller: ByCaller, idempotency_key: IdempotencyKey = None) -> bool:
    return not await was_answered(request, caller, idempotency_key)


NotAnswered = Annotated[bool, Depends(_not_answered)]
