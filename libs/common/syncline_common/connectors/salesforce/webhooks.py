"""What the trigger that we ship sends: which cases, and nothing of what is in them, signed with the secret."""

import json
from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest, digest
from typing import Any

from syncline_common.connectors.salesforce.records import SAFE_ID
from syncline_common.errors import Invalid, Unauthenticated
from syncline_common.schemas.records import RecordRef
from syncline_common.sdk.ports import Hint

HEADER = "x-syncline-signature"
OPERATIONS = ("insert", "update", "delete", "undelete")
NOT_READ = "This webhook can't be read"


def hints(headers: Mapping[str, str], body: bytes, secret: str) -> tuple[Hint, ...]:
    expected = f"sha256={digest(secret.encode(), body, sha256).hex()}"
    if not secret or not compare_digest(headers.get(HEADER, "").encode(), expected.encode()):
        raise Unauthenticated("This webhook is not from a trigger of ours")
    try:
        told: Any = json.loads(body)
        entity, ids, operation = told["object"], list(told["ids"]), told["operation"]
        known = operation in OPERATIONS and entity == "Case" and all(SAFE_ID.fullmatch(it) for it in ids)
    except (ValueError, KeyError, TypeError):
        raise Invalid(NOT_READ) from None
    if not known:
        raise Invalid(NOT_READ)
    return tuple(Hint(RecordRef(entity, it), deleted=operation == "delete") for it in ids)
