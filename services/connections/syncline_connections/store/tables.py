"""Tables of the connections service, and how domain objects sit in them. Keys name the account, so none can refer to another's."""

from sqlalchemy import Column, MetaData, PrimaryKeyConstraint, Table, Uuid
from sqlalchemy.orm import composite, registry

from syncline_common.runtime.tables import common_tables
from syncline_connections.domain.build import Build
from syncline_connections.domain.connection import Connection, End
from syncline_connections.domain.draft import Draft
from syncline_connections.store.connection_tables import connection_tables

metadata = MetaData()
common_tables(metadata)
connection_tables(metadata)

networks = Table(  # the registry's, as far as we need to know them
    "networks",
    metadata,
    Column("account_id", Uuid, nullable=False),
    Column("id", Uuid, nullable=False),
    PrimaryKeyConstraint("account_id", "id", name="pk_networks"),
)

connection, build, build_progress, draft, version, step_estimate, removal = (
    metadata.tables[name]
    for name in ("connection", "build", "build_progress", "draft", "version", "step_estimate", "removal")
)
OWNED = (version, draft, build_progress, build)  # what goes with a connection, before it


def _end(side: str) -> object:
    names = ("url", "kind", "name", "system_id", "node_id")
    return composite(End, *(connection.c[f"{side}_{name}"] for name in names))


mapper = registry(metadata=metadata)
mapper.map_imperatively(Connection, connection, properties={"a": _end("a"), "b": _end("b")})
mapper.map_imperatively(Build, build)
mapper.map_imperatively(Draft, draft)
