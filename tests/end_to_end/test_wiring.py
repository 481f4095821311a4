"""What only shows in a worker as the product puts it together."""

from end_to_end.in_step import BOARDS, InStep
from syncline_common.connectors.opening import budget_of
from syncline_common.sdk.auth import basic
from syncline_common.sdk.refused import named
from syncline_sync_worker.loops import loops_of
from syncline_sync_worker.store.gate_store import gates


async def test_a_refused_credential_is_named_so_that_every_worker_of_the_installation_knows_it(
    here: InStep,
) -> None:
    await here.cycle()
    here.town.boards.revoked.add(here.boards_account())
    await here.cycle()
    held = here.credentials.held[BOARDS]
    budget = budget_of(held.kind, held.url, node=BOARDS)
    async with here.db.read() as tx:
        state = (await gates(tx, [budget.key]))[budget.key]
    sent = await basic("", held.credential.filled("{token}")).headers()
    assert state.refused == named(sent, b"a key of the test")


async def test_what_systems_are_like_is_asked_again_by_a_loop(here: InStep) -> None:
    async def alone() -> bool:
        return True

    loops = {it.name: it.run_once for it in loops_of(here.own, lambda name: alone)}
    assert loops["refresh"] == here.own.tools.flows.refresh_once
