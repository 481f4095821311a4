"""Credentials as headers. Each learns its secrets to the redactor, so that no line of ours ever holds them."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from syncline_common.errors import CredentialRejected
from syncline_common.redaction import REDACTOR


class Auth(Protocol):
    """What a request gets, and only at the origins that the manifest names."""

    async def headers(self) -> Mapping[str, str]: ...

    async def renew(self, refused: Mapping[str, str]) -> bool:
        """`refused` was answered 401: whether `headers` now gives something else."""


@dataclass(frozen=True, slots=True)
class NoAuth:
    async def headers(self) -> Mapping[str, str]:
        return {}

    async def renew(self, refused: Mapping[str, str]) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Secret:
    """A header that does not change: passwords, personal access tokens, API keys."""

    name: str
    value: str = field(repr=False)

    def __post_init__(self) -> None:
        REDACTOR.learn(self.value)
        if not (self.value.isascii() and self.value.isprintable()):
            raise CredentialRejected("The secret holds characters that can't be sent")

    async def headers(self) -> Mapping[str, str]:
        return {self.name: self.value}

    async def renew(self, refused: Mapping[str, str]) -> bool:
        return False


def basic(username: str, password: str) -> Auth:
    REDACTOR.learn(password)
    return _basic(username, password)


def basic_key(key: str) -> Auth:
    """A key in the place of the username, where the password does not matter: Freshdesk, Freshservice."""
    REDACTOR.learn(key)
    return _basic(key, "X")


def bearer(token: str) -> Auth:
    REDACTOR.learn(token)
    return Secret("Authorization", f"Bearer {token}")


def api_key(key: str, header: str) -> Auth:
    return Secret(header, key)


def _basic(username: str, password: str) -> Auth:
    coded = base64.b64encode(f"{username}:{password}".encode()).decode()
    return Secret("Authorization", f"Basic {coded}")
