"""The credential that a system refused last: work that was taken up before does not try it again, in whichever process."""

import hmac
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from math import inf
from secrets import token_bytes

OF_THIS_PROCESS = token_bytes(32)
FOR = 60.0  # seconds; what takes longer may outlast its repair
TAKEN_UP: ContextVar[float] = ContextVar("taken_up", default=inf)


@dataclass(frozen=True, slots=True)
class Refused:
    name: str = ""
    at: float = -inf  # by this process's clock

    def is_news(self, asked_at: float, elapsed: float) -> bool:
        """To a request that asked for its turn then, or to the work that it is part of."""
        return self.at > max(min(TAKEN_UP.get(), asked_at), elapsed - FOR)


@contextmanager
def taken_up(at: float) -> Iterator[None]:
    """What is asked within is part of work that was begun then, by this process's clock."""
    token = TAKEN_UP.set(at)
    try:
        yield
    finally:
        TAKEN_UP.reset(token)


def named(credential: Mapping[str, str], key: bytes) -> str:
    """The same for all who have the key; nobody learns from it what the credential is."""
    return hmac.digest(key, json.dumps(sorted(credential.items())).encode(), "sha256").hex()[:32]
