"""The mark that a create leaves on a record, so that it can be found again when nobody knows what became of it."""

import hmac
from base64 import b32encode
from hashlib import sha256

from syncline_common.schemas.values import Side

PREFIX = "sl-"
LENGTH = 20  # base32 characters: 100 bits


def marker(key: bytes, flow_id: str, side: Side, record_id: str) -> str:
    """Of the record that is copied, not of the copy: the same whenever and by whomever it is made.

    Without the installation's key nobody can make one; each part is preceded by its length, so that no two
    records share one by where their parts end.
    """
    parts = [it.encode() for it in (flow_id, side.value, record_id)]
    told = b"".join(len(it).to_bytes(4, "big") + it for it in parts)
    digest = hmac.new(key, told, sha256).digest()
    return PREFIX + b32encode(digest).decode().lower()[:LENGTH]
