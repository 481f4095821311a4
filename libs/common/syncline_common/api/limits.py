"""How much one key, person or address may ask of one process: a bucket of requests that fills up again."""

from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b

from syncline_common.errors import TooManyRequests

REMEMBERED = 10_000  # callers; the one that was quiet longest is forgotten first, and would be full again


class Allowance:
    """Each caller's bucket holds `burst` requests and gets `per_second` back. Nothing a second: no limit."""

    def __init__(self, per_second: float, burst: int, elapsed: Callable[[], float]) -> None:
        self._per_second, self._burst, self._elapsed = per_second, burst, elapsed
        self._buckets: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    def take(self, caller: str) -> None:
        if not self._per_second:
            return
        key, now = blake2b(caller.encode(errors="replace"), digest_size=12).digest(), self._elapsed()
        left, since = self._buckets.pop(key, (float(self._burst), now))
        left = min(self._burst, left + (now - since) * self._per_second)
        self._buckets[key] = (max(left - 1.0, 0.0) if left >= 1.0 else left, now)
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        if left < 1.0:
            wait = (1.0 - left) / self._per_second
            raise TooManyRequests("Too many requests; slow down", retry_after=wait)
