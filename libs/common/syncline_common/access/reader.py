"""Who is calling: an access token, checked here, or an API key, asked about at the registry now and then."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from syncline_common.access import claims
from syncline_common.access.keys import PublicKeys
from syncline_common.access.revocations import Revocations
from syncline_common.clients.registry import Introspect
from syncline_common.clock import Clock
from syncline_common.errors import Unauthenticated
from syncline_common.schemas.caller import Caller

KEY_PREFIX = "slk_"
KEPT = 60.0  # seconds that an answer about an API key is believed
AT_MOST = 10_000  # answers kept


@dataclass(frozen=True, slots=True)
class Answer:
    caller: Caller | None  # None: no such key
    at: float


class CallerReader:
    def __init__(
        self,
        keys: PublicKeys,
        introspect: Introspect,
        revocations: Revocations,
        clock: Clock,
        elapsed: Callable[[], float],
    ) -> None:
        self._keys, self._introspect, self._revocations = keys, introspect, revocations
        self._clock, self._elapsed = clock, elapsed
        self._answers: dict[str, Answer] = {}

    async def read(self, token: str) -> Caller:
        if token.startswith(KEY_PREFIX):
            return await self._of_key(token)
        keys = await self._keys.holding(claims.key_id_of(token))
        grant = claims.read(token, keys, self._clock)
        if self._revocations.cover(grant):
            raise Unauthenticated("Your access has changed; sign in again")
        return grant.caller

    async def _of_key(self, key: str) -> Caller:
        """By its hash, so that no key lies in memory longer than a request."""
        name = sha256(key.encode()).hexdigest()
        known = self._answers.get(name)
        if known is None or self._is_old(known):
            known = Answer(await self._introspect(key), self._elapsed())
            self._keep(name, known)
        if known.caller is None:
            raise Unauthenticated("This API key is not valid, or no longer")
        return known.caller

    def _is_old(self, answer: Answer) -> bool:
        """A change of the key's access ends what we believed of it."""
        changed = answer.caller is not None and self._revocations.changed_since(
            answer.caller.actor_id, answer.at
        )
        return changed or self._elapsed() - answer.at > KEPT

    def _keep(self, name: str, answer: Answer) -> None:
        if len(self._answers) >= AT_MOST:
            self._answers.clear()
        self._answers[name] = answer
