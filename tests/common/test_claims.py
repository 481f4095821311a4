"""Access tokens: what is signed is read back; whatever else somebody sends is refused."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jwt
from joserfc.jwk import OKPKey

from syncline_common.access.claims import ALGORITHM, LIFE, Grant, key_id_of, read, sign
from syncline_common.clock import ManualClock
from syncline_common.errors import Unauthenticated
from syncline_common.ids import new_id
from syncline_common.schemas.caller import Caller

NOW = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
KEY, OTHER = OKPKey.generate_key("Ed25519"), OKPKey.generate_key("Ed25519")
PUBLIC = OKPKey.import_key(KEY.as_dict(private=False))
KEYS = {"k1": PUBLIC, "k2": OKPKey.import_key(OTHER.as_dict(private=False))}
CALLER = Caller(new_id(), new_id(), "manager", frozenset({new_id()}), name="Somebody")
GRANT = Grant(CALLER, new_id(), NOW)
GOOD: dict[str, Any] = jwt.decode(sign(GRANT, "k1", KEY), PUBLIC, algorithms=[ALGORITHM]).claims


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


def forged(
    claims: dict[str, Any] | None = None, header: dict[str, Any] | None = None, key: OKPKey = KEY
) -> str:
    """Signed by hand: our own library would refuse to make most of these."""
    head = {"alg": ALGORITHM, "kid": "k1", "typ": "at+jwt"} | (header or {})
    text = f"{part(head)}.{part(GOOD | (claims or {}))}"
    private = key.get_op_key("sign")
    assert isinstance(private, Ed25519PrivateKey)
    signature = private.sign(text.encode())
    return f"{text}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def unsigned(algorithm: str) -> str:
    return f"{part({'alg': algorithm, 'kid': 'k1', 'typ': 'at+jwt'})}.{part(GOOD)}."


def hs256(secret: bytes) -> str:
    text = f"{part({'alg': 'HS256', 'kid': 'k1', 'typ': 'at+jwt'})}.{part(GOOD)}"
    mac = hmac.new(secret, text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def test_what_was_signed_is_read_back(clock: ManualClock) -> None:
    token = sign(GRANT, "k1", KEY)
    assert read(token, KEYS, clock) == GRANT and key_id_of(token) == "k1"


def test_an_administrator_has_all_networks(clock: ManualClock) -> None:
    everywhere = Grant(Caller(new_id(), new_id(), "administrator"), new_id(), NOW)
    assert read(sign(everywhere, "k1", KEY), KEYS, clock).caller.network_ids is None


ISSUED = int(NOW.timestamp())
REFUSED = {
    "alg none": unsigned("none"),
    "alg None": unsigned("None"),
    "no alg": f"{part({'kid': 'k1'})}.{part(GOOD)}.",
    "HS256 with the public key": hs256(base64.urlsafe_b64decode(str(PUBLIC.as_dict()["x"]) + "=")),
    "HS256 with the public key's document": hs256(json.dumps(PUBLIC.as_dict()).encode()),
    "EdDSA said to be HS256": forged(header={"alg": "HS256"}),
    "the curve's old name": forged(header={"alg": "EdDSA"}),
    "another key under our key's name": forged(key=OTHER),
    "our key under another's name": forged(header={"kid": "k2"}),
    "a key that we don't know": forged(header={"kid": "k9"}),
    "no key id": forged(header={"kid": None}),
    "another type": forged(header={"typ": "JWT"}),
    "another audience": forged({"aud": "other"}),
    "a list of audiences": forged({"aud": ["syncline", "other"]}),
    "another issuer": forged({"iss": "other"}),
    "no role": forged({"role": "owner"}),
    "no account": forged({"account": "x"}),
    "networks that are no ids": forged({"networks": ["x"]}),
    "networks that are no list": forged({"networks": 7}),
    "expires never": forged({"exp": None}),
    "expires as text": forged({"exp": str(ISSUED + 60)}),
    "lives too long": forged({"exp": ISSUED + 3600}),
    "has expired": forged({"iat": ISSUED - 700, "exp": ISSUED - 100}),
    "expires now": forged({"exp": ISSUED}),
    "was made in the future": forged({"iat": ISSUED + 120, "exp": ISSUED + 180}),
    "a year that does not exist": forged({"iat": 10**18, "exp": 10**18 + 60}),
    "not a token": "x",
    "nothing": "",
    "three dots": "...",
    "a very long one": "a" * 100_000,
    "not ASCII": "ä.ö.ü",
}


@pytest.mark.parametrize("token", REFUSED.values(), ids=REFUSED.keys())
def test_refused(token: str, clock: ManualClock) -> None:
    with pytest.raises(Unauthenticated):
        read(token, KEYS, clock)


@pytest.mark.parametrize("place", ["header", "claims", "signature"])
def test_not_a_bit_may_change(place: str, clock: ManualClock) -> None:
    parts = sign(GRANT, "k1", KEY).split(".")
    at = ["header", "claims", "signature"].index(place)
    for position in range(0, len(parts[at]) - 1, 7):
        text = parts[at]
        other = "A" if text[position] != "A" else "B"
        changed = [*parts]
        changed[at] = text[:position] + other + text[position + 1 :]
        with pytest.raises(Unauthenticated):
            read(".".join(changed), KEYS, clock)


def test_a_token_ends_with_its_life(clock: ManualClock) -> None:
    token = sign(GRANT, "k1", KEY)
    clock.at = NOW + LIFE - timedelta(seconds=1)
    read(token, KEYS, clock)
    clock.at = NOW + LIFE
    with pytest.raises(Unauthenticated):
        read(token, KEYS, clock)
