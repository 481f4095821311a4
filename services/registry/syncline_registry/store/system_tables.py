"""Systems, their nodes, and what is kept for a while beside them."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKeyConstraint,
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

from syncline_common.db.types import UtcDateTime


def system_tables(metadata: MetaData) -> tuple[Table, ...]:
    return (
        _systems(metadata),
        _nodes(metadata),
        _tickets(metadata),
        _sign_ins(metadata),
        _usages(metadata),
        _discoveries(metadata),
    )


def _systems(metadata: MetaData) -> Table:
    return Table(
        "systems",
        metadata,
        Column("account_id", Uuid, nullable=False),
        Column("id", Uuid, nullable=False),
        Column("kind", String(40), nullable=False),
        Column("url", String(500), nullable=False),  # canonical
        Column("created_at", UtcDateTime, nullable=False),
        Column("key", String(120)),
        PrimaryKeyConstraint("account_id", "id", name="pk_systems"),
        UniqueConstraint("account_id", "url", name="uq_systems_url"),
    )


def _nodes(metadata: MetaData) -> Table:
    return Table(
        "nodes",
        metadata,
        Column("account_id", Uuid, nullable=False),
        Column("id", Uuid, nullable=False),
        Column("system_id", Uuid, nullable=False),
        Column("network_id", Uuid, nullable=False),
        Column("name", String(520), nullable=False),
        Column("scheme", String(40), nullable=False),
        Column("given", JSON, nullable=False),
        Column("created_at", UtcDateTime, nullable=False),
        Column("key", String(120)),
        Column("version", Integer, nullable=False),
        Column("credential_version", Integer, nullable=False),
        Column("rejected", String(40)),
        Column("rejected_at", UtcDateTime),
        Column("checked_at", UtcDateTime),
        Column("identity", String(320), nullable=False),
        Column("can_write", Boolean),
        Column("findings", JSON, nullable=False),
        Column("found", JSON, nullable=False),
        Column("configured", JSON),
        Column("configured_at", UtcDateTime),
        Column("renewing_until", UtcDateTime),
        Column("webhooks", JSON(none_as_null=True)),
        Column("webhooks_due_at", UtcDateTime),
        PrimaryKeyConstraint("account_id", "id", name="pk_nodes"),
        UniqueConstraint("account_id", "system_id", "network_id", name="uq_nodes_network"),
        ForeignKeyConstraint(
            ["account_id", "system_id"], ["systems.account_id", "systems.id"], name="fk_nodes_system"
        ),
        ForeignKeyConstraint(
            ["account_id", "network_id"], ["networks.account_id", "networks.id"], name="fk_nodes_network"
        ),
        Index("ix_nodes_network", "account_id", "network_id"),
        Index("ix_nodes_webhooks_due_at", "webhooks_due_at"),
    )


def _tickets(metadata: MetaData) -> Table:
    return Table(
        "tickets",
        metadata,
        *_promise(),
        Column("checked_at", UtcDateTime),
        Column("identity", String(320), nullable=False),
        Column("can_write", Boolean),
        Column("findings", JSON, nullable=False),
        Column("found", JSON, nullable=False),
        PrimaryKeyConstraint("account_id", "id", name="pk_tickets"),
    )


def _sign_ins(metadata: MetaData) -> Table:
    return Table(
        "sign_ins",
        metadata,
        *_promise(),
        Column("redirect_uri", String(2000), nullable=False),
        Column("return_to", String(500)),
        PrimaryKeyConstraint("account_id", "id", name="pk_sign_ins"),
    )


def _promise() -> list[Column[object]]:
    """What is bound to a person, a network and a system for a while. No reference: a network may go meanwhile."""
    return [
        Column("account_id", Uuid, nullable=False),
        Column("id", Uuid, nullable=False),
        Column("hash", String(64), nullable=False, unique=True),
        Column("caller_id", Uuid, nullable=False),
        Column("network_id", Uuid, nullable=False),
        Column("url", String(500), nullable=False),
        Column("kind", String(40), nullable=False),
        Column("scheme", String(40), nullable=False),
        Column("given", JSON, nullable=False),
        Column("expires_at", UtcDateTime, nullable=False, index=True),
    ]


def _usages(metadata: MetaData) -> Table:
    """Connections and the systems that they connect, as their service told us. Its word may come before ours."""
    return Table(
        "usages",
        metadata,
        Column("account_id", Uuid, nullable=False),
        Column("connection_id", Uuid, nullable=False),
        Column("system_id", Uuid, nullable=False),
        Column("network_id", Uuid, nullable=False),
        Column("projects", JSON(none_as_null=True)),  # that its flows name, once it is published
        PrimaryKeyConstraint("account_id", "connection_id", "system_id", name="pk_usages"),
        Index("ix_usages_system", "account_id", "system_id"),
    )


def _discoveries(metadata: MetaData) -> Table:
    return Table(
        "discoveries",
        metadata,
        Column("account_id", Uuid, nullable=False),
        Column("node_id", Uuid, nullable=False),
        Column("what", String(20), nullable=False),
        Column("argument", String(64), nullable=False),
        Column("body", Text, nullable=False),
        Column("at", UtcDateTime, nullable=False, index=True),
        PrimaryKeyConstraint("account_id", "node_id", "what", "argument", name="pk_discoveries"),
    )
