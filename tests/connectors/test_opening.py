"""Opening a system: every scheme of every installed kind, over HTTP, against the simulated vendors."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import cast
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from backing.canaries import CANARY
from connectors.opened import BOARDS, CLIENT, INSTANCE, PAT, USER, Town, at_once, secret, town
from syncline_common import errors
from syncline_common.connectors.catalogue import CONNECTORS, MANIFESTS, manifest_of
from syncline_common.connectors.opening import Opener, budget_of
from syncline_common.ids import new_id
from syncline_common.schemas.connector import NewRecord, Priority
from syncline_common.schemas.records import Record
from syncline_common.sdk.connector import Connector
from syncline_common.sdk.credentials import Credential
from syncline_common.sdk.gate import Share
from syncline_common.sdk.oauth_code import SignIn
from syncline_common.sdk.ports import ClockOffset, Found, WebhookWay
from syncline_common.sdk.token_shelf import TokenShelf
from syncline_sandbox.faults import Fault
from syncline_sandbox.servicenow.tokens import REDIRECTS

BACK = REDIRECTS[0]


@pytest.fixture
async def place() -> AsyncIterator[Town]:
    async with town() as it:
        yield it


@pytest.mark.parametrize(
    ("kind", "credential"),
    [
        ("azure_devops", secret("pat", token=PAT)),
        ("servicenow", secret("basic", **USER)),
        ("servicenow", secret("oauth_password", **USER, **CLIENT)),
    ],
    ids=["azure_devops-pat", "servicenow-basic", "servicenow-oauth_password"],
)
async def test_each_scheme_opens_its_system(place: Town, kind: str, credential: Credential) -> None:
    opened = place.open(kind, credential)
    survey = await opened.survey()
    assert survey.can_write
    assert await opened.surveyor().streams()
    stream = "Bug" if kind == "azure_devops" else "incident"
    page = await opened.reader().inventory(stream, None)
    assert len(page.changed) == 6
    assert {"ok"} == set(place.tally.told) and len(place.tally.admitted) == len(place.tally.told)


@pytest.mark.parametrize(
    ("kind", "credential"),
    [
        ("azure_devops", secret("pat", token=f"wrong-{CANARY}")),
        ("servicenow", secret("basic", username="sync.account", password=f"wrong-{CANARY}")),
        ("servicenow", secret("oauth_password", **USER, client_id="sandbox-client", client_secret=CANARY)),
    ],
    ids=["azure_devops-pat", "servicenow-basic", "servicenow-oauth_password"],
)
async def test_a_wrong_credential_is_rejected(place: Town, kind: str, credential: Credential) -> None:
    with pytest.raises(errors.CredentialRejected) as refused:
        await place.open(kind, credential).survey()
    assert CANARY not in f"{refused.value!r} {refused.value.detail} {credential!r}"


async def test_a_person_signs_in_at_the_vendors_page(place: Town) -> None:
    opener = Opener(place.outbound, place.clock, sleep=at_once)
    credential = secret("oauth_code", **CLIENT)
    sign_in = SignIn.begin(BACK)
    page = opener.page_to_sign_in_at("servicenow", INSTANCE, credential, sign_in)
    assert page.startswith(f"{INSTANCE}/oauth_auth.do?")
    async with place.outbound.client(INSTANCE) as browser:
        sent_back: httpx2.Response = await browser.get(page)
    told = parse_qs(urlsplit(sent_back.headers["location"]).query)
    endpoint = opener.token_endpoint("servicenow", INSTANCE, credential, place.tally)
    tokens = await sign_in.finish(endpoint, told["state"][0], told["code"][0])
    opened = place.open("servicenow", credential, keeper=TokenShelf(tokens))
    assert (await opened.survey()).identity == "sync.account"


async def test_without_tokens_a_person_has_to_sign_in(place: Town) -> None:
    with pytest.raises(errors.CredentialRejected, match="signed in"):
        await place.open("servicenow", secret("oauth_code", **CLIENT)).survey()


async def test_tokens_are_left_with_the_keeper(place: Town) -> None:
    shelf = TokenShelf()
    credential = secret("oauth_password", **USER, **CLIENT)
    await place.open("servicenow", credential, keeper=shelf).survey()
    assert shelf.tokens is not None and shelf.tokens.refresh
    asked = [it.operation for it in place.instance.ledger.requests].count("oauth.token")
    await place.open("servicenow", credential, keeper=shelf).survey()
    assert asked == 1 == [it.operation for it in place.instance.ledger.requests].count("oauth.token")


@pytest.mark.parametrize("by", [timedelta(0), timedelta(minutes=7), timedelta(hours=-1)], ids=str)
@pytest.mark.parametrize("kind", ["azure_devops", "servicenow"])
async def test_the_check_measures_the_vendors_clock(place: Town, kind: str, by: timedelta) -> None:
    vendor = place.boards if kind == "azure_devops" else place.instance
    vendor.clock.offset = by
    clock = (await place.open(kind).survey()).found.clock
    assert clock is not None
    assert abs(clock.offset - by) <= clock.uncertainty


async def test_what_was_found_is_used_when_it_is_opened_again(place: Town) -> None:
    survey = await place.open("servicenow").survey()
    kept = json.loads(json.dumps(survey.found.as_json()))
    found = Found.from_json(kept)
    assert found == survey.found and found.webhooks is WebhookWay.BY_HAND
    slow = Found(clock=ClockOffset(timedelta(seconds=-90), timedelta(seconds=1)))
    for kind, stream in (("azure_devops", "Bug"), ("servicenow", "incident")):
        traits = place.open(kind, found=slow).reader().traits(stream)
        assert traits.clock_offset == timedelta(seconds=-90)


async def test_a_marker_goes_where_the_check_found_room_for_it(place: Town) -> None:
    marker = "sl-abcdefghij234567abcd"
    found = Found(marker_field="correlation_display", marker_streams=("incident",))
    opened = place.open("servicenow", found=found)
    made = (await opened.writer().create([NewRecord("incident", {"short_description": "x"}, marker)]))[0]
    assert isinstance(made, Record) and made.marker == marker
    assert [it.ref for it in await opened.reader().find("incident", marker)] == [made.ref]
    assert not await place.open("servicenow").reader().find("incident", marker)


async def test_what_one_port_has_learnt_no_other_asks_again(place: Town) -> None:
    """Not at any priority, and not at the same time; a question that failed is asked again."""
    opened = place.open("servicenow")
    ports = [opened.reader(), opened.reader(Priority.BACKFILL), opened.reader(Priority.USER)]
    place.instance.faults.order("table.list", Fault("error_before"), 4)
    with pytest.raises(errors.Unavailable):
        await ports[0].fetch("incident", [])
    await asyncio.gather(*(it.fetch("incident", []) for it in ports))
    await opened.writer().create(
        [NewRecord("incident", {"short_description": "x"}, "sl-abcdefghij234567abcd")]
    )
    asked = [it.target.partition("?")[0] for it in place.instance.ledger.requests if it.fault is None]
    assert [it.rpartition("/")[2] for it in asked] == ["sys_db_object", "sys_dictionary", "incident"]


def test_the_form_is_held_to() -> None:
    manifest = manifest_of("servicenow")
    credential = Credential.given(manifest, {"scheme": "basic", **USER})
    assert credential.value("password") == USER["password"]
    refused = [
        ({"scheme": "telepathy"}, ["/auth/scheme"]),
        ({}, ["/auth/scheme"]),
        ({"scheme": "basic", "username": "x"}, ["/auth/password"]),
        ({"scheme": "basic", **USER, "token": "y"}, ["/auth/token"]),
    ]
    for auth, pointers in refused:
        with pytest.raises(errors.Invalid) as error:
            Credential.given(manifest, auth)
        assert [it.pointer for it in error.value.faults] == pointers


def test_what_is_installed_can_be_signed_in_to_by_each_of_its_schemes() -> None:
    for manifest in MANIFESTS.values():
        assert all(it.signing for it in manifest.auth) == manifest.installed, manifest.kind


async def test_a_kind_without_a_connector_is_not_opened(place: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(cast(dict[str, Connector], CONNECTORS), "syncro")
    opener = Opener(place.outbound, place.clock)
    with pytest.raises(errors.NotFound, match="Syncro"):
        opener.open("syncro", "https://acme.syncromsp.com", secret("api_key"), place.tally)


def test_a_budget_is_the_systems() -> None:
    budget = budget_of("azure_devops", BOARDS, Share.PROBES)
    assert (budget.key, budget.limit, budget.per) == (f"azure_devops:{BOARDS}", 300, 300.0)
    assert budget.mine == 15


def test_nodes_of_a_long_address_share_no_budget() -> None:
    url = f"https://{'a' * 200}.example.com"
    one, other = (budget_of("servicenow", url, node=new_id()).key for _ in range(2))
    assert one != other and max(len(one), len(other)) <= 180
    assert budget_of("servicenow", url).key == budget_of("servicenow", url).key
    assert len({budget_of("servicenow", BOARDS, node=new_id()).key for _ in range(2)}) == 2


@pytest.mark.parametrize("refuses", [True, False])
async def test_a_user_without_roles_is_refused_whether_or_not_the_instance_says_so(
    place: Town, refuses: bool
) -> None:
    place.instance.tables.refuses_without_role = refuses
    nobody = secret("basic", username="no.rights", password="sandbox-no-rights-password")
    with pytest.raises(errors.PermissionMissing):
        await place.open("servicenow", nobody).survey()
