"""Sealed secrets, and the wrapped keys that seal them."""

import sqlalchemy as sa
from alembic import op

from syncline_common.db.types import UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "data_key",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("kek_id", sa.String(60), nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("retired_at", UtcDateTime),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_data_key"),
    )
    op.create_table(
        "secret",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("owner", sa.String(40), nullable=False),
        sa.Column("owner_id", sa.Uuid, nullable=False),
        sa.Column("field", sa.String(60), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("data_key_id", sa.Integer, nullable=False),
        sa.Column("nonce", sa.LargeBinary, nullable=False),
        sa.Column("ciphertext", sa.LargeBinary, nullable=False),
        sa.Column("last4", sa.String(4)),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "owner", "owner_id", "field", name="pk_secret"),
        sa.ForeignKeyConstraint(
            ["account_id", "data_key_id"], ["data_key.account_id", "data_key.id"], name="fk_secret_data_key"
        ),
    )
    op.create_index("ix_secret_data_key", "secret", ["account_id", "data_key_id"])
