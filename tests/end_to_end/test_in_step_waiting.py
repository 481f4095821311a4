"""Runs of systems that are asked too much just now: they wait, say so, and can be stopped meanwhile."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from end_to_end.in_step import BOARDS, INSTANCE, InStep
from syncline_common.connectors.opening import budget_of
from syncline_common.sdk.gate import Budget
from syncline_sandbox.faults import Fault
from syncline_sync_worker.store.gate_store import GateStore, StoredGate
from syncline_sync_worker.store.tables import run as runs


def budget(here: InStep, node: UUID) -> Budget:
    held = here.credentials.held[node]
    return budget_of(held.kind, held.url, node=node)


async def begun(here: InStep, kind: str) -> dict[str, Any]:
    """A run that somebody asks for, as it is shown after a worker came to it."""
    here.boards.create("One")
    body = {"connection_id": str(here.connection.id), "kind": kind}
    path = (await here.http.post("/sync/v1/runs", json=body)).headers["Location"]
    ended = await here.own.driver.drive_once()
    shown = await here.get(path)
    assert bool(ended) is (shown["finished_at"] is not None)
    return shown


async def asked_too_much(here: InStep, kind: str, seconds: float) -> dict[str, Any]:
    await StoredGate(here.db).slow_down(budget(here, BOARDS), seconds)
    return await begun(here, kind)


async def time_passes(here: InStep, node: UUID) -> None:
    """Until the system may be asked again."""
    key = f"work:{budget(here, node).key}"
    async with here.db.begin() as tx:
        gate = GateStore(tx)
        await gate.save(key, replace(await gate.locked(key), not_before=0.0))
        await tx.session.execute(update(runs).values(lease_until=await tx.now()))


def told_of_runs(told: list[str]) -> list[str]:
    return [it for it in told if it.startswith("sync.run.")]


BEGUN_AND_OVER = ["sync.run.started.v1", "sync.run.completed.v1"]


@pytest.mark.parametrize("kind", ["manual", "reconcile", "test"])
async def test_it_goes_on_when_the_system_may_be_asked_again(here: InStep, kind: str) -> None:
    run = await asked_too_much(here, kind, 60)
    assert run["status"] == "running"
    assert "budget is used up" in run["cause"] and "goes on at" in run["cause"]
    assert await here.own.driver.drive_once() == 0  # nobody looks at it meanwhile
    await time_passes(here, BOARDS)
    assert await here.own.driver.drive_once() == 1
    await here.work()
    run = await here.get(f"/sync/v1/runs/{run['id']}")
    assert (run["status"], run["cause"], run["counts"]["b"]["created"]) == ("succeeded", None, 1)
    assert told_of_runs(await here.told()) == BEGUN_AND_OVER


async def test_what_the_other_system_says_is_not_held_up(here: InStep) -> None:
    await here.cycle()
    here.town.instance.faults.order("*", Fault.RATE_LIMITED)
    run = await begun(here, "manual")
    assert run["status"] == "running" and run["cause"]
    await time_passes(here, INSTANCE)
    await here.work()
    assert len(here.incidents()) == 1
    assert (await here.get(f"/sync/v1/runs/{run['id']}"))["status"] == "running"  # this side was not read yet
    assert await here.own.driver.drive_once() == 1
    await here.work()
    run = await here.get(f"/sync/v1/runs/{run['id']}")
    assert (run["status"], run["counts"]["b"]["created"]) == ("succeeded", 1)


@pytest.mark.parametrize("kind", ["manual", "test"])
async def test_it_can_be_stopped_while_it_waits(here: InStep, kind: str) -> None:
    run = await asked_too_much(here, kind, 60)
    path = f"/sync/v1/runs/{run['id']}"
    assert (await here.http.post(f"{path}/stop")).status_code == 202
    assert await here.own.driver.drive_once() == 1
    assert (await here.get(path))["status"] == "stopped"
    assert told_of_runs(await here.told()) == BEGUN_AND_OVER


async def test_nobody_waits_for_a_system_for_longer_than_an_hour(here: InStep) -> None:
    run = await asked_too_much(here, "manual", 3_700)
    assert run["status"] == "failed" and run["cause"].endswith("Start the run again later")
    assert told_of_runs(await here.told()) == ["sync.run.started.v1", "sync.run.failed.v1"]
    assert (await here.ask("manual"))["status"] == "failed"  # and it keeps no other waiting


async def test_a_system_that_does_not_answer_is_not_waited_for(here: InStep) -> None:
    await here.cycle()
    here.town.instance.faults.order("*", Fault.INVALID_JSON)
    run = await begun(here, "manual")
    assert run["status"] == "failed" and "did not answer" in run["cause"]
