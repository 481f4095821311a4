"""For suites that aren't about signing in: one token, which may do everything in the first account."""

from uuid import UUID

from syncline_common.errors import Unauthenticated
from syncline_common.schemas.caller import Caller
from syncline_registry.actions.accounts import FIRST_ACCOUNT

SOMEBODY = UUID("01890000-0000-7000-8000-000000000002")


class OneToken:
    def __init__(self, token: str) -> None:
        self._token = token

    async def read(self, token: str) -> Caller:
        if token != self._token:
            raise Unauthenticated("Not the token of this test")
        return Caller(FIRST_ACCOUNT, SOMEBODY, "administrator")
