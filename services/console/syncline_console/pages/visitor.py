"""Who is looking at a page, and what they may do. Services decide; pages only leave out what would be refused."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from syncline_common.errors import Forbidden, Unauthenticated
from syncline_console.client.connections import Connections
from syncline_console.client.line import Line
from syncline_console.client.registry import Registry
from syncline_console.client.sync import Sync
from syncline_console.client.views import Me
from syncline_console.own import Own
from syncline_console.pages.cookies import session_of
from syncline_console.sessions import Session, csrf_of


@dataclass(frozen=True, slots=True)
class Visitor:
    session: Session
    line: Line

    @property
    def me(self) -> Me:
        return self.session.me

    @property
    def registry(self) -> Registry:
        return Registry(self.line)

    @property
    def connections(self) -> Connections:
        return Connections(self.line)

    @property
    def sync(self) -> Sync:
        return Sync(self.line)

    @property
    def csrf(self) -> str:
        return csrf_of(self.session.secret)

    @property
    def administers(self) -> bool:
        return self.me.role == "administrator"

    @property
    def changes(self) -> bool:
        return self.me.role != "viewer"

    def enters(self, network_id: UUID) -> bool:
        return self.me.network_ids is None or network_id in self.me.network_ids


async def _visitor(request: Request) -> Visitor:
    secret, sessions = session_of(request), Own.of(request).sessions
    if secret is None:
        raise Unauthenticated("Sign in first")
    session = await sessions.get(secret)
    held = [session.inside.access_token]

    async def token(turned_away: bool) -> str:
        if turned_away:
            held[0] = (await sessions.get(secret, turned_away=held[0])).inside.access_token
        return held[0]

    return Visitor(session, Line(Own.of(request).lines, token))


async def _maybe(request: Request) -> Visitor | None:
    try:
        return await _visitor(request)
    except Unauthenticated:
        return None


BySignedIn = Annotated[Visitor, Depends(_visitor)]
ByAnybody = Annotated[Visitor | None, Depends(_maybe)]


def _administrator(visitor: BySignedIn) -> Visitor:
    if not visitor.administers:
        raise Forbidden("Only an administrator may see this")
    return visitor


ByAdministrator = Annotated[Visitor, Depends(_administrator)]


def _changer(visitor: BySignedIn) -> Visitor:
    if not visitor.changes:
        raise Forbidden("Viewers can't change anything")
    return visitor


ByChanger = Annotated[Visitor, Depends(_changer)]
