"""When a connection was last resumed, by a person or a new credential."""

import sqlalchemy as sa
from alembic import op

from syncline_common.db.types import UtcDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("connection", sa.Column("went_on_at", UtcDateTime))
