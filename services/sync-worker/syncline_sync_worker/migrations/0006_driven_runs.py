"""Tasks know nodes; runs that people ask for, their counts by side, and what an outcome consisted of."""

import sqlalchemy as sa
from alembic import op

from syncline_common.db.types import UtcDateTime

revision = "0006"
down_revision = "0005"

BEFORE = ("unchanged", "ignored", "set_aside", "held_back", "conflicts")
OF_RECORDS = ("scanned", *BEFORE)


def upgrade() -> None:
    for side in "ab":
        op.execute(f"ALTER TABLE task RENAME COLUMN system_{side} TO node_{side}")
    for name in OF_RECORDS:
        for side in "ab":
            op.add_column("run", _count(f"{name}_{side}"))
    for name in BEFORE:
        op.execute(f"UPDATE run SET {name}_a = {name}")
        op.drop_column("run", name)
    op.add_column("run", sa.Column("ask", sa.JSON))
    op.add_column("run", sa.Column("revision", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("run", sa.Column("read_at", UtcDateTime))
    op.add_column("outcome", sa.Column("detail", sa.JSON))


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default="0")
