"""All three streams as the product opens them, against the simulated company: each credential, and each kind of record."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from connectors.opened import at_once, secret
from sandbox.desk import Hands
from sdk.vendor import NO_TLS, Tally, nowhere
from syncline_common import errors
from syncline_common.clock import SystemClock
from syncline_common.connectors.opening import Opened, Opener
from syncline_common.schemas.connector import NewRecord, Update
from syncline_common.schemas.records import Feed, Record
from syncline_common.sdk.outbound import Outbound
from syncline_sandbox.serving import served
from syncline_sandbox.xmatters.company import Company
from syncline_sandbox.xmatters.furnished import company

ADDRESS = "https://sandbox.xmatters.com"
KEY = {"key_id": "x-api-key-5f0c2a", "secret": "sandbox-key"}
READ_ONLY = {"key_id": "x-api-key-77b1e9", "secret": "sandbox-read-only-key"}
MARKER = "sl-abcdefghij234567abcd"
Open = Callable[..., Opened]


@asynccontextmanager
async def opened(made: Company) -> AsyncIterator[Open]:
    async with served(made) as url:
        outbound = Outbound({ADDRESS: url}, resolver=nowhere, tls=NO_TLS)
        opener = Opener(outbound, SystemClock(), sleep=at_once)

        def open(scheme: str = "api_key", **fields: str) -> Opened:
            return opener.open("xmatters", ADDRESS, secret(scheme, **(fields or KEY)), Tally())

        yield open
        await outbound.aclose()


@pytest.fixture
async def place() -> AsyncIterator[tuple[Company, Open]]:
    made = company(count=12, now=Hands())
    async with opened(made) as open:
        yield made, open


Place = tuple[Company, Open]


class TestChecking:
    async def test_a_key_that_may_write(self, place: Place) -> None:
        made, open = place
        before = len(made.store.records)
        survey = await open().survey()
        assert (survey.can_write, survey.findings) == (True, ())
        assert len(made.store.records) == before and made.ledger.effects == []

    async def test_a_user_and_password(self, place: Place) -> None:
        user = {"username": "administrator", "password": "sandbox-admin-password"}
        assert (await place[1]("basic", **user).survey()).can_write

    async def test_one_that_may_only_read(self, place: Place) -> None:
        with pytest.raises(errors.PermissionMissing, match="REST Web Service User"):
            await place[1](**READ_ONLY).survey()

    async def test_a_wrong_one(self, place: Place) -> None:
        with pytest.raises(errors.CredentialRejected):
            await place[1](**{**KEY, "secret": "wrong"}).survey()

    async def test_people_are_found_with_their_mail(self, place: Place) -> None:
        found = await place[1]().surveyor().people("service desk triage")
        assert [it.email for it in found] == ["service.desk.triage.1@fabrikam.example"]

    async def test_too_many_requests(self, place: Place) -> None:
        made, open = place
        made.budget.limit = 1
        with pytest.raises(errors.RateLimited):
            await open().reader().inventory("people", None)
            await open().reader().inventory("people", None)


async def only(answers: Any) -> Record:
    [answer] = await answers
    assert isinstance(answer, Record), f"{answer!r} {getattr(answer, 'detail', '')}"
    return answer


GROUP = {"targetName": "Storage", "groupType": "BROADCAST", "description": "Disks", "allowDuplicates": False}


@pytest.mark.parametrize("stream", ["groups", "devices"])
async def test_a_record_from_beginning_to_end(place: Place, stream: str) -> None:
    made, open = place
    system = open()
    reader, writer = system.reader(), system.writer()
    owner = next(it.id for it in made.store.records.values() if it.values.get("lastName") == "Desk 2")
    phone = {"deviceType": "VOICE", "name": "Work Phone", "owner": owner, "phoneNumber": "+15550100"}
    values: dict[str, Any] = GROUP if stream == "groups" else phone
    changes = {"description": None} if stream == "groups" else {"phoneNumber": "+15550199", "delay": 5}

    created = await only(writer.create([NewRecord(stream, values, MARKER)]))
    assert {name: created.values[name] for name in values} == values
    assert [it.ref for it in await reader.find(stream, MARKER)] == [created.ref]
    assert [it.ref for it in await reader.alike(stream, values)] == [created.ref]
    updated = await only(writer.update([Update(created, changes)]))
    assert {name: updated.values[name] for name in changes} == changes
    [stale] = await writer.update([Update(created, changes)])
    assert isinstance(stale, errors.RecordChanged)
    page = await reader.changes(stream, Feed.RECORDS, None, None)
    assert {it.ref: it.version for it in page.changed}[updated.ref] == updated.version
    closed = await writer.close(updated)
    assert closed.values["status"] == "INACTIVE"
    await writer.delete(closed)
    assert await reader.fetch(stream, [created.ref.id]) == {}
    assert [it.what for it in made.ledger.effects] == ["created", "changed", "changed", "destroyed"]


async def test_a_device_of_a_name_that_the_company_has_not_is_refused_in_its_words(place: Place) -> None:
    made, open = place
    owner = next(it.id for it in made.store.records.values() if it.stream == "people")
    pigeon = {"deviceType": "VOICE", "name": "Pigeon", "owner": owner, "phoneNumber": "+15550100"}
    [answer] = await open().writer().create([NewRecord("devices", pigeon, MARKER)])
    assert isinstance(answer, errors.RecordRejected) and "no device name Pigeon" in answer.message


async def test_a_device_that_another_program_made_is_let_be(place: Place) -> None:
    """It says that it is owned elsewhere, unless whoever made it said otherwise, as we do."""
    made, open = place
    device = next(it for it in made.store.records.values() if it.stream == "devices")
    system = open()
    seen = (await system.reader().fetch("devices", [device.id]))[device.id]
    assert seen.values["externallyOwned"] is True
    [answer] = await system.writer().update([Update(seen, {"delay": 3})])
    assert isinstance(answer, errors.RecordRejected)
