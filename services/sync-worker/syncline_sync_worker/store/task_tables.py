"""What is due and what runs: tasks, the configurations they are pinned to, and runs."""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    Uuid,
)

from syncline_common.db.types import UtcDateTime
from syncline_sync_worker.domain.run import COUNTS, OF_RECORDS


def task_tables(metadata: MetaData) -> tuple[Table, Table, Table]:
    return _task(metadata), _pinned(metadata), _run(metadata)


def lease_columns() -> tuple[Column[Any], ...]:
    """No owner: nobody has it. The epoch counts the owners, so that one of the past is recognised."""
    return (
        Column("lease_owner", String(120)),
        Column("lease_epoch", BigInteger, nullable=False),
        Column("lease_until", UtcDateTime),
    )


def _task(metadata: MetaData) -> Table:
    return Table(
        "task",
        metadata,
        Column("account_id", Uuid, nullable=False),
        Column("connection_id", Uuid, nullable=False),
        Column("network_id", Uuid, nullable=False),
        Column("node_a", Uuid, nullable=False),
        Column("node_b", Uuid, nullable=False),
        Column("version", Integer, nullable=False),
        Column("schedule", JSON, nullable=False),
        Column("state", String(20), nullable=False),
        Column("cause", String(400)),
        Column("next_scan", UtcDateTime),
        Column("last_checked", UtcDateTime),
        Column("last_sweep", UtcDateTime),
        Column("active_since", UtcDateTime),
        *lease_columns(),
        PrimaryKeyConstraint("connection_id", "account_id", name="pk_task"),
        Index("ix_task_due", "state", "next_scan"),
    )


def _pinned(metadata: MetaData) -> Table:
    return Table(
        "pinned",
        metadata,
        Column("account_id", Uuid, nullable=False),
        Column("connection_id", Uuid, nullable=False),
        Column("version", Integer, nullable=False),
        Column("document", JSON, nullable=False),
        PrimaryKeyConstraint("connection_id", "version", "account_id", name="pk_pinned"),
    )


def _run(metadata: MetaData) -> Table:
    return Table(
        "run",
        metadata,
        Column("account_id", Uuid, nullable=False),
        Column("id", Uuid, nullable=False),
        Column("connection_id", Uuid, nullable=False),
        Column("network_id", Uuid, nullable=False),
        Column("kind", String(20), nullable=False),
        Column("status", String(24), nullable=False),
        Column("version", Integer, nullable=False),
        Column("open_as", String(20)),  # of runs of which a connection has one at a time, while it is open
        *(_count(name) for name in COUNTS),
        Column("cause", String(400)),
        Column("ask", JSON),
        Column(
            "revision", BigInteger, nullable=False, server_default="0"
        ),  # counts its changes, for whoever follows it
        Column("read_at", UtcDateTime),
        Column("approved_at", UtcDateTime),  # until what it held back has been offered again
        Column("requested_at", UtcDateTime, nullable=False),
        Column("stop_requested_at", UtcDateTime),
        Column("started_at", UtcDateTime),
        Column("finished_at", UtcDateTime, index=True),
        *lease_columns(),
        PrimaryKeyConstraint("account_id", "id", name="pk_run"),
        UniqueConstraint("connection_id", "open_as", name="uq_run_open"),
        Index("ix_run_claim", "status", "lease_until"),
    )


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default="0" if name.startswith(OF_RECORDS) else None)
