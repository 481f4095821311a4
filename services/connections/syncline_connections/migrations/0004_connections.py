"""Connections, their builds, drafts and versions."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from syncline_common.db.types import UtcDateTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    _connection()
    _build()
    _configuration()
    op.create_table(
        "step_estimate",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("step", sa.String(40), nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("builds", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "step", name="pk_step_estimate"),
    )
    op.create_table(
        "removal",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("network_id", sa.Uuid, nullable=False),
        sa.Column("system_id", sa.Uuid, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False, index=True),
        sa.PrimaryKeyConstraint("account_id", "network_id", "system_id", name="pk_removal"),
    )


def _connection() -> None:
    op.create_table(
        "connection",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("network_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("name_key", sa.String(360), nullable=False),
        sa.Column("pair_key", sa.String(64), nullable=False),
        sa.Column("description", sa.String(2000), nullable=False),
        sa.Column("template", sa.String(20), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("cause", sa.String(60)),
        sa.Column("paused_before", sa.Boolean, nullable=False),
        *_end("a"),
        *_end("b"),
        sa.Column("published_version", sa.Integer),
        sa.Column("last_run", sa.JSON),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("remove_systems", sa.Boolean, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_connection"),
        sa.UniqueConstraint("account_id", "pair_key", "name_key", name="uq_connection_name"),
    )
    op.create_index("ix_connection_a", "connection", ["account_id", "a_system_id"])
    op.create_index("ix_connection_b", "connection", ["account_id", "b_system_id"])
    op.create_index("ix_connection_state", "connection", ["state"])


def _end(side: str) -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column(f"{side}_url", sa.String(2000), nullable=False),
        sa.Column(f"{side}_kind", sa.String(40), nullable=False),
        sa.Column(f"{side}_name", sa.String(200), nullable=False),
        sa.Column(f"{side}_system_id", sa.Uuid),
        sa.Column(f"{side}_node_id", sa.Uuid),
    )


def _of_connection(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id", "connection_id"],
        ["connection.account_id", "connection.id"],
        name=f"fk_{name}_connection",
    )


def _build() -> None:
    op.create_table(
        "build",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("network_id", sa.Uuid, nullable=False),
        sa.Column("asker", sa.JSON, nullable=False),
        sa.Column("ends", sa.JSON, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("steps", sa.JSON, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("found", sa.JSON, nullable=False),
        sa.Column("initial", sa.JSON),
        sa.Column("due_at", UtcDateTime, index=True),
        sa.Column("lease_owner", sa.String(160)),
        sa.Column("lease_epoch", sa.BigInteger, nullable=False),
        sa.Column("lease_until", UtcDateTime),
        sa.PrimaryKeyConstraint("account_id", "connection_id", name="pk_build"),
        _of_connection("build"),
    )
    op.create_table(
        "build_progress",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "connection_id", "position", name="pk_build_progress"),
        _of_connection("build_progress"),
    )


def _configuration() -> None:
    op.create_table(
        "draft",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("document", sa.JSON, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("valid", sa.Boolean, nullable=False),
        sa.Column("problems", sa.JSON, nullable=False),
        sa.Column("tested_by_run", sa.Uuid),
        sa.Column("saved_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "connection_id", name="pk_draft"),
        _of_connection("draft"),
    )
    op.create_table(
        "version",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("document", sa.JSON, nullable=False),
        sa.Column("published_at", UtcDateTime, nullable=False),
        sa.Column("published_by", sa.String(320), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "connection_id", "number", name="pk_version"),
        _of_connection("version"),
    )
