"""Answers that are not what the vendor's reference says: an error of ours, in the place of whatever Python says."""

from collections.abc import Awaitable, Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, Final, ParamSpec, TypeVar

from syncline_common.errors import ContractBroken

NOT_AS_DESCRIBED: Final = (AttributeError, IndexError, KeyError, TypeError, ValueError)
MISREAD: Final = "The system's answer is not what its documents say"

Given = ParamSpec("Given")
Told = TypeVar("Told")
Port = TypeVar("Port")


def understood(port: type[Port]) -> type[Port]:
    """Of a reader or a writer: each of its public methods raises RemoteErrors only."""
    for name, method in list(vars(port).items()):
        if iscoroutinefunction(method) and not name.startswith("_"):
            setattr(port, name, _plainly(method))
    return port


def _plainly(method: Callable[Given, Awaitable[Told]]) -> Callable[Given, Awaitable[Told]]:
    @wraps(method)
    async def plainly(*args: Given.args, **kwargs: Given.kwargs) -> Told:
        try:
            return await method(*args, **kwargs)
        except NOT_AS_DESCRIBED as error:
            raise misread(error) from error

    return plainly


def misread(error: Exception) -> ContractBroken:
    """What Python says may hold a record's values, so only its kind is told."""
    return ContractBroken(MISREAD, detail=type(error).__name__)


def rows_of(body: Any, name: str) -> list[Any]:
    """The list in an answer's envelope."""
    found = body.get(name) if isinstance(body, dict) else None
    if not isinstance(found, list):
        raise ContractBroken(MISREAD, detail=f"no list {name}")
    return found
