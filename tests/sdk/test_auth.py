"""Credentials: what is sent, where it is not, and that it is never said."""

import base64

import pytest
from structlog.testing import capture_logs

from backing.canaries import CANARY, sings
from sdk.vendor import Vendor, Way, answer
from syncline_common import errors
from syncline_common.redaction import REDACTOR
from syncline_common.sdk.auth import Auth, api_key, basic, basic_key, bearer

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


def test_the_redactor_knows_it_from_then_on() -> None:
    basic("me", f"other-{CANARY}")
    assert REDACTOR.clean(f"x other-{CANARY} y") == "x [secret] y"
