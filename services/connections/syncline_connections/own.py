"""What the connections service has beside what every service has."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from syncline_common.db.tx import Database
from syncline_common.runtime.service import Home
from syncline_connections.drafting.kept import KeptFacts
from syncline_connections.registry import Registry


@dataclass(frozen=True, slots=True)
class Own:
    registry: Registry
    kept: KeptFacts


def own_of(home: Home) -> Own:
    return cast(Own, home.own)


def _registry(request: Request) -> Registry:
    return own_of(request.app.state.home).registry


def _kept(request: Request) -> KeptFacts:
    return own_of(request.app.state.home).kept


def _database(request: Request) -> Database:
    database: Database = request.app.state.home.database
    return database


ByRegistry = Annotated[Registry, Depends(_registry)]
ByKept = Annotated[KeptFacts, Depends(_kept)]
ByDatabase = Annotated[Database, Depends(_database)]  # for a short look, over before anybody else is asked
