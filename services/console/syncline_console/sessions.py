"""Who is signed in here. The browser has a random word; tokens stay in the console, sealed by that word."""

import asyncio
import hmac
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from weakref import WeakValueDictionary

from pydantic import BaseModel

from syncline_common.db.tx import Database
from syncline_common.errors import Unauthenticated, Unavailable
from syncline_console.client import registry
from syncline_console.client.line import Lines, Refused, Turned
from syncline_console.client.views import Me, Tokens
from syncline_console.sealing import key_of, opened, seal
from syncline_console.store.session_store import Kept, SessionStore

EARLY = timedelta(seconds=60)  # before its end a token is renewed
RENEWING = timedelta(seconds=20)  # how long one process may take for it
LOOKS, BETWEEN = (
    80,
    0.25,
)  # how often, and with how many seconds between, another process's renewal is awaited
ENDED = "Your session has ended; sign in again"


class Inside(BaseModel):
    """What is sealed."""

    access_token: str
    refresh_token: str
    me: Me


@dataclass(frozen=True, slots=True)
class Session:
    secret: str  # what the browser has
    inside: Inside

    @property
    def me(self) -> Me:
        return self.inside.me


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def csrf_of(secret: str) -> str:
    """What a form carries beside the cookie; it can't be told from the one to the other without the secret."""
    return hmac.new(secret.encode(), b"syncline console form", sha256).hexdigest()


class Sessions:
    def __init__(self, db: Database, lines: Lines) -> None:
        self._db, self._lines = db, lines
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def begin(self, email: str, password: str, address: str) -> Session:
        tokens = await registry.sign_in(self._lines, email, password, address)
        session = Session(new_secret(), await self._inside(tokens))
        async with self._db.begin() as tx:
            until = _fresh_until(await tx.now(), tokens)
            await SessionStore(tx, _id(session.secret)).add(_sealed(session), until)
        return session

    async def get(self, secret: str, *, turned_away: str | None = None) -> Session:
        """With tokens that are good for a while. `turned_away`: an access token that is no longer, whatever it says."""
        turn = self._turns.setdefault(secret, asyncio.Lock())
        async with turn:
            for _ in range(LOOKS):
                kept, now, session = await self._read(secret)
                stale = kept.fresh_until - EARLY <= now or session.inside.access_token == turned_away
                if not stale:
                    return session
                if await self._claimed(secret, kept):
                    return await self._renewed(session)
                await asyncio.sleep(BETWEEN)
        raise Unavailable("Your session is being renewed; try again shortly")

    async def end(self, session: Session) -> None:
        async with self._db.begin() as tx:
            await SessionStore(tx, _id(session.secret)).remove(tx)
        await registry.sign_out(self._lines, session.inside.refresh_token)

    async def _read(self, secret: str) -> tuple[Kept, datetime, Session]:
        async with self._db.read() as tx:
            kept, now = await SessionStore(tx, _id(secret)).get(), await tx.now()
        text = None if kept is None else opened(_key(secret), kept.sealed, _id(secret))
        if kept is None or text is None:
            raise Unauthenticated(ENDED)
        return kept, now, Session(secret, Inside.model_validate_json(text))

    async def _claimed(self, secret: str, kept: Kept) -> bool:
        async with self._db.begin() as tx:
            return await SessionStore(tx, _id(secret)).claim(kept, RENEWING)

    async def _renewed(self, old: Session) -> Session:
        """A refresh token works once, so it is sent by one process, once."""
        async with self._given_back_if_it_fails(old.secret):
            tokens = await registry.refresh(self._lines, old.inside.refresh_token)
        session = Session(old.secret, Inside(**tokens.model_dump(exclude={"expires_in"}), me=old.me))
        await self._keep(session, tokens)  # before anything else can fail: the old one is used up
        session = Session(old.secret, await self._inside(tokens))
        await self._keep(session, tokens)
        return session

    async def _keep(self, session: Session, tokens: Tokens) -> None:
        async with self._db.begin() as tx:
            until = _fresh_until(await tx.now(), tokens)
            await SessionStore(tx, _id(session.secret)).renew(_sealed(session), until)

    @asynccontextmanager
    async def _given_back_if_it_fails(self, secret: str) -> AsyncIterator[None]:
        try:
            yield
        except Turned:
            async with self._db.begin() as tx:
                await SessionStore(tx, _id(secret)).remove(tx)
            raise Unauthenticated(ENDED) from None
        except (Unavailable, Refused):
            async with self._db.begin() as tx:
                await SessionStore(tx, _id(secret)).give_back()
            raise

    async def _inside(self, tokens: Tokens) -> Inside:
        who = await registry.me(self._lines, tokens.access_token)
        return Inside(access_token=tokens.access_token, refresh_token=tokens.refresh_token, me=who)


def _id(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _key(secret: str) -> bytes:
    return key_of(secret.encode(), "session")


def _sealed(session: Session) -> bytes:
    return seal(_key(session.secret), session.inside.model_dump_json(), _id(session.secret))


def _fresh_until(now: datetime, tokens: Tokens) -> datetime:
    return now + timedelta(seconds=tokens.expires_in)
