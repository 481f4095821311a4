"""Webhooks of IT Glue: it has no API for them, and what its workflows send is not signed. Changes are found by asking."""

from collections.abc import Mapping, Sequence

from syncline_common.errors import Unauthenticated
from syncline_common.sdk.ports import NOT_CHECKED, Found, Hint, Out
from syncline_common.sdk.webhooks import Subscribed

NOT_TOLD = "IT Glue tells nobody of changes: they are found by asking"


class ItGlueHooks:
    def __init__(self, out: Out, found: Found = NOT_CHECKED) -> None:
        """Nothing is asked of the account."""

    async def subscribe(
        self, url: str, secret: str, streams: Sequence[str], projects: Sequence[str] = ()
    ) -> Subscribed:
        return Subscribed(left_out=(NOT_TOLD,))

    async def unsubscribe(self, url: str) -> None:
        """There is nothing to end."""


def hints(headers: Mapping[str, str], body: bytes, secret: str) -> Sequence[Hint]:
    """Whoever says to be IT Glue can't show it."""
    raise Unauthenticated("IT Glue signs nothing, so that none of its webhooks is believed")
