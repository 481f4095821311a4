"""Where customers want to be told what happens."""

from sqlalchemy import JSON, Column, Integer, MetaData, PrimaryKeyConstraint, String, Table, Uuid

from syncline_common.db.types import BigKey, UtcDateTime
from syncline_sync_worker.store.task_tables import lease_columns


def subscription_table(metadata: MetaData) -> Table:
    return Table(
        "subscription",
        metadata,
        Column("account_id", Uuid, nullable=False),
        Column("id", Uuid, nullable=False),
        Column("url", String(500), nullable=False),
        Column("types", JSON, nullable=False),
        Column("network_ids", JSON(none_as_null=True)),  # what its maker may see; NULL: all
        Column("created_at", UtcDateTime, nullable=False),
        Column("position", BigKey, nullable=False),  # of the account's events: those up to it are done with
        Column("state", String(20), nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("failing_since", UtcDateTime),
        Column("next_try", UtcDateTime),
        Column("last_answer", String(60)),
        *lease_columns(),
        PrimaryKeyConstraint("account_id", "id", name="pk_subscription"),
    )
