"""Webhooks on their way in, and what makes a system send them. Whatever they say is a hint; only a fetch is evidence."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

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
    """What an administrator of the system installs: where, what to enter in its fields, and into which the text goes.

    It holds the secret: made when it is asked for, and not kept.
    """

    title: str
    where: str
    fields: Mapping[str, str]
    into: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Subscribed:
    """What posts to us from now on; what is left for somebody to do by hand; and what is left out."""

    ids: tuple[str, ...] = ()
    by_hand: tuple[Paste, ...] = ()
    left_out: tuple[
        str, ...
    ] = ()  # projects beyond those named and the first ones: their changes are found by asking


class Hooks(Protocol):
    async def subscribe(
        self, url: str, secret: str, streams: Sequence[str], projects: Sequence[str] = ()
    ) -> Subscribed:
        """Changes of `streams`, of all if none is named, are posted to `url` from now on, and bear `secret`.

        Where that takes a subscription for each project, those of `projects` come first.

        What posts to `url` already is left as it is, so a repetition makes nothing twice; what was made before an error
        stays: repeat it, or unsubscribe. PermissionMissing if this credential may not: then changes are found by asking,
        as they are anyway. To replace a secret, subscribe at another address, then undo the old one.
        """

    async def unsubscribe(self, url: str) -> None:
        """Nothing posts to `url` any more, whoever made it do so."""
