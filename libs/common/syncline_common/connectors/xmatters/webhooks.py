"""xMatters posts nothing about people, groups and devices: its subscriptions are people's, to alerts."""

from collections.abc import Mapping, Sequence

from syncline_common.errors import Unauthenticated
from syncline_common.sdk.ports import NOT_CHECKED, Found, Hint, Out
from syncline_common.sdk.webhooks import Subscribed


def hints(headers: Mapping[str, str], body: bytes, secret: str) -> Sequence[Hint]:
    """Whatever comes is a stranger's."""
    raise Unauthenticated("xMatters sends no webhooks about people, groups and devices")


class XMattersHooks:
    def __init__(self, out: Out, found: Found = NOT_CHECKED) -> None:
        """Nothing is asked of the company."""

    async def subscribe(
        self, url: str, secret: str, streams: Sequence[str], projects: Sequence[str] = ()
    ) -> Subscribed:
        """Changes are found by asking."""
        return Subscribed()

    async def unsubscribe(self, url: str) -> None:
        """Nothing posts."""
