"""What the connections service has beside what every service has."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from syncline_common.db.tx import Database
from syncline_common.runtime.service import Home
from syncline_connections.registry import Registry


@dataclass(frozen=True, slots=True)
class Own:
    registry: Registry


def own_of(home: Home) -> Own:
    return cast(Own, home.own)


def _registry(request: Request) -> Registry:
    return own_of(request.app.state.home).registry


def _database(request: Request) -> Database:
    database: Database = request.app.state.home.database
    return database


ByRegistry = Annotated[Registry, Depends(_registry)]
ByDatabase = Annotated[Database, Depends(_database)]  # for a short look, over before anybody else is asked
