"""Tables of the console: who is signed in here, and what they have begun. Everything else is the services'."""

from sqlalchemy import Column, Integer, LargeBinary, MetaData, PrimaryKeyConstraint, String, Table, Uuid

from syncline_common.db.retention import Keep
from syncline_common.db.types import UtcDateTime
from syncline_common.runtime.tables import common_tables

metadata = MetaData()
common_tables(metadata)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(64), primary_key=True),  # a hash of what the browser has
    Column("sealed", LargeBinary, nullable=False),  # by what the browser has: tokens, and whose they are
    Column("fresh_until", UtcDateTime, nullable=False),  # of the access token
    Column("refreshing_until", UtcDateTime),  # one process is renewing it
    Column("used_at", UtcDateTime, nullable=False, index=True),
)
wizards = Table(
    "wizards",
    metadata,
    Column("account_id", Uuid, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("id", Uuid, nullable=False),
    Column("network_id", Uuid, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False, index=True),
    PrimaryKeyConstraint("account_id", "person_id", "id", name="pk_wizards"),
)
KEEPS = (Keep("sessions", "used_at", 30), Keep("wizards", "changed_at", 30))
