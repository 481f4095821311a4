"""OAuth: one renewal for everybody, kept before it is used, and no failure of it that concerns a record."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from backing.canaries import CANARY, sings
from sdk.vendor import Heard, Vendor, Way, answer
from syncline_common import errors
from syncline_common.clock import ManualClock
from syncline_common.sdk.oauth import Client, Grant, OAuth, TokenEndpoint, Tokens
from syncline_common.sdk.oauth_code import SignIn

CLIENT = Client("/token", "me", f"client-{CANARY}")
PASSWORD = Grant.password("user", f"password-{CANARY}")
BACK = "https://syncline.example/registry/v1/oauth/callback"


@dataclass
class Shelf:
    """What all processes share."""

    tokens: Tokens | None = None
    saved: list[str] = field(default_factory=list)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    held: bool = False
    locked: int = 0

    @asynccontextmanager
    async def lock(self) -> AsyncIterator[None]:
        async with self.turn:
            self.held = True
            self.locked += 1
            yield
            self.held = False

    async def load(self) -> Tokens | None:
        assert self.held
        return self.tokens

    async def save(self, tokens: Tokens) -> None:
        assert self.held
        self.tokens = tokens
        self.saved.append(tokens.access)


class Issuer:
    """Refresh tokens are good for one use, access tokens until they are revoked; it counts both."""

    def __init__(self, vendor: Vendor, shelf: Shelf) -> None:
        self.shelf, self.count, self.good = shelf, 0, set[str]()
        self.asked = list[dict[str, str]]()
        self.refreshes, self.body = {"r0"}, dict[str, Any]()
        vendor.script = self.script

    def script(self, heard: Heard) -> bytes:
        if heard.target != "/token":
            token = heard.headers.get("authorization", "").removeprefix("Bearer ")
            assert token in self.shelf.saved, "used before it was kept"
            return answer(200, {"token": token}) if token in self.good else answer(401)
        assert "authorization" not in heard.headers
        form = dict(parse_qsl(heard.body.decode()))
        self.asked.append(form)
        if form["grant_type"] == "refresh_token" and form["refresh_token"] not in self.refreshes:
            return answer(400, {"error": "invalid_grant"})
        self.refreshes.discard(form.get("refresh_token", ""))
        return self.issue()

    def issue(self) -> bytes:
        self.count += 1
        self.good.add(f"a{self.count}-{CANARY}")
        self.refreshes.add(f"r{self.count}")
        body = {
            "access_token": f"a{self.count}-{CANARY}",
            "refresh_token": f"r{self.count}",
            "expires_in": 1800,
        }
        return answer(200, body | self.body)


@dataclass
class Place:
    vendor: Vendor
    way: Way
    clock: ManualClock
    shelf: Shelf
    issuer: Issuer

    def process(self, grant: Grant = PASSWORD) -> Any:
        """Another process's gateway: it shares only the shelf."""
        return self.way.gateway(OAuth(CLIENT, grant, self.shelf, self.way.gateway(), self.clock))


@pytest.fixture
def place(vendor: Vendor, way: Way, clock: ManualClock) -> Place:
    shelf = Shelf()
    return Place(vendor, way, clock, shelf, Issuer(vendor, shelf))


async def test_a_first_token_by_password(place: Place) -> None:
    gateway = place.process()
    for _ in range(3):
        await gateway.get("/me")
    assert place.issuer.asked == [
        {
            "grant_type": "password",
            "username": "user",
            "password": f"password-{CANARY}",
            "client_id": "me",
            "client_secret": f"client-{CANARY}",
        }
    ]


async def test_a_first_token_by_client_credentials(place: Place) -> None:
    await place.process(Grant.client_credentials("read write")).get("/me")
    [form] = place.issuer.asked
    assert (form["grant_type"], form["scope"]) == ("client_credentials", "read write")


async def test_many_requests_of_three_processes_renew_once(place: Place) -> None:
    gateways = [place.process() for _ in range(3)]
    await asyncio.gather(*(gateways[n % 3].get("/me") for n in range(60)))
    assert place.issuer.count == 1 and place.shelf.locked == 3  # of each process, one waits for all
    place.clock.advance(seconds=1741)  # a minute before its end
    await asyncio.gather(*(gateways[n % 3].get("/me") for n in range(60)))
    assert place.issuer.count == 2
    assert place.issuer.asked[1]["grant_type"] == "refresh_token"


async def test_it_is_not_renewed_before_its_time(place: Place) -> None:
    gateway = place.process()
    await gateway.get("/me")
    place.clock.advance(seconds=1739)
    await gateway.get("/me")
    assert place.issuer.count == 1


async def test_a_token_that_lives_briefly_is_used_nevertheless(place: Place) -> None:
    place.issuer.body = {"expires_in": "60"}
    gateway = place.process()
    await gateway.get("/me")
    place.clock.advance(seconds=29)
    await gateway.get("/me")
    assert place.issuer.count == 1


async def test_a_revoked_token_is_renewed_once_and_the_request_sent_again(place: Place) -> None:
    """Even a plain POST: who answers 401 has done nothing."""
    gateways = [place.process() for _ in range(2)]
    await asyncio.gather(*(it.get("/me") for it in gateways))
    place.issuer.good.clear()
    answers = await asyncio.gather(*(it.send("POST", "/things", json={}) for it in gateways))
    assert {it.json()["token"] for it in answers} == {f"a2-{CANARY}"}
    assert place.issuer.count == 2


async def test_a_vendor_that_refuses_every_token_is_asked_twice(place: Place) -> None:
    gateway = place.process()
    await gateway.get("/me")
    place.vendor.heard.clear()
    place.vendor.script = lambda heard: place.issuer.issue() if heard.target == "/token" else answer(401)
    with pytest.raises(errors.CredentialRejected):
        await gateway.get("/me")
    assert [it.target for it in place.vendor.heard] == ["/me", "/token", "/me"]


async def test_a_used_up_refresh_token_falls_back_on_the_password(place: Place) -> None:
    place.shelf.tokens = Tokens("old", place.clock.now(), "used-up")
    await place.process().get("/me")
    assert [it["grant_type"] for it in place.issuer.asked] == ["refresh_token", "password"]


async def test_without_one_a_person_has_to_sign_in(place: Place) -> None:
    for tokens in (None, Tokens("old", place.clock.now(), "used-up"), Tokens("old", place.clock.now())):
        place.shelf.tokens = tokens
        with pytest.raises(errors.CredentialRejected):
            await place.process(Grant()).get("/me")
    assert len(place.issuer.asked) == 1


async def test_a_refresh_token_that_is_not_renewed_stays(place: Place) -> None:
    place.shelf.tokens = Tokens("old", place.clock.now(), "r0")
    place.issuer.body = {"refresh_token": None}
    await place.process(Grant()).get("/me")
    assert place.shelf.tokens.refresh == "r0"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (answer(400, {"error": "invalid_grant"}), errors.CredentialRejected),
        (answer(401), errors.CredentialRejected),
        (answer(403), errors.PermissionMissing),
        (answer(404), errors.CredentialRejected),
        (answer(500), errors.Unavailable),
        (answer(429, retry_after="60"), errors.RateLimited),
        (answer(200, {"no": "token"}), errors.CredentialRejected),
        (answer(200, {"access_token": ""}), errors.CredentialRejected),
        (answer(200, b"<h1>", content_type="text/html"), errors.ContractBroken),
    ],
)
@pytest.mark.parametrize("grant", [Grant(), PASSWORD])
async def test_what_goes_wrong_with_a_token_concerns_no_record(
    grant: Grant, said: bytes, expected: type[errors.RemoteError], place: Place
) -> None:
    """And above all it is no unknown outcome of the create that asked for it."""
    place.shelf.tokens = Tokens("old", place.clock.now(), "r0")
    place.vendor.says(said)
    with pytest.raises((expected, errors.Unavailable)) as caught:
        await place.process(grant).send("POST", "/things", json={})
    assert "/things" not in {it.target for it in place.vendor.heard}
    assert not sings(f"{caught.value} {caught.value.detail}".encode())
    assert place.shelf.saved == []


async def test_signing_in_with_a_code(place: Place) -> None:
    sign_in = SignIn.begin(BACK)
    asked = parse_qs(urlsplit(sign_in.url("https://vendor.example/authorize", "me", "read")).query)
    digest = hashlib.sha256(sign_in.verifier.encode()).digest()
    assert asked["code_challenge"] == [base64.urlsafe_b64encode(digest).decode().rstrip("=")]
    assert asked["state"] == [sign_in.state] and asked["code_challenge_method"] == ["S256"]
    assert sign_in.verifier not in str(asked) and 43 <= len(sign_in.verifier) <= 128
    endpoint = TokenEndpoint(CLIENT, place.way.gateway(), place.clock)
    tokens = await sign_in.finish(endpoint, sign_in.state, f"code-{CANARY}")
    assert tokens.access == f"a1-{CANARY}"
    [form] = place.issuer.asked
    assert (form["code"], form["code_verifier"], form["redirect_uri"]) == (
        f"code-{CANARY}",
        sign_in.verifier,
        BACK,
    )


async def test_a_sign_in_of_somebody_else_is_refused(place: Place) -> None:
    endpoint = TokenEndpoint(CLIENT, place.way.gateway(), place.clock)
    for state in ("", "other", "ø", SignIn.begin(BACK).state):
        with pytest.raises(errors.CredentialRejected):
            await SignIn.begin(BACK).finish(endpoint, state, "code")
    assert place.vendor.connections == 0


def test_nothing_of_it_is_said() -> None:
    sign_in = SignIn.begin(BACK)
    said = (
        f"{CLIENT!r} {PASSWORD!r} {Tokens(f'a-{CANARY}', ManualClock().now(), f'r-{CANARY}')!r} {sign_in!r}"
    )
    assert not sings(said.encode()) and sign_in.verifier not in said
