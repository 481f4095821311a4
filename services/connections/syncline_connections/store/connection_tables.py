"""Tables of connections, their builds, drafts and versions."""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Enum,
    Float,
    ForeignKeyConstraint,
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
from syncline_connections.domain.states import State

STATE = Enum(
    State,
    native_enum=False,
    create_constraint=False,
    length=24,
    values_callable=lambda states: [it.value for it in states],
)


def connection_tables(metadata: MetaData) -> None:
    _connection(metadata)
    _build(metadata)
    _configuration(metadata)
    Table(
        "step_estimate",  # what the steps of builds take
        metadata,
        Column("account_id", Uuid, nullable=False),
        Column("step", String(40), nullable=False),
        Column("seconds", Float, nullable=False),
        Column("builds", Integer, nullable=False),
        PrimaryKeyConstraint("account_id", "step", name="pk_step_estimate"),
    )
    Table(
        "removal",  # systems that are to go with the connection that used them
        metadata,
        Column("account_id", Uuid, nullable=False),
        Column("network_id", Uuid, nullable=False),
        Column("system_id", Uuid, nullable=False),
        Column("tries", Integer, nullable=False),
        Column("due_at", UtcDateTime, nullable=False, index=True),
        PrimaryKeyConstraint("account_id", "network_id", "system_id", name="pk_removal"),
    )


def _connection(metadata: MetaData) -> None:
    Table(
        "connection",
        metadata,
        Column("account_id", Uuid, nullable=False),
        Column("id", Uuid, nullable=False),
        Column("network_id", Uuid, nullable=False),
        Column("name", String(120), nullable=False),
        Column("name_key", String(360), nullable=False),  # folded: some letters become three
        Column("pair_key", String(64), nullable=False),
        Column("description", String(2000), nullable=False),
        Column("template", String(20), nullable=False),
        Column("state", STATE, nullable=False),
        Column("cause", String(60)),
        Column("paused_before", Boolean, nullable=False),
        Column("went_on_at", UtcDateTime),
        *_end("a"),
        *_end("b"),
        Column("published_version", Integer),
        Column("last_run", JSON(none_as_null=True)),
        Column("version", Integer, nullable=False),
        Column("remove_systems", Boolean, nullable=False),
        Column("created_at", UtcDateTime, nullable=False),
        PrimaryKeyConstraint("account_id", "id", name="pk_connection"),
        UniqueConstraint("account_id", "pair_key", "name_key", name="uq_connection_name"),
        Index("ix_connection_a", "account_id", "a_system_id"),
        Index("ix_connection_b", "account_id", "b_system_id"),
        Index("ix_connection_state", "state"),
    )


def _end(side: str) -> tuple[Column[Any], ...]:
    return (
        Column(f"{side}_url", String(2000), nullable=False),
        Column(f"{side}_kind", String(40), nullable=False),
        Column(f"{side}_name", String(200), nullable=False),
        Column(f"{side}_system_id", Uuid),
        Column(f"{side}_node_id", Uuid),
    )


def _of_connection(name: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["account_id", "connection_id"],
        ["connection.account_id", "connection.id"],
        name=f"fk_{name}_connection",
    )


def _build(metadata: MetaData) -> None:
    Table(
        "build",
        metadata,
        Column("account_id", Uuid, nullable=False),
        Column("connection_id", Uuid, nullable=False),
        Column("network_id", Uuid, nullable=False),
        Column("asker", JSON, nullable=False),
        Column("ends", JSON, nullable=False),
        Column("status", String(20), nullable=False),
        Column("position", Integer, nullable=False),
        Column("steps", JSON, nullable=False),
        Column("tries", Integer, nullable=False),
        Column("found", JSON, nullable=False),
        Column("initial", JSON(none_as_null=True)),
        Column("due_at", UtcDateTime, index=True),
        Column("lease_owner", String(160)),
        Column("lease_epoch", BigInteger, nullable=False),
        Column("lease_until", UtcDateTime),
        PrimaryKeyConstraint("account_id", "connection_id", name="pk_build"),
        _of_connection("build"),
    )
    Table(
        "build_progress",  # what the build looked like after each change, for those who follow it
        metadata,
        Column("account_id", Uuid, nullable=False),
        Column("connection_id", Uuid, nullable=False),
        Column("position", Integer, nullable=False),
        Column("body", JSON, nullable=False),
        PrimaryKeyConstraint("account_id", "connection_id", "position", name="pk_build_progress"),
        _of_connection("build_progress"),
    )


def _configuration(metadata: MetaData) -> None:
    Table(
        "draft",
        metadata,
        Column("account_id", Uuid, nullable=False),
        Column("connection_id", Uuid, nullable=False),
        Column("document", JSON, nullable=False),
        Column("revision", Integer, nullable=False),
        Column("valid", Boolean, nullable=False),
        Column("problems", JSON, nullable=False),
        Column("tested_by_run", Uuid),
        Column("saved_at", UtcDateTime, nullable=False),
        PrimaryKeyConstraint("account_id", "connection_id", name="pk_draft"),
        _of_connection("draft"),
    )
    Table(
        "version",
        metadata,
        Column("account_id", Uuid, nullable=False),
        Column("connection_id", Uuid, nullable=False),
        Column("number", Integer, nullable=False),
        Column("document", JSON, nullable=False),
        Column("published_at", UtcDateTime, nullable=False),
        Column("published_by", String(320), nullable=False),
        PrimaryKeyConstraint("account_id", "connection_id", "number", name="pk_version"),
        _of_connection("version"),
    )
