"""What is known of pairs: links with their bases, intents, and the ledger with its large values."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
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


def link_tables(metadata: MetaData) -> tuple[Table, Table, Table, Table]:
    return _link(metadata), _intent(metadata), _ledger(metadata), _blob(metadata)


def _link(metadata: MetaData) -> Table:
    """A record is in one link of its flow."""
    return Table(
        "link",
        metadata,
        Column("account_id", Uuid, nullable=False),
        Column("id", Uuid, nullable=False),
        Column("connection_id", Uuid, nullable=False),
        Column("flow_id", String(60), nullable=False),
        Column("a_stream", String(200), nullable=False),
        Column("a_id", String(200), nullable=False),
        Column("b_stream", String(200), nullable=False),
        Column("b_id", String(200), nullable=False),
        Column("version_a", String(200)),
        Column("version_b", String(200)),
        Column("base_a", JSON, nullable=False),
        Column("base_b", JSON, nullable=False),
        Column("state", String(20), nullable=False),
        Column("linked_at", UtcDateTime, nullable=False),
        Column("missing_since", UtcDateTime),
        Column("unanswered", JSON(none_as_null=True)),  # NULL: none
        PrimaryKeyConstraint("id", "account_id", name="pk_link"),
        UniqueConstraint("connection_id", "flow_id", "a_id", "a_stream", "account_id", name="uq_link_a"),
        UniqueConstraint("connection_id", "flow_id", "b_id", "b_stream", "account_id", name="uq_link_b"),
    )


def _intent(metadata: MetaData) -> Table:
    return Table(
        "intent",
        metadata,
        Column("account_id", Uuid, nullable=False),
        Column("connection_id", Uuid, nullable=False),
        Column("marker", String(120), nullable=False),
        Column("flow_id", String(60), nullable=False),
        Column("side", String(1), nullable=False),
        Column("stream", String(200), nullable=False),
        Column("record_id", String(200), nullable=False),
        Column("operation", String(20), nullable=False),
        Column("link_id", Uuid),
        Column("epoch", BigInteger, nullable=False),
        Column("sent_at", UtcDateTime, nullable=False),
        Column("not_before", UtcDateTime, nullable=False),
        Column("state", String(20), nullable=False),
        Column("made_id", String(200)),
        Column("sent", JSON, nullable=False),
        PrimaryKeyConstraint("connection_id", "marker", "account_id", name="pk_intent"),
        Index("ix_intent_unsettled", "state", "not_before"),
    )


def _ledger(metadata: MetaData) -> Table:
    """Values are JSON; NULL says that there was none. A large one is its hash, and stands in `blob`."""
    return Table(
        "ledger",
        metadata,
        Column("seq", BigKey, primary_key=True, autoincrement=True),
        Column("account_id", Uuid, nullable=False),
        Column("connection_id", Uuid, nullable=False),
        Column("link_id", Uuid, nullable=False),
        Column("rule_id", String(60), nullable=False),
        Column("side", String(1), nullable=False),
        Column("old", Text),
        Column("new", Text),
        Column("old_hash", String(64)),
        Column("new_hash", String(64)),
        Column("run_id", Uuid),
        Column("version", Integer, nullable=False),
        Column("source_version", String(200)),
        Column("source_changed_at", UtcDateTime),
        Column("by_person", Boolean, nullable=False),
        Column("at", UtcDateTime, nullable=False, index=True),
        Index("ix_ledger_lineage", "link_id", "rule_id", "seq"),
        Index("ix_ledger_connection", "connection_id"),
    )


def _blob(metadata: MetaData) -> Table:
    return Table(
        "blob",
        metadata,
        Column("account_id", Uuid, nullable=False),
        Column("connection_id", Uuid, nullable=False),
        Column("hash", String(64), nullable=False),
        Column("body", Text, nullable=False),
        PrimaryKeyConstraint("connection_id", "hash", "account_id", name="pk_blob"),
    )
