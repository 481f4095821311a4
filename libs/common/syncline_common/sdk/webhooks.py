"""Webhooks on their way in, and what makes a system send them. Whatever they say is a hint; only a fetch is evidence."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from syncline_common.errors import Unauthenticated
from syncline_common.sdk.ports import Hint

Hints = Callable[[Mapping[str, str], bytes, str], Sequence[Hint]]  # headers in lower case, body, secret


def verified(hints: Hints, headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> Sequence[Hint]:
    """What it says, if it bears one of `secrets`: two of them while one replaces the other. Else Unauthenticated."""
    stranger = Unauthenticated("This webhook is not from a system of ours")
    for secret in secrets:
        try:
            return hints(headers, body, secret)
        except Unauthenticated as error:
            stranger = error
    raise stranger


@dataclass(frozen=True, slots=True)
class Paste:
    """What an administrator of the system installs. It holds the secret: shown once, and not kept."""

    title: str
    steps: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Subscribed:
    """What there is to keep, as JSON, so that it can be undone; and what is left for somebody to do by hand."""

    ids: tuple[str, ...] = ()
    by_hand: tuple[Paste, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {"ids": list(self.ids), "by_hand": [it.title for it in self.by_hand]}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """Without the texts: nobody has kept them."""
        return cls(tuple(told.get("ids", ())), tuple(Paste(it, "", "") for it in told.get("by_hand", ())))


class Hooks(Protocol):
    async def subscribe(self, url: str, secret: str, streams: Sequence[str]) -> Subscribed:
        """Changes of `streams` are posted to `url` from now on, and bear `secret`. All of it, or nothing is left.

        PermissionMissing if this credential may not: then changes are found by asking, as they are anyway.
        """

    async def unsubscribe(self, subscribed: Subscribed) -> None:
        """Also what is gone already. To replace a secret: subscribe with the new one, then undo the old."""
