"""Webhooks: an administrator sets up a rule that posts which ticket it was. Nothing is signed, so a header bears the secret."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

from syncline_common.connectors.freshworks.records import STREAM
from syncline_common.errors import Invalid, Unauthenticated
from syncline_common.schemas.records import RecordRef
from syncline_common.sdk.ports import NOT_CHECKED, Found, Hint, Out
from syncline_common.sdk.webhooks import Paste, Subscribed

HEADER = "X-Syncline-Token"
NUMBER = re.compile(r"(?:#?[A-Za-z]{1,10}-)?([0-9]{1,19})")  # alone, or as agents read it


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the product a rule is made, and what is entered there."""

    events: Mapping[str, str]  # by what the rule is called
    where: Mapping[str, str]
    fields: Mapping[str, str]
    content: str


class FreshworksHooks:
    place: Place

    def __init__(self, out: Out, found: Found = NOT_CHECKED) -> None:
        """Nothing is asked of the account."""

    async def subscribe(
        self, url: str, secret: str, streams: Sequence[str], projects: Sequence[str] = ()
    ) -> Subscribed:
        return Subscribed(by_hand=tuple(self._rule(it, url, secret) for it in self.place.events))

    async def unsubscribe(self, url: str) -> None:
        """The rules are the administrator's to delete; a webhook without a secret of ours is turned away."""

    def _rule(self, event: str, url: str, secret: str) -> Paste:
        title = f"Syncline: {event}"
        fields = {
            "Name": title,
            "Event": self.place.events[event],
            **self.place.fields,
            "URL": url,
            "Content": self.place.content,
        }
        return Paste(title, self.place.where[event], fields, "Custom headers", f"{HEADER}: {secret}")


def hints(headers: Mapping[str, str], body: bytes, secret: str) -> tuple[Hint, ...]:
    if not secret or not compare_digest(headers.get(HEADER.lower(), "").encode(), secret.encode()):
        raise Unauthenticated("This webhook is not from a rule of ours")
    try:
        told: Any = json.loads(body)
        found = NUMBER.fullmatch(str(told["ticket_id"]))
    except (ValueError, KeyError, TypeError):
        raise Invalid("This webhook can't be read") from None
    if found is None:
        raise Invalid("This webhook can't be read")
    return (Hint(RecordRef(STREAM, found[1])),)
