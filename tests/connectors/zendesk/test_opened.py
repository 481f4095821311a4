"""An account as the product opens it: by either of its credentials, through the gateway, with the budget that its manifest names."""

from collections.abc import AsyncIterator

import pytest

from connectors.opened import at_once, secret
from sdk.vendor import NO_TLS, Tally, nowhere
from syncline_common import errors
from syncline_common.clock import SystemClock
from syncline_common.connectors.opening import Opened, Opener
from syncline_common.connectors.zendesk.manifest import MANIFEST
from syncline_common.connectors.zendesk.surveyor import ENDS
from syncline_common.schemas.connector import NewRecord
from syncline_common.schemas.records import Feed, Record
from syncline_common.sdk.credentials import Credential
from syncline_common.sdk.outbound import Outbound
from syncline_sandbox.serving import served
from syncline_sandbox.zendesk.filling import helpdesk
from syncline_sandbox.zendesk.helpdesk import Helpdesk

ADDRESS = "https://sandbox.zendesk.com"
ADMIN = {"email": "sync.account@fabrikam.example", "token": "sandbox-api-token"}
API_TOKEN = secret("api_token", **ADMIN)
OAUTH = secret("oauth_client", client_id="sandbox-client", client_secret="sandbox-client-secret")


class Place:
    def __init__(self, vendor: Helpdesk, outbound: Outbound) -> None:
        self.vendor, self._outbound = vendor, outbound

    def open(self, credential: Credential) -> Opened:
        opener = Opener(self._outbound, SystemClock(), sleep=at_once)
        return opener.open("zendesk", ADDRESS, credential, Tally())


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    vendor = helpdesk(count=6)
    async with served(vendor) as url:
        outbound = Outbound({ADDRESS: url}, resolver=nowhere, tls=NO_TLS)
        yield Place(vendor, outbound)
        await outbound.aclose()


@pytest.mark.parametrize("credential", [API_TOKEN, OAUTH])
async def test_either_credential_reads_and_writes(place: Place, credential: Credential) -> None:
    opened = place.open(credential)
    survey = await opened.survey()
    assert survey.can_write and survey.findings == ((ENDS,) if credential is API_TOKEN else ())
    page = await opened.reader().changes("tickets", Feed.RECORDS, None, None)
    assert len(page.records) == len(page.changed) == 6
    new = NewRecord("tickets", {"subject": "x", "description": "y"}, "sl-abcdefghij234567abcd", "Northwind")
    [made] = await opened.writer().create([new])
    assert isinstance(made, Record) and made.project == "Northwind"
    assert (await opened.reader().fetch("tickets", [made.ref.id]))[made.ref.id] == made


@pytest.mark.parametrize(
    ("credential", "kind"),
    [
        (secret("api_token", **{**ADMIN, "token": "wrong"}), errors.CredentialRejected),
        (secret("api_token", **{**ADMIN, "email": "triage@fabrikam.example"}), errors.PermissionMissing),
        (secret("oauth_client", client_id="sandbox-client", client_secret="x"), errors.CredentialRejected),
    ],
)
async def test_what_is_wrong_with_one_is_said(
    place: Place, credential: Credential, kind: type[errors.RemoteError]
) -> None:
    with pytest.raises(kind):
        await place.open(credential).survey()
    assert place.vendor.ledger.effects == []


async def test_the_check_leaves_nothing_behind(place: Place) -> None:
    await place.open(OAUTH).survey()
    assert place.vendor.ledger.effects == []
    asked = [it.operation for it in place.vendor.ledger.requests]
    assert asked == ["oauth.token", "user.me", "oauth.current"]


def test_exports_and_updates_have_budgets_of_their_own() -> None:
    def of(method: str, path: str) -> list[str]:
        return [it.name for it in MANIFEST.budget.classes if it.holds(method, path)]

    assert of("GET", "/api/v2/incremental/tickets/cursor") == ["exports"]
    assert of("PUT", "/api/v2/tickets/35436") == ["updates"]
    assert of("GET", "/api/v2/tickets/show_many") == of("POST", "/api/v2/tickets") == []
