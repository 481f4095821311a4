"""Ways in which a kind's requests are signed, as data beside its form: texts name the form's fields in braces."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Basic:
    """HTTP Basic: `Basic("{email}/token", "{token}")`."""

    username: str
    password: str


@dataclass(frozen=True, slots=True)
class Header:
    """`Header("Authorization", "Bearer {token}")`."""

    name: str
    value: str


class GrantKind(StrEnum):
    PASSWORD = "password"
    CODE = "authorization_code"  # a person signs in at the vendor's page
    CLIENT = "client_credentials"


@dataclass(frozen=True, slots=True)
class OAuth2:
    """Tokens that expire. The form has `client_id` and `client_secret`, and `username` and `password` for their grant."""

    grant: GrantKind
    token_path: str  # under the system's address
    authorize_path: str = ""
    scope: str = ""


Signing = Basic | Header | OAuth2
