"""Tokens of a node: one process at a time renews them, and what belongs to a replaced credential is neither given nor kept."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import update

from backing.canaries import CANARY
from connectors.opened import CLIENT, INSTANCE
from services.systems import OAUTH, Desk, desk_with
from syncline_common.clock import ManualClock
from syncline_common.db.tx import Database
from syncline_common.errors import Unavailable
from syncline_common.runtime.service import Service
from syncline_common.sdk.oauth import Tokens
from syncline_registry.app import SERVICE
from syncline_registry.probing.token_keeper import ITS_TURN, NodeTokens
from syncline_registry.store.tables import nodes

SIGNED = OAUTH | {"client_secret": CLIENT["client_secret"]}


@pytest.fixture
def service() -> Service:
    return SERVICE


@pytest.fixture
async def desk(db: Database, tmp_path: Path, clock: ManualClock) -> AsyncIterator[Desk]:
    async with desk_with(db, tmp_path, clock) as it:
        yield it


async def at_once(_seconds: float) -> None:
    await asyncio.sleep(0)


async def node_of(desk: Desk) -> UUID:
    made = await desk.add(await desk.registry.network(), INSTANCE, auth=SIGNED)
    return UUID(made["nodes"][0]["id"])


def keeper(desk: Desk, node: UUID, version: int = 1) -> NodeTokens:
    registry = desk.registry
    return NodeTokens(registry.db, registry.own.vault, registry.account, node, version, at_once)


def tokens(clock: ManualClock, access: str) -> Tokens:
    return Tokens(f"{access} {CANARY}", clock.now() + timedelta(minutes=30), f"refresh {CANARY}")


async def test_one_at_a_time(desk: Desk, clock: ManualClock) -> None:
    node, inside = await node_of(desk), list[int]()

    async def renew(number: int) -> None:
        async with keeper(desk, node).lock():
            inside.append(number)
            await asyncio.sleep(0)
            assert inside[-1] == number, "somebody else came in"

    await asyncio.gather(*(renew(number) for number in range(4)))
    assert sorted(inside) == [0, 1, 2, 3]


async def test_who_died_holds_it_for_a_while_only(desk: Desk, clock: ManualClock) -> None:
    node = await node_of(desk)
    first = keeper(desk, node)
    await first._claimed()
    with pytest.raises(Unavailable):
        async with keeper(desk, node).lock():
            pass
    clock.advance(seconds=ITS_TURN.total_seconds())
    async with keeper(desk, node).lock():
        await keeper(desk, node).save(tokens(clock, "new"))
    kept = await first.load()
    assert kept is not None and kept.access.startswith("new")


async def test_of_a_replaced_credential_nothing_is_given_nor_kept(
    desk: Desk, db: Database, clock: ManualClock
) -> None:
    node = await node_of(desk)
    old = keeper(desk, node)
    await old.save(tokens(clock, "old"))
    async with db.begin() as tx:
        await tx.session.execute(update(nodes).values(credential_version=2))
    assert await old.load() is None
    await old.save(tokens(clock, "late"))
    kept = await keeper(desk, node, 2).load()
    assert kept is None or not kept.access.startswith("late")
