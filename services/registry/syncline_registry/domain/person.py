"""A Person of an account: who may sign in, and what they may do then."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from syncline_common.schemas.caller import Caller, Role


def email_key(email: str) -> str:
    """E-mail addresses that only differ in case are one."""
    return email.strip().casefold()


@dataclass(eq=False)
class Account:
    id: UUID
    name: str
    created_at: datetime


@dataclass(eq=False)
class Person:
    id: UUID
    account_id: UUID
    email: str
    name: str
    role: Role
    created_at: datetime
    granted: list[str] | None = None  # ids of networks; None: all of the account
    password_hash: str | None = None
    version: int = 1
    email_key: str = ""

    def __post_init__(self) -> None:
        self.email_key = email_key(self.email)

    @property
    def network_ids(self) -> list[UUID] | None:
        return None if self.granted is None else [UUID(it) for it in self.granted]

    @property
    def has_password(self) -> bool:
        return self.password_hash is not None

    def as_caller(self) -> Caller:
        granted = self.network_ids
        return Caller(
            self.account_id,
            self.id,
            self.role,
            None if granted is None else frozenset(granted),
            name=self.name,
        )

    def rename(self, *, email: str | None, name: str | None) -> None:
        self.email = self.email if email is None else email
        self.email_key = email_key(self.email)
        self.name = self.name if name is None else name
        self.version += 1

    def give_role(self, role: Role, network_ids: Collection[UUID] | None) -> bool:
        """True if what the person may do has changed."""
        before = (self.role, self.granted)
        self.role, self.granted = role, granted_as_text(role, network_ids)
        return (self.role, self.granted) != before


def granted_as_text(role: Role, network_ids: Collection[UUID] | None) -> list[str] | None:
    """An administrator has all networks; others have those that they were granted, none if nothing was said."""
    return None if role == "administrator" else sorted(map(str, network_ids or ()))
