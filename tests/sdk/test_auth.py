"""Credentials: what is sent, where it is not, and that it is never said."""

import asyncio
import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from backing.canaries import CANARY, sings
from sdk.vendor import Tally, Vendor, Way, answer
from syncline_common import errors
from syncline_common.redaction import REDACTOR
from syncline_common.schemas.connector import Priority
from syncline_common.sdk.auth import Auth, api_key, basic, basic_key, bearer
from syncline_common.sdk.trial import on_trial

SECRET = f"secret-{CANARY}"


def coded(text: str) -> str:
    return f"Basic {base64.b64encode(text.encode()).decode()}"


@pytest.mark.parametrize(
    ("auth", "name", "value"),
    [
        (basic("me@example.com/token", SECRET), "authorization", coded(f"me@example.com/token:{SECRET}")),
        (basic("", SECRET), "authorization", coded(f":{SECRET}")),
        (basic("mé", SECRET), "authorization", coded(f"mé:{SECRET}")),
        (basic_key(SECRET), "authorization", coded(f"{SECRET}:X")),
        (bearer(SECRET), "authorization", f"Bearer {SECRET}"),
        (api_key(SECRET, "x-api-key"), "x-api-key", SECRET),
    ],
)
async def test_what_is_sent_and_that_it_is_not_said(
    auth: Auth, name: str, value: str, vendor: Vendor, way: Way, capsys: pytest.CaptureFixture[str]
) -> None:
    vendor.script = lambda heard: answer(401, f"{heard.headers[name]} and {SECRET} are wrong".encode())
    with capture_logs() as logs, pytest.raises(errors.CredentialRejected) as caught:
        await way.gateway(auth).get("/me")
    assert [it.headers[name] for it in vendor.heard] == [value]
    assert not sings(f"{caught.value} {caught.value.detail} {logs} {auth!r}".encode())


@pytest.mark.parametrize("secret", ["line\nline", "ключ", "a\0b"])
def test_a_secret_that_cannot_be_sent_is_refused_without_saying_it(secret: str) -> None:
    with pytest.raises(errors.CredentialRejected) as caught:
        bearer(f"{secret}{CANARY}")
    assert not sings(str(caught.value).encode()) and caught.value.__cause__ is None


async def test_a_bad_secret_is_tried_once(vendor: Vendor, way: Way) -> None:
    vendor.says(answer(401))
    with pytest.raises(errors.CredentialRejected):
        await way.gateway(bearer(SECRET)).get("/me")
    assert len(vendor.heard) == 1


@dataclass
class Several:
    """A credential that a person replaces while it is in use."""

    values: Iterator[str]

    async def headers(self) -> Mapping[str, str]:
        return {"Authorization": next(self.values)}

    async def renew(self, refused: Mapping[str, str]) -> bool:
        return False


@dataclass
class OneFirst(Tally):
    """The others may leave once the first has been answered."""

    answers: asyncio.Event = field(default_factory=asyncio.Event)

    async def admit(self, priority: Priority) -> None:
        self.admitted.append(priority)
        if len(self.admitted) > 1:
            await self.answers.wait()

    async def answered(self, error: errors.RemoteError | None) -> None:
        self.answers.set()


async def test_who_waited_while_it_was_refused_does_not_try_it_again(vendor: Vendor, way: Way) -> None:
    """Where a system locks people out after some tries, each of them counts."""
    vendor.script = lambda heard: answer(401)
    way.tally = OneFirst()
    gateway = way.gateway(bearer(SECRET))
    results = await asyncio.gather(*(gateway.get("/me") for _ in range(5)), return_exceptions=True)
    assert {type(it) for it in results} == {errors.CredentialRejected}
    assert len(vendor.heard) == 1


async def test_who_waited_with_another_one_is_not_held_up(vendor: Vendor, way: Way) -> None:
    vendor.script = lambda heard: (
        answer(401) if heard.headers["authorization"].endswith("1") else answer(200, b"{}")
    )
    way.tally = OneFirst()
    gateway = way.gateway(Several(iter(["Bearer 1", "Bearer 2"])))
    results = await asyncio.gather(gateway.get("/me"), gateway.get("/me"), return_exceptions=True)
    assert [isinstance(it, errors.CredentialRejected) for it in results] == [True, False]
    assert len(vendor.heard) == 2


async def test_a_refusal_for_want_of_a_scope_says_nothing_of_the_others(vendor: Vendor, way: Way) -> None:
    vendor.script = lambda heard: answer(401) if "/teams" in heard.target else answer(200, b"{}")
    way.tally = OneFirst()
    gateway = way.gateway(bearer(SECRET))

    async def tried() -> None:
        with on_trial():
            await gateway.get("/teams")

    results = await asyncio.gather(tried(), gateway.get("/me"), return_exceptions=True)
    assert [isinstance(it, errors.CredentialRejected) for it in results] == [True, False]


def test_the_redactor_knows_it_from_then_on() -> None:
    basic("me", f"other-{CANARY}")
    assert REDACTOR.clean(f"x other-{CANARY} y") == "x [secret] y"
