"""Random tokens that are kept only as hashes: refresh tokens, API keys, tickets."""

import secrets
from hashlib import sha256

REFRESH_PREFIX = "slr_"
TICKET_PREFIX = "slt_"


def new_token(prefix: str) -> str:
    """256 bits; the prefix tells people, and scanners of repositories, what they have found."""
    return prefix + secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """Not slow on purpose: there is nothing to guess in 256 random bits."""
    return sha256(token.encode()).hexdigest()
