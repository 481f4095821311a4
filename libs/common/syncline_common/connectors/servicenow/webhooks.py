"""What the business rule that we ship sends: which row, and nothing of what is in it. The secret comes in a header."""

import json
from collections.abc import Mapping
from hmac import compare_digest
from typing import Any

from syncline_common.connectors.servicenow.queries import SAFE_ID, SAFE_NAME
from syncline_common.errors import Invalid, Unauthenticated
from syncline_common.schemas.records import RecordRef
from syncline_common.sdk.ports import Hint

HEADER = "x-syncline-token"
OPERATIONS = ("insert", "update", "delete")


def hints(headers: Mapping[str, str], body: bytes, secret: str) -> tuple[Hint, ...]:
    if not secret or not compare_digest(headers.get(HEADER, "").encode(), secret.encode()):
        raise Unauthenticated("This webhook is not from a business rule of ours")
    try:
        told: Any = json.loads(body)
        name, id, operation = told["table"], told["sys_id"], told["operation"]
        known = operation in OPERATIONS and SAFE_NAME.fullmatch(name) and SAFE_ID.fullmatch(id)
    except (ValueError, KeyError, TypeError):
        raise Invalid("This webhook can't be read") from None
    if not known:
        raise Invalid("This webhook can't be read")
    return (Hint(RecordRef(name, id), deleted=operation == "delete"),)
