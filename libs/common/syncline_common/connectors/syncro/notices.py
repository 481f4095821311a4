"""Webhooks of Syncro: there is no API for them, so an administrator enters our address in a notification set."""

from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from syncline_common.connectors.syncro.sections import section_of
from syncline_common.connectors.syncro.webhooks import USER
from syncline_common.sdk.ports import NOT_CHECKED, Found, Out
from syncline_common.sdk.webhooks import Paste, Subscribed

WHERE = "Admin > Notification Center > Notification Sets > New, then Webhook"
EVENTS = {
    "tickets": "Under Ticket, all that tell of a new one, of a changed one and of a comment",
    "customers": "Under Customer, that one was created",
    "contacts": "Under Contact, that one was created",
}
NO_EVENT = "Syncro tells nobody of changed {}: they are found by asking"


class SyncroHooks:
    def __init__(self, out: Out, found: Found = NOT_CHECKED) -> None:
        """Nothing is asked of the company."""

    async def subscribe(
        self, url: str, secret: str, streams: Sequence[str], projects: Sequence[str] = ()
    ) -> Subscribed:
        wanted = [section_of(it).stream for it in streams] or [*EVENTS]
        told = [it for it in dict.fromkeys(wanted) if it in EVENTS]
        left_out = tuple(NO_EVENT.format(it) for it in wanted if it not in EVENTS)
        return Subscribed(by_hand=tuple(_set(it, url, secret) for it in told), left_out=left_out)

    async def unsubscribe(self, url: str) -> None:
        """The notification sets are the administrator's to delete; a webhook without a secret of ours is turned away."""


def _set(stream: str, url: str, secret: str) -> Paste:
    title = f"Syncline: {stream}"
    parts = urlsplit(url)
    address = parts._replace(netloc=f"{USER}:{quote(secret, safe='')}@{parts.netloc}").geturl()
    return Paste(title, WHERE, {"Name": title, "Events": EVENTS[stream]}, "Webhook URL", address)
