"""Builds connections, a step at a time: what is due is claimed, done while no transaction is open, and written down.

Whoever dies in the middle loses the lease when it is over; the step is then done again by another.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from syncline_common.db.bells import wait_for
from syncline_common.db.tx import Database
from syncline_common.errors import FieldFault, Retryable, SynclineError, Unavailable
from syncline_common.schemas.values import Side
from syncline_connections.actions import builds
from syncline_connections.actions.askers import recalled
from syncline_connections.domain.build import Build
from syncline_connections.domain.connection import Connection
from syncline_connections.domain.lease import Held
from syncline_connections.drafting.judging import problems_in
from syncline_connections.registry import Registry
from syncline_connections.store.build_store import claim_build, has_due_build, renew_build
from syncline_connections.work.steps import DO, Ground, place_of

LONGEST_STEP = 100.0  # seconds


@dataclass(frozen=True, slots=True)
class Builder:
    db: Database
    registry: Registry
    owner: str
    lease_seconds: float

    async def run_once(self) -> int:
        """One step of one build; 0 if none is due."""
        async with (
            self.db.read() as tx
        ):  # most of the time there is nothing, and no writer has to wait for us
            if not await has_due_build(tx):
                return 0
        async with self.db.begin() as tx:
            claimed = await claim_build(tx, self.owner, self.lease_seconds)
        if claimed is None:
            return 0
        async with self.db.begin() as tx:  # another one: everybody locks the connection first, then its build
            begun = await builds.begin_step(tx, *claimed)
        if begun is not None:
            async with self._kept(*claimed):
                await self._do(claimed, *begun)
        return 1

    async def _do(self, claimed: tuple[UUID, UUID, Held], connection: Connection, build: Build) -> None:
        step = build.step
        assert step is not None
        try:
            async with asyncio.timeout(LONGEST_STEP):
                ground = self._ground(connection, build)
                done = await DO[step.key](ground, build.found)
                problems = await self._problems(ground, done)
        except TimeoutError:
            await self._postpone(claimed, Unavailable("This step takes too long"))
        except Retryable as later:
            await self._postpone(claimed, later)
        except SynclineError as never:
            async with self.db.begin() as tx:
                await builds.fail_step(tx, *claimed, never.code, never.message)
        else:
            async with self.db.begin() as tx:
                await builds.finish_step(tx, *claimed, done, problems)

    async def _problems(self, ground: Ground, done: builds.Done) -> tuple[FieldFault, ...]:
        """Of the first draft."""
        if "document" not in done.found:
            return ()
        places = {side: place_of(ground, side) for side in Side}
        return (await problems_in(self.registry, places, done.found["document"])).problems

    async def _postpone(self, claimed: tuple[UUID, UUID, Held], why: Retryable) -> None:
        async with self.db.begin() as tx:
            await builds.postpone_step(tx, *claimed, why.code, why.message)

    def _ground(self, connection: Connection, build: Build) -> Ground:
        caller = recalled(build.account_id, build.asker)
        what = (connection.id, connection.network_id, connection.template, build.ends)
        sides = {side: connection.end(side) for side in Side}
        return Ground(self.registry, caller, *what, sides, build.initial)

    @asynccontextmanager
    async def _kept(self, account_id: UUID, connection_id: UUID, held: Held) -> AsyncIterator[None]:
        """The lease is renewed as long as the step takes; who has lost it finds out when writing down."""
        over = asyncio.Event()

        async def renew() -> None:
            await wait_for(over, self.lease_seconds / 3)
            while not over.is_set():
                async with self.db.begin() as tx:
                    await renew_build(tx, account_id, connection_id, held, self.lease_seconds)
                await wait_for(over, self.lease_seconds / 3)

        renewing = asyncio.create_task(renew())
        try:
            yield
        finally:
            over.set()
            await asyncio.gather(renewing, return_exceptions=True)
