"""Systems, their nodes, and what is kept for a while beside them."""

import sqlalchemy as sa
from alembic import op

from syncline_common.db.types import UtcDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    _create_systems()
    _create_nodes()
    _create_promises()
    _create_usages()
    op.create_table(
        "discoveries",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("node_id", sa.Uuid, nullable=False),
        sa.Column("what", sa.String(20), nullable=False),
        sa.Column("argument", sa.String(64), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False, index=True),
        sa.PrimaryKeyConstraint("account_id", "node_id", "what", "argument", name="pk_discoveries"),
    )


def _create_systems() -> None:
    op.create_table(
        "systems",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("key", sa.String(120)),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_systems"),
        sa.UniqueConstraint("account_id", "url", name="uq_systems_url"),
    )


def _create_nodes() -> None:
    op.create_table(
        "nodes",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("system_id", sa.Uuid, nullable=False),
        sa.Column("network_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.String(520), nullable=False),
        sa.Column("scheme", sa.String(40), nullable=False),
        sa.Column("given", sa.JSON, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("key", sa.String(120)),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("credential_version", sa.Integer, nullable=False),
        sa.Column("rejected", sa.String(40)),
        sa.Column("rejected_at", UtcDateTime),
        *_survey(),
        sa.Column("configured", sa.JSON),
        sa.Column("configured_at", UtcDateTime),
        sa.Column("renewing_until", UtcDateTime),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_nodes"),
        sa.UniqueConstraint("account_id", "system_id", "network_id", name="uq_nodes_network"),
        sa.ForeignKeyConstraint(
            ["account_id", "system_id"], ["systems.account_id", "systems.id"], name="fk_nodes_system"
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "network_id"], ["networks.account_id", "networks.id"], name="fk_nodes_network"
        ),
    )
    op.create_index("ix_nodes_network", "nodes", ["account_id", "network_id"])


def _create_promises() -> None:
    op.create_table(
        "tickets", *_promise(), *_survey(), sa.PrimaryKeyConstraint("account_id", "id", name="pk_tickets")
    )
    op.create_table(
        "sign_ins",
        *_promise(),
        sa.Column("redirect_uri", sa.String(2000), nullable=False),
        sa.Column("return_to", sa.String(500)),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_sign_ins"),
    )


def _create_usages() -> None:
    op.create_table(
        "usages",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("system_id", sa.Uuid, nullable=False),
        sa.Column("network_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "connection_id", "system_id", name="pk_usages"),
    )
    op.create_index("ix_usages_system", "usages", ["account_id", "system_id"])


def _promise() -> list[sa.Column[object]]:
    return [
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False, unique=True),
        sa.Column("caller_id", sa.Uuid, nullable=False),
        sa.Column("network_id", sa.Uuid, nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("scheme", sa.String(40), nullable=False),
        sa.Column("given", sa.JSON, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False, index=True),
    ]


def _survey() -> list[sa.Column[object]]:
    return [
        sa.Column("checked_at", UtcDateTime),
        sa.Column("identity", sa.String(320), nullable=False),
        sa.Column("can_write", sa.Boolean),
        sa.Column("findings", sa.JSON, nullable=False),
        sa.Column("found", sa.JSON, nullable=False),
    ]
