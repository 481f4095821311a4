"""What a sync worker knows of a connection, put there by hand: a task, a run, a pair, an issue, a conflict."""

from datetime import UTC, datetime
from uuid import UUID

from syncline_common.db.tx import Database
from syncline_common.ids import new_id
from syncline_common.schemas.records import RecordRef
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.link import Link
from syncline_sync_worker.domain.report import Conflict, Issue
from syncline_sync_worker.domain.run import Run, RunKind, RunStatus
from syncline_sync_worker.domain.task import ConnectionRef, Task
from syncline_sync_worker.store.link_store import LinkStore
from syncline_sync_worker.store.report_writer import ReportWriter
from syncline_sync_worker.store.run_store import RunStore
from syncline_sync_worker.store.task_store import TaskStore

LINKED_AT = datetime(2026, 1, 1, tzinfo=UTC)


async def one_of_each(db: Database, account: UUID, network: UUID, connection: UUID) -> dict[str, str]:
    """Their ids, by noun. Nothing of it is ever due."""
    ref, run, link = ConnectionRef(account, connection), new_id(), new_id()
    bug, incident = RecordRef("Bug", "1"), RecordRef("incident", "2")
    issue = Issue(new_id(), "f1", Side.A, bug, "missing:state", "invalid", "Map it", link, run)
    conflict = Conflict(new_id(), "f1", link, "r1", "a", "b", run_id=run)
    async with db.begin() as tx:
        now = await tx.now()
        await TaskStore(tx).put(Task(ref, network, new_id(), new_id(), 1, {"manual": True}), {"version": 1})
        asked = Run(run, ref, network, RunKind.CONTINUOUS, 1, now)
        await RunStore(tx).close_continuous(await RunStore(tx).open_continuous(asked), RunStatus.SUCCEEDED)
        await LinkStore(tx, ref).insert(tx, [Link(link, "f1", bug, incident, LINKED_AT)])
        report = ReportWriter(tx, ref, network)
        await report.put_issues([issue])
        await report.add_conflicts([conflict])
    return {"run": str(run), "link": str(link), "issue": str(issue.id), "conflict": str(conflict.id)}
