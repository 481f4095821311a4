"""Closing runs once what was due for them has been worked off."""

from syncline_sync_worker.actions.told import ended
from syncline_sync_worker.domain.run import Run, RunStatus
from syncline_sync_worker.store.run_store import RunStore
from syncline_sync_worker.work.tools import Tools

AT_ONCE = 20


async def finish_once(tools: Tools) -> int:
    async with tools.db.begin() as tx:
        store = RunStore(tx)
        drained = await store.drained(AT_ONCE)
        for run in drained:
            if run.status is RunStatus.AWAITING_APPROVAL and run.stop_requested_at is None:
                await store.rest(run)
                continue
            status = _status(run)
            if await store.close_continuous(run, status):
                await tx.publish(ended(run, status, await tx.now()))
    return len(drained)


def _status(run: Run) -> RunStatus:
    """Success is never claimed when something was set aside."""
    if run.stop_requested_at is not None:
        return RunStatus.STOPPED
    return RunStatus.COMPLETED_WITH_ISSUES if run.total("set_aside") else RunStatus.SUCCEEDED
