"""Webhooks of Zendesk: signed by the vendor; ours bring a password of their own as well, since the vendor makes its secret itself."""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest, digest
from typing import Any

from syncline_common.connectors.zendesk.queries import SAFE_ID
from syncline_common.connectors.zendesk.records import STREAM
from syncline_common.errors import Invalid, Unauthenticated
from syncline_common.schemas.records import RecordRef
from syncline_common.sdk.ports import Hint

NAME = "syncline"  # the user name that our webhooks are given beside the secret
SIGNATURE, SIGNED_AT = "x-zendesk-webhook-signature", "x-zendesk-webhook-signature-timestamp"
OURS = "syncline:ticket"  # the type that our trigger's body has
EVENT = "zen:event-type:ticket."
ENDS = ("soft_deleted", "permanently_deleted")


# developer.zendesk.com/documentation/webhooks/verifying
def hints(headers: Mapping[str, str], body: bytes, secret: str) -> tuple[Hint, ...]:
    """Which ticket is said to have changed; nothing if it is about something else."""
    if not secret or not (_is_signed(headers, body, secret) or _bears(headers, secret)):
        raise Unauthenticated("This webhook is not from an account of ours")
    try:
        told: Any = json.loads(body)
        kind = told["type"]
        if kind != OURS and not kind.startswith(EVENT):
            return ()
        id = str(told["ticket_id"] if kind == OURS else told["detail"]["id"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Invalid("This webhook can't be read") from None
    if not SAFE_ID.fullmatch(id):
        raise Invalid("This webhook can't be read")
    return (Hint(RecordRef(STREAM, id), deleted=kind.removeprefix(EVENT) in ENDS),)


def _is_signed(headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    """By the secret that the vendor shows to an administrator."""
    signature, at = headers.get(SIGNATURE, ""), headers.get(SIGNED_AT, "")
    signed = b64encode(digest(secret.encode(), at.encode() + body, sha256))
    return bool(at) and compare_digest(signature.encode(), signed)


def _bears(headers: Mapping[str, str], secret: str) -> bool:
    scheme, _, told = headers.get("authorization", "").partition(" ")
    try:
        name, _, password = b64decode(told, validate=True).partition(b":")
    except ValueError:
        return False
    return scheme.lower() == "basic" and name == NAME.encode() and compare_digest(password, secret.encode())
