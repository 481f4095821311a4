"""What the console keeps is sealed: a copy of its database opens nothing."""

import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12  # bytes


def key_of(secret: bytes, use: str) -> bytes:
    """Each use has a key of its own, none of which tells of the others."""
    return hmac.digest(secret, f"syncline console {use}".encode(), "sha256")


def seal(key: bytes, text: str, about: str) -> bytes:
    """`about` says whose it is; moved to another's row it does not open."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, text.encode(), about.encode())


def opened(key: bytes, sealed: bytes, about: str) -> str | None:
    """Nothing if it was sealed by another key, for another row, or altered."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], about.encode()).decode()
    except (InvalidTag, ValueError):
        return None
