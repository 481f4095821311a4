"""The tables that every service has beside its own, and the migration that first makes them."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import MetaData

from syncline_common.access.revocations import revocation_table
from syncline_common.api.idempotency import idempotency_table
from syncline_common.audit.tables import audit_tables
from syncline_common.bus.tables import bus_tables
from syncline_common.db.leases import lease_table
from syncline_common.db.types import BigKey, UtcDateTime


def common_tables(metadata: MetaData) -> None:
    bus_tables(metadata)
    lease_table(metadata)
    idempotency_table(metadata)
    revocation_table(metadata)
    audit_tables(metadata)


def create_common_tables(op: Any) -> None:
    """As they were at first: a later change is a migration of each service, never an edit here."""
    _create_outbox(op)
    _create_inbox(op)
    op.create_table(
        "lease",
        sa.Column("name", sa.String(60), primary_key=True),
        sa.Column("owner", sa.String(120), nullable=False),
        sa.Column("epoch", BigKey, nullable=False),
        sa.Column("until", UtcDateTime, nullable=False),
    )
    op.create_table(
        "idempotency",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("headers", sa.String(2000)),
        sa.Column("body", sa.LargeBinary),
        sa.Column("resource_id", sa.String(60)),
        sa.Column("created_at", UtcDateTime, nullable=False, index=True),
        sa.PrimaryKeyConstraint("account_id", "person_id", "key", name="pk_idempotency"),
    )


def create_revocations(op: Any) -> None:
    op.create_table(
        "revocation",
        sa.Column("actor_id", sa.Uuid, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False, index=True),
        sa.PrimaryKeyConstraint("actor_id", "at", name="pk_revocation"),
    )


def _create_outbox(op: Any) -> None:
    op.create_table(
        "outbox",
        sa.Column("seq", BigKey, primary_key=True, autoincrement=True),
        sa.Column("event_id", sa.Uuid, nullable=False, unique=True),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("routing_key", sa.String(120), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("sent_at", UtcDateTime, index=True),
    )
    waiting = sa.text("sent_at IS NULL")
    op.create_index("ix_outbox_waiting", "outbox", ["seq"], postgresql_where=waiting, sqlite_where=waiting)


def _create_inbox(op: Any) -> None:
    op.create_table(
        "inbox",
        sa.Column("seq", BigKey, primary_key=True, autoincrement=True),
        sa.Column("event_id", sa.Uuid, nullable=False, unique=True),
        sa.Column("account_id", sa.Uuid),
        sa.Column("routing_key", sa.String(120), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("received_at", UtcDateTime, nullable=False, index=True),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("error", sa.String(400)),
        sa.Column("done_at", UtcDateTime, index=True),
        sa.Column("parked_at", UtcDateTime),
    )
    waiting = sa.text("done_at IS NULL AND parked_at IS NULL")
    parked = sa.text("parked_at IS NOT NULL")
    due, listed = ["due_at", "seq"], ["account_id", "event_id"]
    op.create_index("ix_inbox_waiting", "inbox", due, postgresql_where=waiting, sqlite_where=waiting)
    op.create_index("ix_inbox_parked", "inbox", listed, postgresql_where=parked, sqlite_where=parked)
