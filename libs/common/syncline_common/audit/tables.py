"""The two tables of a service's audit log: what was done, only ever added to, and the head of each account's chain."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Index, MetaData, String, Table, Text, UniqueConstraint, Uuid

from syncline_common.audit.triggers import create_audit_triggers
from syncline_common.db.types import BigKey, UtcDateTime

SEAL = ("position", "previous_hash", "hash")  # given by the loop that seals; the others are the row's content


def audit_tables(metadata: MetaData) -> tuple[Table, Table]:
    """Attach `audit` and `audit_head` to the service's metadata."""
    return _audit(metadata), _audit_head(metadata)


def _audit(metadata: MetaData) -> Table:
    """`seq` is the order of writing; `position` that of the account's chain, which is the order of sealing."""
    table = Table(
        "audit",
        metadata,
        Column("seq", BigKey, primary_key=True, autoincrement=True),
        Column("account_id", Uuid, nullable=False),
        Column("id", Uuid, nullable=False),
        Column("at", UtcDateTime, nullable=False),
        Column("actor_kind", String(20), nullable=False),
        Column("actor_id", Uuid, nullable=False),
        Column("actor_name", String(320)),  # as it was then
        Column("action", String(80), nullable=False),
        Column("noun", String(60), nullable=False),
        Column("noun_id", String(120), nullable=False),
        Column("network_id", Uuid),
        Column("before", Text),
        Column("after", Text),
        Column("trace_id", String(64)),
        Column("position", BigKey),
        Column("previous_hash", String(64)),
        Column("hash", String(64)),
        UniqueConstraint("account_id", "id", name="uq_audit_id"),
        UniqueConstraint("account_id", "position", name="uq_audit_position"),
    )
    unsealed = table.c.position.is_(None)
    Index("ix_audit_unsealed", table.c.seq, postgresql_where=unsealed, sqlite_where=unsealed)
    Index("ix_audit_noun", table.c.account_id, table.c.noun_id, table.c.id)
    return table


def _audit_head(metadata: MetaData) -> Table:
    """One row an account: the newest seal, signed with a key that is not in the database."""
    return Table(
        "audit_head",
        metadata,
        Column("account_id", Uuid, primary_key=True),
        Column("position", BigKey, nullable=False),
        Column("hash", String(64), nullable=False),
        Column("anchor", String(64), nullable=False),
    )


# For statements; the tables are the same in every service, so whoever has a transaction has them.
audit, audit_head = audit_tables(MetaData())


def create_audit_tables(op: Any) -> None:
    """As they were at first: a later change is a migration of each service, never an edit here."""
    op.create_table(
        "audit",
        sa.Column("seq", BigKey, primary_key=True, autoincrement=True),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("actor_kind", sa.String(20), nullable=False),
        sa.Column("actor_id", sa.Uuid, nullable=False),
        sa.Column("actor_name", sa.String(320)),
        sa.Column("action", sa.String(80), nullable=False),
        sa.Column("noun", sa.String(60), nullable=False),
        sa.Column("noun_id", sa.String(120), nullable=False),
        sa.Column("network_id", sa.Uuid),
        sa.Column("before", sa.Text),
        sa.Column("after", sa.Text),
        sa.Column("trace_id", sa.String(64)),
        sa.Column("position", BigKey),
        sa.Column("previous_hash", sa.String(64)),
        sa.Column("hash", sa.String(64)),
        sa.UniqueConstraint("account_id", "id", name="uq_audit_id"),
        sa.UniqueConstraint("account_id", "position", name="uq_audit_position"),
    )
    unsealed = sa.text("position IS NULL")
    op.create_index("ix_audit_unsealed", "audit", ["seq"], postgresql_where=unsealed, sqlite_where=unsealed)
    op.create_index("ix_audit_noun", "audit", ["account_id", "noun_id", "id"])
    op.create_table(
        "audit_head",
        sa.Column("account_id", sa.Uuid, primary_key=True),
        sa.Column("position", BigKey, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("anchor", sa.String(64), nullable=False),
    )
    create_audit_triggers(op)
