"""The two tables a service adds to its own database to speak on the bus."""

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, String, Table, Uuid

from syncline_common.db.types import BigKey, UtcDateTime


def bus_tables(metadata: MetaData) -> tuple[Table, Table]:
    """Attach `outbox` and `inbox` to the service's metadata."""
    return _outbox(metadata), _inbox(metadata)


def _outbox(metadata: MetaData) -> Table:
    """Sent rows stay 7 days, as the broker's log does: either can be replayed from the other."""
    table = Table(
        "outbox",
        metadata,
        Column("seq", BigKey, primary_key=True, autoincrement=True),
        Column("event_id", Uuid, nullable=False, unique=True),
        Column("account_id", Uuid, nullable=False),
        Column("routing_key", String(120), nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("created_at", UtcDateTime, nullable=False),
        Column("sent_at", UtcDateTime, index=True),
    )
    waiting = table.c.sent_at.is_(None)
    Index("ix_outbox_waiting", table.c.seq, postgresql_where=waiting, sqlite_where=waiting)
    return table


def _inbox(metadata: MetaData) -> Table:
    """Done rows are what makes a second delivery harmless; parked ones are listed and replayed by API or SQL."""
    table = Table(
        "inbox",
        metadata,
        Column("seq", BigKey, primary_key=True, autoincrement=True),
        Column("event_id", Uuid, nullable=False, unique=True),
        Column("account_id", Uuid),  # unknown if the message was not one of ours
        Column("routing_key", String(120), nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("received_at", UtcDateTime, nullable=False, index=True),
        Column("attempts", Integer, nullable=False),
        Column("due_at", UtcDateTime, nullable=False),
        Column("error", String(400)),
        Column("done_at", UtcDateTime, index=True),
        Column("parked_at", UtcDateTime),
    )
    parked = table.c.parked_at.is_not(None)
    waiting = table.c.done_at.is_(None) & table.c.parked_at.is_(None)
    Index("ix_inbox_waiting", table.c.due_at, table.c.seq, postgresql_where=waiting, sqlite_where=waiting)
    Index(
        "ix_inbox_parked", table.c.account_id, table.c.event_id, postgresql_where=parked, sqlite_where=parked
    )
    return table
