"""How audit rows hang together: each seal covers its row and the seal before, and the newest is signed."""

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, type_coerce
from sqlalchemy.types import NullType

from syncline_common.audit.tables import SEAL, audit
from syncline_common.db.types import UtcDateTime
from syncline_common.errors import SynclineError

GENESIS = "0" * 64  # what the first row of a chain follows
FORM = "syncline audit 1"

# As the driver has them: what somebody wrote past us need not be an id or a time at all, and is looked at all the same.
RAW = [type_coerce(column, NullType()).label(column.name) for column in audit.c]


class ChainBroken(SynclineError):
    """Sealing goes no further for this account: a new seal would make what was changed look right."""

    code = "audit_broken"


def digest(row: Mapping[Any, Any], position: object, previous_hash: object) -> str:
    """Of a row as RAW reads it. What is null is left out, so a column added later leaves old seals valid."""
    content = {name: canonical(name, row[name]) for name in row if name not in SEAL and row[name] is not None}
    sealed = [FORM, str(previous_hash), str(position), content]
    return sha256(json.dumps(sealed, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def canonical(name: str, value: Any) -> str:
    """The same text on every database. What is not of its column's type is taken as it is."""
    kind = audit.c[name].type
    try:
        if isinstance(kind, Uuid):
            return str(value if isinstance(value, UUID) else UUID(value))
        if isinstance(kind, UtcDateTime):
            return _utc(value).isoformat(timespec="microseconds")
    except (ValueError, TypeError, AttributeError, OverflowError):
        return repr(value)
    return str(value)


def _utc(value: datetime | str) -> datetime:
    at = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


class Anchor:
    """Signs the heads of one service's chains. Signs with the first key; what earlier ones signed still holds."""

    def __init__(self, service: str, *keys: bytes) -> None:
        self._keys = [hmac.digest(key, f"syncline audit anchor {service}".encode(), "sha256") for key in keys]

    def sign(self, account_id: UUID, position: int, hash_: str) -> str:
        return _signature(self._keys[0], account_id, position, hash_)

    def holds(self, account_id: UUID, position: int, hash_: str, anchor: str) -> bool:
        expected = [_signature(key, account_id, position, hash_) for key in self._keys]
        return any(hmac.compare_digest(it.encode(), str(anchor).encode()) for it in expected)


def _signature(key: bytes, account_id: UUID, position: int, hash_: str) -> str:
    return hmac.new(key, json.dumps([str(account_id), position, hash_]).encode(), sha256).hexdigest()
