"""A Subscription: an address of the customer's that is posted what happens, in order, signed."""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from syncline_sync_worker.domain.lease import Held

PREFIX = "whsec_"  # Standard Webhooks: https://www.standardwebhooks.com
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(hours=2)
GIVEN_UP_AFTER = timedelta(days=3)  # of failing; events are kept for 7


class SubscriptionState(StrEnum):
    ACTIVE = "active"
    FAILED = "failed"  # it did not answer for days: made anew, it starts with what happens then


@dataclass(frozen=True, slots=True)
class Subscription:
    id: UUID
    account_id: UUID
    url: str
    types: Sequence[str]  # none: all
    network_ids: Sequence[UUID] | None  # what its maker may see; None: all
    created_at: datetime
    position: int  # of the last event that was delivered, or is none of its
    state: SubscriptionState = SubscriptionState.ACTIVE
    attempts: int = 0
    failing_since: datetime | None = None
    next_try: datetime | None = None
    last_answer: str | None = None
    held: Held | None = None


def secret_of(key: bytes, subscription_id: UUID) -> str:
    """It follows from the installation's key, so nobody has to keep it."""
    return PREFIX + b64encode(hmac.digest(key, b"subscription " + subscription_id.bytes, "sha256")).decode()


def signed(secret: str, event_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers by which a receiver knows that it is from us, and not an old one."""
    stamp = str(int(at.timestamp()))
    told = f"{event_id}.{stamp}.".encode() + body
    proof = hmac.digest(_raw(secret), told, "sha256")
    return {
        "webhook-id": event_id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{b64encode(proof).decode()}",
    }


def pause(attempts: int) -> timedelta:
    grown: timedelta = FIRST_PAUSE * 4 ** min(attempts, 10)
    return min(grown, LONGEST_PAUSE)


def _raw(secret: str) -> bytes:
    return b64decode(secret.removeprefix(PREFIX))
