"""Webhooks of Jira, signed with a secret over the body as it came. They say which issue, and nothing else is believed."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from syncline_common.errors import Invalid, Unauthenticated
from syncline_common.schemas.records import RecordRef
from syncline_common.sdk.ports import Hint

SIGNATURE = "x-hub-signature"
DELETED = "jira:issue_deleted"
EVENTS = (
    "jira:issue_created",
    "jira:issue_updated",
    DELETED,
    "comment_created",
    "comment_updated",
    "comment_deleted",
)


# developer.atlassian.com/cloud/jira/platform/webhooks
def hints(headers: Mapping[str, str], body: bytes, secret: str) -> tuple[Hint, ...]:
    """Which issue is said to have changed; nothing if it is about something else."""
    signed = f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"
    if not secret or not hmac.compare_digest(headers.get(SIGNATURE, "").encode(), signed.encode()):
        raise Unauthenticated("This webhook is not from a subscription of ours")
    try:
        event: Any = json.loads(body)
        kind = _text(event["webhookEvent"])
        if kind not in EVENTS:
            return ()
        issue = event["issue"]
        ref = RecordRef(_text(issue["fields"]["issuetype"]["name"]), str(int(issue["id"])))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Invalid("This webhook can't be read") from None
    return (Hint(ref, deleted=kind == DELETED),)


def _text(told: object) -> str:
    if not isinstance(told, str) or not told:
        raise ValueError
    return told
