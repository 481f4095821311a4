"""What an access token says, and how it is signed: one algorithm, one kind of key, nothing negotiable."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from uuid import UUID

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from syncline_common.clock import Clock
from syncline_common.errors import Unauthenticated
from syncline_common.schemas.caller import Caller, Role

ALGORITHM = "Ed25519"  # EdDSA, under the name that RFC 9864 gives to this curve
ISSUER, AUDIENCE, TYPE = "syncline", "syncline", "at+jwt"
LIFE = timedelta(minutes=10)
LEEWAY = timedelta(seconds=30)  # between the clocks of our own machines

Keys = Mapping[str, OKPKey]  # by key id


@dataclass(frozen=True, slots=True)
class Grant:
    """An access token's content."""

    caller: Caller
    session_id: UUID
    issued_at: datetime


def sign(grant: Grant, key_id: str, key: OKPKey) -> str:
    issued, caller = grant.issued_at, grant.caller
    networks = caller.network_ids
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(caller.actor_id),
        "sid": str(grant.session_id),
        "account": str(caller.account_id),
        "role": caller.role,
        "name": caller.name,
        "networks": None if networks is None else sorted(map(str, networks)),
        "iat": int(issued.timestamp()),
        "exp": int((issued + LIFE).timestamp()),
        "issued_us": int(issued.timestamp() * 1_000_000),  # a change may come within the same second
    }
    return jwt.encode({"alg": ALGORITHM, "kid": key_id, "typ": TYPE}, claims, key, algorithms=[ALGORITHM])


def read(token: str, keys: Keys, clock: Clock) -> Grant:
    """Unauthenticated for whatever is wrong, without saying what: the difference helps nobody honest."""
    try:
        headers, claims = _opened(token, keys)
        _check_times(claims, clock.now())
        if (claims["iss"], claims["aud"], headers.get("typ")) != (ISSUER, AUDIENCE, TYPE):
            raise ValueError("not for us")
        return _grant(claims)
    except (JoseError, ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError):
        raise Unauthenticated("This token is not valid, or no longer; sign in again") from None


def key_id_of(token: str) -> str:
    """Which key it names; nothing is believed yet."""
    try:
        return str(jws.extract_compact(token.encode()).headers()["kid"])
    except (JoseError, ValueError, KeyError, TypeError, AttributeError):
        return ""


def _opened(token: str, keys: Keys) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    key = keys[key_id_of(token)]
    opened = jwt.decode(token, key, algorithms=[ALGORITHM])
    return opened.header, opened.claims


def _check_times(claims: Mapping[str, Any], now: datetime) -> None:
    issued, expires = _instant(claims["iat"]), _instant(claims["exp"])
    if not (issued <= now + LEEWAY and now < expires and expires - issued <= LIFE + timedelta(seconds=1)):
        raise ValueError("not now")


def _instant(seconds: object) -> datetime:
    if not isinstance(seconds, int) or isinstance(seconds, bool):
        raise ValueError("no time")
    return datetime.fromtimestamp(seconds, UTC)


def _grant(claims: Mapping[str, Any]) -> Grant:
    if claims["role"] not in get_args(Role):
        raise ValueError("no role of ours")
    networks = claims["networks"]
    granted = None if networks is None else frozenset(map(UUID, networks))
    caller = Caller(
        UUID(claims["account"]), UUID(claims["sub"]), claims["role"], granted, name=str(claims["name"])
    )
    issued = datetime.fromtimestamp(claims["issued_us"] / 1_000_000, UTC)
    return Grant(caller, UUID(claims["sid"]), issued)
