"""Who is calling: a person or a program of an account, the operator, or one of our own services."""

import hmac
from typing import Annotated, Any, Protocol
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import SecretStr

from syncline_common.errors import Unauthenticated
from syncline_common.schemas.caller import Caller

OF_NO_ACCOUNT = UUID(int=0)


class TokenReader(Protocol):
    async def read(self, token: str) -> Caller:
        """Whose token it is, or Unauthenticated."""


_bearer = HTTPBearer(auto_error=False, description="An access token or an API key")
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


async def _caller(request: Request, bearer: Bearer) -> Caller:
    if bearer is None:
        raise Unauthenticated("Sign in first: send `Authorization: Bearer <token>`")
    tokens: TokenReader = request.app.state.home.tokens
    return await tokens.read(bearer.credentials)


ByCaller = Annotated[Caller, Depends(_caller)]


def _administrator(caller: ByCaller) -> Caller:
    caller.administer()
    return caller


ByAdministrator = Annotated[Caller, Depends(_administrator)]


def _operator(request: Request, bearer: Bearer) -> Caller:
    _require(request.app.state.home.platform.access.operator_token, bearer, "the operator's token")
    return Caller(OF_NO_ACCOUNT, OF_NO_ACCOUNT, "administrator", kind="operator", name="operator")


def _service(request: Request, bearer: Bearer) -> None:
    _require(request.app.state.home.platform.access.service_token, bearer, "a service token")


def _require(expected: SecretStr | None, bearer: HTTPAuthorizationCredentials | None, what: str) -> None:
    given = bearer.credentials.encode() if bearer else b""
    if expected is None or not hmac.compare_digest(given, expected.get_secret_value().encode()):
        raise Unauthenticated(f"This needs {what}")


ByOperator = Annotated[Caller, Depends(_operator)]
ByService: Any = Depends(_service)
