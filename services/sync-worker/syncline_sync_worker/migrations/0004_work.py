"""What is due, what waits, what is known of pairs, and what people are told."""

import sqlalchemy as sa
from alembic import op

from syncline_common.db.types import BigKey, UtcDateTime

revision = "0004"
down_revision = "0003"

PAIR_KEY = sa.String(500, collation="C").with_variant(sa.String(500), "sqlite")


def upgrade() -> None:
    _create_task()
    _create_pinned()
    _create_run()
    _create_cursor()
    _create_work()
    _create_hook()
    _create_gate()
    _create_link()
    _create_intent()
    _create_ledger()
    _create_blob()
    _create_outcome()
    _create_issue()
    _create_conflict()
    if op.get_bind().dialect.name == "postgresql":  # its rows come and go by the thousand
        op.execute("ALTER TABLE work SET (autovacuum_vacuum_scale_factor = 0.02)")


def _create_task() -> None:
    op.create_table(
        "task",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("network_id", sa.Uuid, nullable=False),
        sa.Column("system_a", sa.Uuid, nullable=False),
        sa.Column("system_b", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("schedule", sa.JSON, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("cause", sa.String(400)),
        sa.Column("next_scan", UtcDateTime),
        sa.Column("last_checked", UtcDateTime),
        sa.Column("last_sweep", UtcDateTime),
        sa.Column("active_since", UtcDateTime),
        sa.Column("lease_owner", sa.String(120)),
        sa.Column("lease_epoch", sa.BigInteger, nullable=False),
        sa.Column("lease_until", UtcDateTime),
        sa.PrimaryKeyConstraint("connection_id", "account_id", name="pk_task"),
    )
    op.create_index("ix_task_due", "task", ["state", "next_scan"])


def _create_pinned() -> None:
    op.create_table(
        "pinned",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("document", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "version", "account_id", name="pk_pinned"),
    )


def _create_run() -> None:
    op.create_table(
        "run",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("network_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("open_as", sa.String(20)),
        sa.Column("created_a", sa.Integer, nullable=False),
        sa.Column("created_b", sa.Integer, nullable=False),
        sa.Column("updated_a", sa.Integer, nullable=False),
        sa.Column("updated_b", sa.Integer, nullable=False),
        sa.Column("removed_a", sa.Integer, nullable=False),
        sa.Column("removed_b", sa.Integer, nullable=False),
        sa.Column("unchanged", sa.Integer, nullable=False),
        sa.Column("ignored", sa.Integer, nullable=False),
        sa.Column("set_aside", sa.Integer, nullable=False),
        sa.Column("held_back", sa.Integer, nullable=False),
        sa.Column("conflicts", sa.Integer, nullable=False),
        sa.Column("cause", sa.String(400)),
        sa.Column("requested_at", UtcDateTime, nullable=False),
        sa.Column("stop_requested_at", UtcDateTime),
        sa.Column("started_at", UtcDateTime),
        sa.Column("finished_at", UtcDateTime, index=True),
        sa.Column("lease_owner", sa.String(120)),
        sa.Column("lease_epoch", sa.BigInteger, nullable=False),
        sa.Column("lease_until", UtcDateTime),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_run"),
        sa.UniqueConstraint("connection_id", "open_as", name="uq_run_open"),
    )
    op.create_index("ix_run_claim", "run", ["status", "lease_until"])


def _create_cursor() -> None:
    op.create_table(
        "cursor",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("flow_id", sa.String(60), nullable=False),
        sa.Column("side", sa.String(1), nullable=False),
        sa.Column("stream", sa.String(200), nullable=False),
        sa.Column("feed", sa.String(20), nullable=False),
        sa.Column("since", UtcDateTime),
        sa.Column("token", sa.Text),
        sa.Column("high_water", UtcDateTime),
        sa.Column("loop_from", UtcDateTime),
        sa.Column("sweep_token", sa.Text),
        sa.PrimaryKeyConstraint(
            "connection_id", "flow_id", "side", "stream", "feed", "account_id", name="pk_cursor"
        ),
    )


def _create_work() -> None:
    op.create_table(
        "work",
        sa.Column("id", BigKey, primary_key=True, autoincrement=True),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("key", PAIR_KEY, nullable=False),
        sa.Column("flow_id", sa.String(60), nullable=False),
        sa.Column("link_id", sa.Uuid),
        sa.Column("side", sa.String(1), nullable=False),
        sa.Column("stream", sa.String(200), nullable=False),
        sa.Column("record_id", sa.String(200), nullable=False),
        sa.Column("version_a", sa.String(200)),
        sa.Column("version_b", sa.String(200)),
        sa.Column("reasons", sa.Integer, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("free_at", UtcDateTime, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("deaths", sa.Integer, nullable=False),
        sa.Column("generation", sa.BigInteger, nullable=False),
        sa.Column("taken_generation", sa.BigInteger, nullable=False),
        sa.Column("cause", sa.String(60)),
        sa.Column("error", sa.String(400)),
        sa.Column("lease_owner", sa.String(120)),
        sa.Column("lease_epoch", sa.BigInteger, nullable=False),
        sa.Column("lease_until", UtcDateTime),
        sa.UniqueConstraint("connection_id", "key", "account_id", name="uq_work_pair"),
    )
    op.create_index("ix_work_due", "work", ["connection_id", "rank", "free_at"])


def _create_hook() -> None:
    op.create_table(
        "hook",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("headers", sa.JSON, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False, index=True),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_hook"),
    )
    op.create_index("ix_hook_connection", "hook", ["connection_id"])


def _create_gate() -> None:
    op.create_table(
        "gate",
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("paid_until", sa.Float, nullable=False),
        sa.Column("not_before", sa.Float, nullable=False),
        sa.Column("counted_from", sa.Float, nullable=False),
        sa.Column("calls", sa.Integer, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("open_until", sa.Float, nullable=False),
        sa.Column("open_for", sa.Float, nullable=False),
        sa.Column("probe_until", sa.Float, nullable=False),
    )


def _create_link() -> None:
    op.create_table(
        "link",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("flow_id", sa.String(60), nullable=False),
        sa.Column("a_stream", sa.String(200), nullable=False),
        sa.Column("a_id", sa.String(200), nullable=False),
        sa.Column("b_stream", sa.String(200), nullable=False),
        sa.Column("b_id", sa.String(200), nullable=False),
        sa.Column("version_a", sa.String(200)),
        sa.Column("version_b", sa.String(200)),
        sa.Column("base_a", sa.JSON, nullable=False),
        sa.Column("base_b", sa.JSON, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("linked_at", UtcDateTime, nullable=False),
        sa.Column("missing_since", UtcDateTime),
        sa.PrimaryKeyConstraint("id", "account_id", name="pk_link"),
        sa.UniqueConstraint("connection_id", "flow_id", "a_id", "a_stream", "account_id", name="uq_link_a"),
        sa.UniqueConstraint("connection_id", "flow_id", "b_id", "b_stream", "account_id", name="uq_link_b"),
    )


def _create_intent() -> None:
    op.create_table(
        "intent",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("marker", sa.String(120), nullable=False),
        sa.Column("flow_id", sa.String(60), nullable=False),
        sa.Column("side", sa.String(1), nullable=False),
        sa.Column("stream", sa.String(200), nullable=False),
        sa.Column("record_id", sa.String(200), nullable=False),
        sa.Column("operation", sa.String(20), nullable=False),
        sa.Column("link_id", sa.Uuid),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("sent_at", UtcDateTime, nullable=False),
        sa.Column("not_before", UtcDateTime, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("made_id", sa.String(200)),
        sa.Column("sent", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "marker", "account_id", name="pk_intent"),
    )
    op.create_index("ix_intent_unsettled", "intent", ["state", "not_before"])


def _create_ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("seq", BigKey, primary_key=True, autoincrement=True),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("link_id", sa.Uuid, nullable=False),
        sa.Column("rule_id", sa.String(60), nullable=False),
        sa.Column("side", sa.String(1), nullable=False),
        sa.Column("old", sa.Text),
        sa.Column("new", sa.Text),
        sa.Column("old_hash", sa.String(64)),
        sa.Column("new_hash", sa.String(64)),
        sa.Column("run_id", sa.Uuid),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("source_version", sa.String(200)),
        sa.Column("source_changed_at", UtcDateTime),
        sa.Column("by_person", sa.Boolean, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False, index=True),
    )
    op.create_index("ix_ledger_connection", "ledger", ["connection_id"])
    op.create_index("ix_ledger_lineage", "ledger", ["link_id", "rule_id", "seq"])


def _create_blob() -> None:
    op.create_table(
        "blob",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "hash", "account_id", name="pk_blob"),
    )


def _create_outcome() -> None:
    op.create_table(
        "outcome",
        sa.Column("seq", BigKey, primary_key=True, autoincrement=True),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("run_id", sa.Uuid, nullable=False),
        sa.Column("flow_id", sa.String(60), nullable=False),
        sa.Column("side", sa.String(1), nullable=False),
        sa.Column("stream", sa.String(200), nullable=False),
        sa.Column("record_id", sa.String(200), nullable=False),
        sa.Column("link_id", sa.Uuid),
        sa.Column("action", sa.String(30), nullable=False),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False, index=True),
    )
    op.create_index("ix_outcome_connection", "outcome", ["connection_id"])
    op.create_index("ix_outcome_run", "outcome", ["run_id", "seq"])


def _create_issue() -> None:
    op.create_table(
        "issue",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("network_id", sa.Uuid, nullable=False),
        sa.Column("flow_id", sa.String(60), nullable=False),
        sa.Column("side", sa.String(1), nullable=False),
        sa.Column("stream", sa.String(200), nullable=False),
        sa.Column("record_id", sa.String(200), nullable=False),
        sa.Column("cause", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("hint", sa.String(400), nullable=False),
        sa.Column("link_id", sa.Uuid),
        sa.Column("run_id", sa.Uuid),
        sa.Column("next_try", UtcDateTime),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_issue"),
        sa.UniqueConstraint(
            "connection_id", "flow_id", "side", "record_id", "stream", "cause", name="uq_issue_cause"
        ),
    )


def _create_conflict() -> None:
    op.create_table(
        "conflict",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("network_id", sa.Uuid, nullable=False),
        sa.Column("flow_id", sa.String(60), nullable=False),
        sa.Column("link_id", sa.Uuid, nullable=False),
        sa.Column("rule_id", sa.String(60), nullable=False),
        sa.Column("value_a", sa.Text),
        sa.Column("value_b", sa.Text),
        sa.Column("base_a", sa.Text),
        sa.Column("base_b", sa.Text),
        sa.Column("winner", sa.String(1)),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("run_id", sa.Uuid),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_conflict"),
    )
    op.create_index("ix_conflict_connection", "conflict", ["connection_id"])
    op.create_index("ix_conflict_link", "conflict", ["link_id", "rule_id"])
