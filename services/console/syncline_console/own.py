"""What the console has beside its database: lines to the services, sessions, a key for what people have begun."""

from dataclasses import dataclass

from fastapi import Request

from syncline_common.clients.health import HealthClient
from syncline_common.db.tx import Database
from syncline_common.runtime.service import Home
from syncline_console.client.line import Lines
from syncline_console.sessions import Sessions


@dataclass(frozen=True, slots=True)
class Own:
    lines: Lines
    sessions: Sessions
    health: HealthClient
    wizard_key: bytes
    secure: bool  # people come by https

    @staticmethod
    def of(request: Request) -> "Own":
        own = request.app.state.own
        assert isinstance(own, Own)
        return own


def home_of(request: Request) -> Home:
    home = request.app.state.home
    assert isinstance(home, Home)
    return home


def database_of(request: Request) -> Database:
    return home_of(request).database
