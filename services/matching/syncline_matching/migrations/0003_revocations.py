"""Whose access has changed."""

from alembic import op

from syncline_common.runtime.tables import create_revocations

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    create_revocations(op)
