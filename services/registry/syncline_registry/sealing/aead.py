"""Authenticated encryption: what was changed, moved, or sealed with another key does not open."""

import json
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from syncline_common.errors import SynclineError

KEY_BYTES, NONCE_BYTES = 32, 12


class SealBroken(SynclineError):
    """Neither its text nor what it was raised from holds a secret or a key."""

    code = "seal_broken"


class UnknownKey(SealBroken):
    """Whether it was changed can't be told: we don't have the key it names."""

    code = "unknown_key"


@dataclass(frozen=True, slots=True)
class Sealed:
    nonce: bytes
    ciphertext: bytes


def new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def cipher(key: bytes) -> AESGCM:
    if len(key) != KEY_BYTES:
        raise SealBroken(f"A key has {KEY_BYTES} bytes, not {len(key)}")
    return AESGCM(key)


def place_bytes(*parts: object) -> bytes:
    """A list of texts as bytes that no other list has."""
    return json.dumps([str(part) for part in parts]).encode()


def seal(by: AESGCM, plain: bytes, place: bytes) -> Sealed:
    """`place` is not kept; whoever opens it has to know where it lies."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return Sealed(nonce, by.encrypt(nonce, plain, place))


def unseal(by: AESGCM, sealed: Sealed, place: bytes) -> bytes:
    try:
        return by.decrypt(sealed.nonce, sealed.ciphertext, place)
    except (InvalidTag, ValueError):  # a ValueError is about the nonce's length
        raise SealBroken(
            "A sealed value does not open: it was changed, moved, or sealed with another key",
            detail=place.decode(),
        ) from None
