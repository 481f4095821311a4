"""Webhooks of GitHub: signed with their secret, and about one issue each."""

import hmac
import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from syncline_common.connectors.github.records import STREAM
from syncline_common.errors import Invalid, Unauthenticated
from syncline_common.schemas.records import RecordRef
from syncline_common.sdk.ports import Hint

SIGNATURE, EVENT = "x-hub-signature-256", "x-github-event"
EVENTS = ("issues", "issue_comment", "sub_issues")
GONE = ("deleted", "transferred")


# docs.github.com/webhooks/webhook-events-and-payloads
def hints(headers: Mapping[str, str], body: bytes, secret: str) -> tuple[Hint, ...]:
    """Which issue is said to have changed; nothing if it is about something else, or only a trial."""
    signed = hmac.new(secret.encode(), body, sha256).hexdigest()
    told = headers.get(SIGNATURE, "")
    if not secret or not hmac.compare_digest(told.encode(), f"sha256={signed}".encode()):
        raise Unauthenticated("This webhook is not from a GitHub that knows our secret")
    event = headers.get(EVENT, "")
    if event not in EVENTS:
        return ()
    try:
        posted: Any = json.loads(body)
        found = _told(event, posted)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Invalid("This webhook can't be read") from None
    return found


def _told(event: str, posted: Any) -> tuple[Hint, ...]:
    action = str(posted["action"])
    issue = posted["sub_issue"] if event == "sub_issues" else posted["issue"]
    repo = posted.get("sub_issue_repo") if event == "sub_issues" else None
    if issue.get("pull_request") is not None:
        return ()
    id = f"{int((repo or posted['repository'])['id'])}/{int(issue['number'])}"
    return (Hint(RecordRef(STREAM, id), deleted=event == "issues" and action in GONE),)
