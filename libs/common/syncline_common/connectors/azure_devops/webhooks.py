"""Service hooks of Azure DevOps: not signed, so they bring the secret as a password."""

import json
from base64 import b64decode
from collections.abc import Mapping
from hmac import compare_digest
from typing import Any

from syncline_common.errors import Invalid, Unauthenticated
from syncline_common.schemas.records import RecordRef
from syncline_common.sdk.ports import Hint

NAME = "syncline"  # the user name that a subscription is given beside the secret
TYPES = {f"workitem.{it}" for it in ("created", "updated", "commented", "deleted", "restored")}


# learn.microsoft.com/azure/devops/service-hooks/events
def hints(headers: Mapping[str, str], body: bytes, secret: str) -> tuple[Hint, ...]:
    """Which record is said to have changed; nothing if it is about something else."""
    if not secret or not compare_digest(_password(headers.get("authorization", "")), secret.encode()):
        raise Unauthenticated("This webhook is not from a subscription of ours")
    try:
        event: Any = json.loads(body)
        kind, resource = event["eventType"], event["resource"]
        if kind not in TYPES:
            return ()
        fields = (resource.get("revision") or resource)["fields"]
        # An update has a number of its own; the record's stands elsewhere.
        id = resource["workItemId"] if kind == "workitem.updated" else resource["id"]
        ref = RecordRef(str(fields["System.WorkItemType"]), str(int(id)))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Invalid("This webhook can't be read") from None
    return (Hint(ref, deleted=kind == "workitem.deleted"),)


def _password(authorization: str) -> bytes:
    scheme, _, told = authorization.partition(" ")
    try:
        name, _, password = b64decode(told, validate=True).partition(b":")
    except ValueError:
        return b""
    return password if scheme.lower() == "basic" and name == NAME.encode() else b""
