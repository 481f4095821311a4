"""A system's ports that tell when their credential was refused, so that whoever set it hears of it."""

from collections.abc import Awaitable, Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any

from syncline_common.errors import CredentialRejected

Tell = Callable[[CredentialRejected], Awaitable[None]]


class Telling:
    """Stands for a reader, a writer or a surveyor. What its connector has settled by itself nobody hears of."""

    def __init__(self, port: object, tell: Tell) -> None:
        self._port, self._tell = port, tell

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        return self._telling(found) if iscoroutinefunction(found) else found

    def _telling(self, ask: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        @wraps(ask)
        async def asked(*given: Any, **named: Any) -> Any:
            try:
                return await ask(*given, **named)
            except CredentialRejected as error:
                await self._tell(error)
                raise

        return asked
