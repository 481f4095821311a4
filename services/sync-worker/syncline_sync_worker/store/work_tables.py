"""What flows in and waits: cursors, due pairs, webhooks as received, and the budgets they share."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from syncline_common.db.types import BigKey, UtcDateTime
from syncline_sync_worker.store.task_tables import lease_columns

PAIR_KEY = String(500, collation="C").with_variant(String(500), "sqlite")  # sorted as Python sorts it


def work_tables(metadata: MetaData) -> tuple[Table, Table, Table, Table]:
    return _cursor(metadata), _work(metadata), _hook(metadata), _gate(metadata)


def _cursor(metadata: MetaData) -> Table:
    return Table(
        "cursor",
        metadata,
        Column("account_id", Uuid, nullable=False),
        Column("connection_id", Uuid, nullable=False),
        Column("flow_id", String(60), nullable=False),
        Column("side", String(1), nullable=False),
        Column("stream", String(200), nullable=False),
        Column("feed", String(20), nullable=False),
        Column("since", UtcDateTime),
        Column("token", Text),
        Column("high_water", UtcDateTime),
        Column("loop_from", UtcDateTime),
        Column("sweep_token", Text),
        PrimaryKeyConstraint(
            "connection_id", "flow_id", "side", "stream", "feed", "account_id", name="pk_cursor"
        ),
    )


def _work(metadata: MetaData) -> Table:
    """`free_at` is when it may be claimed: when it is due, or when the lease of its owner is over."""
    return Table(
        "work",
        metadata,
        Column("id", BigKey, primary_key=True, autoincrement=True),
        Column("account_id", Uuid, nullable=False),
        Column("connection_id", Uuid, nullable=False),
        Column("key", PAIR_KEY, nullable=False),  # of the pair: its link, else flow, side and record
        Column("flow_id", String(60), nullable=False),
        Column("link_id", Uuid),
        Column("side", String(1), nullable=False),
        Column("stream", String(200), nullable=False),
        Column("record_id", String(200), nullable=False),
        Column("version_a", String(200)),
        Column("version_b", String(200)),
        Column("reasons", Integer, nullable=False),
        Column("rank", Integer, nullable=False),
        Column("due_at", UtcDateTime, nullable=False),
        Column("free_at", UtcDateTime, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("deaths", Integer, nullable=False),
        Column("generation", BigInteger, nullable=False),  # counts the offers
        Column("taken_generation", BigInteger, nullable=False),  # what its owner knows of
        Column("cause", String(60)),
        Column("error", String(400)),
        *lease_columns(),
        UniqueConstraint("connection_id", "key", "account_id", name="uq_work_pair"),
        Index("ix_work_due", "connection_id", "rank", "free_at"),
    )


def _hook(metadata: MetaData) -> Table:
    return Table(
        "hook",
        metadata,
        Column("account_id", Uuid, nullable=False),
        Column("id", Uuid, nullable=False),
        Column("connection_id", Uuid, nullable=False),
        Column("token_hash", String(64), nullable=False),
        Column("headers", JSON, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("received_at", UtcDateTime, nullable=False),
        Column("due_at", UtcDateTime, nullable=False, index=True),
        Column("attempts", Integer, nullable=False),
        PrimaryKeyConstraint("account_id", "id", name="pk_hook"),
        Index("ix_hook_connection", "connection_id"),
    )


def _gate(metadata: MetaData) -> Table:
    """Times are seconds since 1970, as the arithmetic wants them. A key is a vendor's scope, not ours."""
    return Table(
        "gate",
        metadata,
        Column("key", String(200), primary_key=True),
        Column("paid_until", Float, nullable=False),
        Column("not_before", Float, nullable=False),
        Column("counted_from", Float, nullable=False),
        Column("calls", Integer, nullable=False),
        Column("failures", Integer, nullable=False),
        Column("open_until", Float, nullable=False),
        Column("open_for", Float, nullable=False),
        Column("probe_until", Float, nullable=False),
        Column("told_limit", Integer, nullable=False, server_default="0"),
        Column("away_since", Float, nullable=False, server_default="0"),
        Column("refused", String(32), nullable=False, server_default=text("''")),
        Column("refused_at", Float, nullable=False, server_default="0"),
    )
