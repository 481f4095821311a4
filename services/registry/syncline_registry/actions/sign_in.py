"""Signing in, staying signed in, signing out."""

from dataclasses import dataclass

from pydantic import SecretStr

from syncline_common.access.claims import LIFE as ACCESS_LIFE
from syncline_common.access.claims import Grant
from syncline_common.audit.log import record
from syncline_common.db.tx import Database, Tx
from syncline_common.errors import TooManyRequests, Unauthenticated
from syncline_common.ids import new_id
from syncline_registry.actions.access import announce_change
from syncline_registry.credentials.random_tokens import REFRESH_PREFIX, hash_of, new_token
from syncline_registry.domain.person import Person
from syncline_registry.domain.session import LIFE, RefreshToken, Session
from syncline_registry.own import Own
from syncline_registry.store.failure_store import FailureStore
from syncline_registry.store.person_store import PersonStore, people_with
from syncline_registry.store.session_store import SessionStore

NOT_RIGHT = "E-mail or password is not right"
ENDED = "This session has ended; sign in again"


@dataclass(frozen=True, slots=True)
class Tokens:
    access_token: str
    refresh_token: str
    expires_in: int = int(ACCESS_LIFE.total_seconds())
    token_type: str = "Bearer"


@dataclass(frozen=True, slots=True)
class Granted:
    grant: Grant
    refresh_token: str


async def sign_in(db: Database, own: Own, email: str, password: SecretStr, address: str) -> Tokens:
    """The try is counted before it is judged, so that many at once gain nothing."""
    async with db.begin() as tx:
        store = FailureStore(tx)
        await store.one_at_a_time(address)
        failures = await store.recent(email, address)
        if (wait := failures.wait(await tx.now())) > 0:
            raise TooManyRequests("Too many sign-ins have failed from here; wait a little", retry_after=wait)
        await store.note(email, address)
        candidates = await people_with(tx, email)
    await own.sleep(failures.hold_back())
    person = await own.passwords.first_match(candidates, password.get_secret_value())
    if person is None:
        raise Unauthenticated(NOT_RIGHT)
    async with db.begin() as tx:
        await FailureStore(tx).forget(email, address)
        session = Session(new_id(), person.account_id, person.id, await tx.now())
        SessionStore(tx).add(session)
        granted = await _grant(tx, person, session)
        await record(
            tx,
            person.as_caller(),
            "session.begun",
            noun="session",
            noun_id=session.id,
            after={"address": address},
        )
    return await _signed(own, granted)


async def refresh(db: Database, own: Own, token: str) -> Tokens:
    """A refresh token works once. Used twice, somebody has copied it: the whole session ends."""
    async with db.begin() as tx:
        found = await SessionStore(tx).by_token(hash_of(token))
        granted = None if found is None else await _rotate(tx, *found)
    if granted is None:
        raise Unauthenticated(ENDED)
    return await _signed(own, granted)


async def sign_out(tx: Tx, token: str) -> None:
    """Of an unknown token nothing is said."""
    found = await SessionStore(tx).by_token(hash_of(token))
    if found is not None and found[1].revoke(await tx.now()):
        await announce_change(tx, found[1].account_id, found[1].id)


async def _rotate(tx: Tx, token: RefreshToken, session: Session) -> Granted | None:
    now = await tx.now()
    if session.revoked_at is not None or now >= token.expires_at:
        return None
    if not token.is_good(now):
        session.revoke(now)
        await announce_change(tx, session.account_id, session.id)
        copied = {"reason": "a refresh token was used twice"}
        person = await PersonStore(tx, session.account_id).get(session.person_id)
        who = person.as_caller()
        await record(tx, who, "session.revoked", noun="session", noun_id=session.id, after=copied)
        return None
    token.used_at = now
    person = await PersonStore(tx, session.account_id).get(session.person_id)
    return await _grant(tx, person, session)


async def _grant(tx: Tx, person: Person, session: Session) -> Granted:
    now = await tx.now()
    secret = new_token(REFRESH_PREFIX)
    SessionStore(tx).add(RefreshToken(hash_of(secret), session.id, session.account_id, now + LIFE))
    return Granted(Grant(person.as_caller(), session.id, now), secret)


async def _signed(own: Own, granted: Granted) -> Tokens:
    """After the commit: a token is made only for what is true."""
    return Tokens(await own.signer.sign(granted.grant), granted.refresh_token)
