"""Accounts, people, sessions, API keys: who may come in."""

import sqlalchemy as sa
from alembic import op

from syncline_common.db.types import BigKey, UtcDateTime
from syncline_common.runtime.tables import create_revocations

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    create_revocations(op)
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "people",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("email_key", sa.String(960), nullable=False, index=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("granted", sa.JSON),
        sa.Column("password_hash", sa.String(200)),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_people"),
        sa.UniqueConstraint("account_id", "email_key", name="uq_people_email"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_people_account"),
    )
    _create_sessions()
    _create_keys()
    op.create_table(
        "sign_in_failures",
        sa.Column("seq", BigKey, primary_key=True, autoincrement=True),
        sa.Column("email_key", sa.String(960), nullable=False),
        sa.Column("address", sa.String(60), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False, index=True),
    )
    op.create_index("ix_sign_in_failures_email", "sign_in_failures", ["email_key", "at"])
    op.create_index("ix_sign_in_failures_address", "sign_in_failures", ["address", "at"])


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("revoked_at", UtcDateTime),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_sessions"),
    )
    op.create_index("ix_sessions_person", "sessions", ["account_id", "person_id"])
    op.create_table(
        "refresh_tokens",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("session_id", sa.Uuid, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False, index=True),
        sa.Column("used_at", UtcDateTime),
    )


def _create_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("granted", sa.JSON),
        sa.Column("hash", sa.String(64), nullable=False, unique=True),
        sa.Column("last4", sa.String(4), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_api_keys"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_api_keys_account"),
    )
    op.create_table(
        "signing_keys",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("public", sa.JSON, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
    )
