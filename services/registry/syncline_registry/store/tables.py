"""Tables, and how domain objects sit in them. Keys name the account, so none can refer to another's."""

from sqlalchemy import (
    Column,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import registry

from syncline_common.db.retention import Keep
from syncline_common.db.types import UtcDateTime
from syncline_common.runtime.tables import common_tables
from syncline_registry.domain.api_key import ApiKey
from syncline_registry.domain.network import Network
from syncline_registry.domain.person import Account, Person
from syncline_registry.domain.session import RefreshToken, Session
from syncline_registry.domain.system import Node, System
from syncline_registry.domain.ticket import SignIn, Ticket
from syncline_registry.store.access_tables import access_tables
from syncline_registry.store.secret_tables import secret_tables
from syncline_registry.store.system_tables import system_tables

metadata = MetaData()
common_tables(metadata)
access_tables(metadata)
data_key, secret = secret_tables(metadata)
systems, nodes, tickets, sign_ins, usages, discoveries = system_tables(metadata)

networks = Table(
    "networks",
    metadata,
    Column("account_id", Uuid, nullable=False),
    Column("id", Uuid, nullable=False),
    Column("name", String(120), nullable=False),
    Column("name_key", String(360), nullable=False),  # folded: some letters become three
    Column("description", String(2000), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False),
    PrimaryKeyConstraint("account_id", "id", name="pk_networks"),
    UniqueConstraint("account_id", "name_key", name="uq_networks_name"),
)

accounts, people, sessions, refresh_tokens, api_keys, signing_keys, sign_in_failures = (
    metadata.tables[name]
    for name in (
        "accounts",
        "people",
        "sessions",
        "refresh_tokens",
        "api_keys",
        "signing_keys",
        "sign_in_failures",
    )
)

mapper = registry(metadata=metadata)
mapper.map_imperatively(Network, networks)
mapper.map_imperatively(Account, accounts)
mapper.map_imperatively(Person, people)
mapper.map_imperatively(Session, sessions)
mapper.map_imperatively(RefreshToken, refresh_tokens)
mapper.map_imperatively(ApiKey, api_keys)
mapper.map_imperatively(System, systems)
mapper.map_imperatively(Node, nodes)
mapper.map_imperatively(Ticket, tickets)
mapper.map_imperatively(SignIn, sign_ins)

KEEPS = (
    Keep("refresh_tokens", "expires_at", 1),
    Keep("sign_in_failures", "at", 1),
    Keep("discoveries", "at", 7),
)
