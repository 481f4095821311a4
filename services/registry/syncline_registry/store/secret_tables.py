"""Sealed secrets, and the wrapped keys that seal them. Without the key file both say nothing."""

from sqlalchemy import (
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Uuid,
)

from syncline_common.db.types import UtcDateTime


def secret_tables(metadata: MetaData) -> tuple[Table, Table]:
    return _data_key(metadata), _secret(metadata)


def _data_key(metadata: MetaData) -> Table:
    return Table(
        "data_key",
        metadata,
        Column("account_id", Uuid, nullable=False),
        Column("id", Integer, nullable=False),  # counts up within the account; the newest seals
        Column("kek_id", String(60), nullable=False),
        Column("wrapped", LargeBinary, nullable=False),
        Column("created_at", UtcDateTime, nullable=False),
        Column("retired_at", UtcDateTime),  # to be replaced: its secrets are sealed anew, then it goes
        PrimaryKeyConstraint("account_id", "id", name="pk_data_key"),
    )


def _secret(metadata: MetaData) -> Table:
    return Table(
        "secret",
        metadata,
        Column("account_id", Uuid, nullable=False),
        Column("owner", String(40), nullable=False),
        Column("owner_id", Uuid, nullable=False),
        Column("field", String(60), nullable=False),
        Column("version", Integer, nullable=False),
        Column("data_key_id", Integer, nullable=False),
        Column("nonce", LargeBinary, nullable=False),
        Column("ciphertext", LargeBinary, nullable=False),
        Column("last4", String(4)),
        Column("created_at", UtcDateTime, nullable=False),
        PrimaryKeyConstraint("account_id", "owner", "owner_id", "field", name="pk_secret"),
        ForeignKeyConstraint(
            ["account_id", "data_key_id"], ["data_key.account_id", "data_key.id"], name="fk_secret_data_key"
        ),
        Index("ix_secret_data_key", "account_id", "data_key_id"),
    )
