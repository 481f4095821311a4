"""Asking systems on a person's behalf: through the guard, within the probes' budget, with errors that say what to do."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeVar
from uuid import UUID

from syncline_common import errors
from syncline_common.connectors.opening import Opened, Opener, budget_of
from syncline_common.sdk.auth import Auth
from syncline_common.sdk.credentials import Credential
from syncline_common.sdk.gate import Gate, Share
from syncline_common.sdk.meter import Meter
from syncline_common.sdk.oauth import TokenKeeper
from syncline_common.sdk.ports import NOT_CHECKED, Found

NAME_WITHIN = 3.0  # seconds for a name server; what it says later is found out when the system is asked
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Prober:
    opener: Opener
    gate: Gate
    elapsed: Callable[[], float]

    async def guard(self, url: str) -> None:
        """GuardBlocked if the address leads inside. A name that nobody knows yet is no reason to refuse it."""
        with suppress(TimeoutError):
            try:
                await self.require_outside(url)
            except errors.GuardBlocked:
                raise
            except errors.Invalid:
                return

    async def require_outside(self, url: str) -> None:
        """Invalid unless it is https, and a name that leads outside. TimeoutError if no name server says so in time."""
        async with asyncio.timeout(NAME_WITHIN):
            await self.opener.outbound.check_url(url)

    def is_routed(self, url: str) -> bool:
        return self.opener.outbound.is_routed(url)

    def meter(self, account_id: UUID, kind: str, url: str) -> Meter:
        """An account of its own for each account, so that none notices what another does."""
        budget = budget_of(kind, url, Share.PROBES)
        return Meter(self.gate, replace(budget, key=f"{account_id}:{budget.key}"), self.elapsed)

    def open(
        self,
        account_id: UUID,
        kind: str,
        url: str,
        credential: Credential,
        *,
        found: Found = NOT_CHECKED,
        keeper: TokenKeeper | None = None,
    ) -> Opened:
        meter = self.meter(account_id, kind, url)
        return self.opener.open(kind, url, credential, meter, found=found, keeper=keeper)

    def auth(
        self, account_id: UUID, kind: str, url: str, credential: Credential, keeper: TokenKeeper
    ) -> Auth:
        return self.opener.auth(kind, url, credential, self.meter(account_id, kind, url), keeper)


async def asked(question: Awaitable[T]) -> T:
    """What goes wrong is for a person to mend, or passes by itself."""
    try:
        return await question
    except (errors.RecordFault, errors.ContractBroken) as error:
        raise errors.NotSuchSystem(error.message, detail=error.detail) from None
    except errors.UnknownOutcome as error:
        raise errors.Unavailable(error.message, detail=error.detail) from None
