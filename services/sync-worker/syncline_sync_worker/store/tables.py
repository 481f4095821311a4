"""Tables of the sync worker. Keys name the account, so none can refer to another's."""

from sqlalchemy import Column, MetaData, PrimaryKeyConstraint, String, Table, Text, UniqueConstraint, Uuid

from syncline_common.db.types import BigKey, UtcDateTime
from syncline_common.runtime.tables import common_tables
from syncline_sync_worker.store.link_tables import link_tables
from syncline_sync_worker.store.report_tables import report_tables
from syncline_sync_worker.store.subscription_tables import subscription_table
from syncline_sync_worker.store.task_tables import task_tables
from syncline_sync_worker.store.work_tables import work_tables

metadata = MetaData()
common_tables(metadata)
task, pinned, run = task_tables(metadata)
cursor, work, hook, gate = work_tables(metadata)
link, intent, ledger, blob = link_tables(metadata)
outcome, issue, conflict, guarded = report_tables(metadata)
subscription = subscription_table(metadata)

announcement = Table(
    "announcement",
    metadata,
    Column("account_id", Uuid, nullable=False),
    Column("position", BigKey, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("network_id", Uuid),
    Column("type", String(120), nullable=False),
    Column("body", Text, nullable=False),
    Column("kept_at", UtcDateTime, nullable=False, index=True),
    PrimaryKeyConstraint("account_id", "position", name="pk_announcement"),
    UniqueConstraint("account_id", "event_id", name="uq_announcement_event"),
)
announcement_head = Table(  # one row an account: the newest position
    "announcement_head",
    metadata,
    Column("account_id", Uuid, primary_key=True),
    Column("position", BigKey, nullable=False),
)
