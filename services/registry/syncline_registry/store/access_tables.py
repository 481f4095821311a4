"""Tables for who may come in: accounts, people, sessions, API keys, signing keys, failed sign-ins."""

from sqlalchemy import (
    JSON,
    Column,
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

from syncline_common.db.types import BigKey, UtcDateTime


def access_tables(metadata: MetaData) -> None:
    _people(metadata)
    _sessions(metadata)
    _keys(metadata)


def _people(metadata: MetaData) -> None:
    Table(
        "accounts",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("name", String(120), nullable=False),
        Column("created_at", UtcDateTime, nullable=False),
    )
    Table(
        "people",
        metadata,
        Column("account_id", Uuid, nullable=False),
        Column("id", Uuid, nullable=False),
        Column("email", String(320), nullable=False),
        Column("email_key", String(960), nullable=False, index=True),
        Column("name", String(120), nullable=False),
        Column("role", String(20), nullable=False),
        Column("granted", JSON),
        Column("password_hash", String(200)),
        Column("version", Integer, nullable=False),
        Column("created_at", UtcDateTime, nullable=False),
        PrimaryKeyConstraint("account_id", "id", name="pk_people"),
        UniqueConstraint("account_id", "email_key", name="uq_people_email"),
        ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_people_account"),
    )


def _sessions(metadata: MetaData) -> None:
    Table(
        "sessions",
        metadata,
        Column("account_id", Uuid, nullable=False),
        Column("id", Uuid, nullable=False),
        Column("person_id", Uuid, nullable=False),
        Column("created_at", UtcDateTime, nullable=False),
        Column("revoked_at", UtcDateTime),
        PrimaryKeyConstraint("account_id", "id", name="pk_sessions"),
        Index("ix_sessions_person", "account_id", "person_id"),
    )
    Table(
        "refresh_tokens",
        metadata,
        Column("hash", String(64), primary_key=True),
        Column("account_id", Uuid, nullable=False),
        Column("session_id", Uuid, nullable=False),
        Column("expires_at", UtcDateTime, nullable=False, index=True),
        Column("used_at", UtcDateTime),
    )
    Table(
        "sign_in_failures",
        metadata,
        Column("seq", BigKey, primary_key=True, autoincrement=True),
        Column("email_key", String(960), nullable=False),
        Column("address", String(60), nullable=False),
        Column("at", UtcDateTime, nullable=False, index=True),
        Index("ix_sign_in_failures_email", "email_key", "at"),
        Index("ix_sign_in_failures_address", "address", "at"),
    )


def _keys(metadata: MetaData) -> None:
    Table(
        "api_keys",
        metadata,
        Column("account_id", Uuid, nullable=False),
        Column("id", Uuid, nullable=False),
        Column("name", String(120), nullable=False),
        Column("role", String(20), nullable=False),
        Column("granted", JSON),
        Column("hash", String(64), nullable=False, unique=True),
        Column("last4", String(4), nullable=False),
        Column("created_at", UtcDateTime, nullable=False),
        Column("expires_at", UtcDateTime),
        PrimaryKeyConstraint("account_id", "id", name="pk_api_keys"),
        ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_api_keys_account"),
    )
    Table(
        "signing_keys",  # the private part is a sealed secret
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("public", JSON, nullable=False),
        Column("created_at", UtcDateTime, nullable=False),
    )
