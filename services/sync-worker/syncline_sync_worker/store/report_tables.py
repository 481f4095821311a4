"""What people are told: outcomes, issues, conflicts, and what waits for their approval."""

from sqlalchemy import (
    JSON,
    Column,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from syncline_common.db.types import BigKey, UtcDateTime


def report_tables(metadata: MetaData) -> tuple[Table, Table, Table, Table]:
    return _outcome(metadata), _issue(metadata), _conflict(metadata), _guarded(metadata)


def _outcome(metadata: MetaData) -> Table:
    return Table(
        "outcome",
        metadata,
        Column("seq", BigKey, primary_key=True, autoincrement=True),
        Column("account_id", Uuid, nullable=False),
        Column("connection_id", Uuid, nullable=False),
        Column("run_id", Uuid, nullable=False),
        Column("flow_id", String(60), nullable=False),
        Column("side", String(1), nullable=False),
        Column("stream", String(200), nullable=False),
        Column("record_id", String(200), nullable=False),
        Column("link_id", Uuid),
        Column("action", String(30), nullable=False),
        Column("reason", String(400), nullable=False),
        Column("detail", JSON(none_as_null=True)),  # of what is not written: what a test run showed
        Column("at", UtcDateTime, nullable=False, index=True),
        Index("ix_outcome_run", "run_id", "seq"),
        Index("ix_outcome_connection", "connection_id"),
    )


def _issue(metadata: MetaData) -> Table:
    return Table(
        "issue",
        metadata,
        Column("account_id", Uuid, nullable=False),
        Column("id", Uuid, nullable=False),
        Column("connection_id", Uuid, nullable=False),
        Column("network_id", Uuid, nullable=False),
        Column("flow_id", String(60), nullable=False),
        Column("side", String(1), nullable=False),
        Column("stream", String(200), nullable=False),
        Column("record_id", String(200), nullable=False),
        Column("cause", String(120), nullable=False),
        Column("kind", String(30), nullable=False),
        Column("hint", String(400), nullable=False),
        Column("link_id", Uuid),
        Column("run_id", Uuid),
        Column("next_try", UtcDateTime),
        Column("attempts", Integer, nullable=False),
        Column("state", String(20), nullable=False),
        Column("opened_at", UtcDateTime, nullable=False),
        Column("changed_at", UtcDateTime, nullable=False),
        PrimaryKeyConstraint("account_id", "id", name="pk_issue"),
        UniqueConstraint(
            "connection_id", "flow_id", "side", "record_id", "stream", "cause", name="uq_issue_cause"
        ),
    )


def _conflict(metadata: MetaData) -> Table:
    """Values are JSON; NULL says that there was none."""
    return Table(
        "conflict",
        metadata,
        Column("account_id", Uuid, nullable=False),
        Column("id", Uuid, nullable=False),
        Column("connection_id", Uuid, nullable=False),
        Column("network_id", Uuid, nullable=False),
        Column("flow_id", String(60), nullable=False),
        Column("link_id", Uuid, nullable=False),
        Column("rule_id", String(60), nullable=False),
        Column("value_a", Text),
        Column("value_b", Text),
        Column("base_a", Text),
        Column("base_b", Text),
        Column("winner", String(1)),
        Column("chosen", Text),
        Column("state", String(20), nullable=False),
        Column("run_id", Uuid),
        Column("at", UtcDateTime, nullable=False),
        PrimaryKeyConstraint("account_id", "id", name="pk_conflict"),
        Index("ix_conflict_link", "link_id", "rule_id"),
        Index("ix_conflict_connection", "connection_id"),
    )


def _guarded(metadata: MetaData) -> Table:
    return Table(
        "guarded",
        metadata,
        Column("account_id", Uuid, nullable=False),
        Column("connection_id", Uuid, nullable=False),
        Column("link_id", Uuid, nullable=False),
        Column("flow_id", String(60), nullable=False),
        Column("run_id", Uuid, nullable=False),
        Column("state", String(20), nullable=False),
        Column("operations", JSON, nullable=False),
        Column("at", UtcDateTime, nullable=False, index=True),
        PrimaryKeyConstraint("connection_id", "link_id", "account_id", name="pk_guarded"),
        Index("ix_guarded_run", "run_id", "state", "link_id"),
    )
