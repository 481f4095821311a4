"""From a consumer key to a checked system, the way the product goes it, against the simulated organisation."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from pydantic import SecretStr

from connectors.opened import at_once
from sdk.vendor import NO_TLS, Tally, nowhere
from syncline_common import errors
from syncline_common.clock import SystemClock
from syncline_common.connectors.opening import Opened, Opener
from syncline_common.schemas.connector import NewRecord, Update
from syncline_common.schemas.records import Record, RecordRef
from syncline_common.sdk.credentials import Credential
from syncline_common.sdk.outbound import Outbound
from syncline_common.sdk.ports import NOT_CHECKED, Found
from syncline_sandbox.faults import Fault
from syncline_sandbox.salesforce import demo
from syncline_sandbox.salesforce.accounts import CLIENT_ID, CLIENT_SECRET
from syncline_sandbox.salesforce.organisation import ADDRESS, Organisation
from syncline_sandbox.serving import served

MARKER = "sl-abcdefghij234567abcd"


@dataclass
class Place:
    vendor: Organisation
    outbound: Outbound
    tally: Tally

    def open(self, id: str = CLIENT_ID, secret: str = CLIENT_SECRET, found: Found = NOT_CHECKED) -> Opened:
        fields = {"client_id": SecretStr(id), "client_secret": SecretStr(secret)}
        opener = Opener(self.outbound, SystemClock(), sleep=at_once)
        credential = Credential("oauth_client", fields)
        return opener.open("salesforce", ADDRESS, credential, self.tally, found=found)

    def asked(self, operation: str) -> int:
        return self.vendor.ledger.count()[operation]


@asynccontextmanager
async def organisation() -> AsyncIterator[Place]:
    vendor = demo.organisation(count=12)
    async with served(vendor) as url:
        outbound = Outbound({ADDRESS: url}, resolver=nowhere, tls=NO_TLS)
        try:
            yield Place(vendor, outbound, Tally())
        finally:
            await outbound.aclose()


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with organisation() as place:
        yield place


async def test_the_check_and_nothing_is_written(place: Place) -> None:
    survey = await place.open().survey()
    assert (survey.identity, survey.can_write) == ("sync.account@contoso.example", True)
    assert survey.findings == () and survey.found.marker_field == "Syncline_Id__c"
    assert survey.found.clock is not None and place.vendor.ledger.effects == []
    assert place.asked("oauth.token") == 1


@pytest.mark.parametrize(
    ("id", "secret", "kind"),
    [
        (CLIENT_ID, "wrong", errors.CredentialRejected),
        ("3MVG9unheardOf", CLIENT_SECRET, errors.CredentialRejected),
        ("3MVG9sandboxReadOnly", "sandbox-read-only-secret", errors.PermissionMissing),
        ("3MVG9sandboxNoCases", "sandbox-no-cases-secret", errors.PermissionMissing),
        ("3MVG9sandboxNoApi", "sandbox-no-api-secret", errors.PermissionMissing),
    ],
)
async def test_each_problem_is_told_apart(place: Place, id: str, secret: str, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        await place.open(id, secret).survey()


async def test_whom_the_markers_field_is_hidden_from_learns_it(place: Place) -> None:
    survey = await place.open("3MVG9sandboxShortSighted", "sandbox-short-sighted-secret").survey()
    assert survey.found.marker_field is None and "Syncline_Id__c" in survey.findings[0]
    names = {
        it.name
        for it in await place.open("3MVG9sandboxShortSighted", "sandbox-short-sighted-secret")
        .surveyor()
        .fields("Case")
    }
    assert "Subject" in names and "Region__c" not in names


async def test_a_session_that_has_ended_is_opened_again(place: Place) -> None:
    opened = place.open()
    await opened.survey()
    place.vendor.tokens.end_all()
    assert await opened.surveyor().people("triage")
    assert place.asked("oauth.token") == 2


async def test_what_the_vendor_has_no_more_requests_for_is_not_a_missing_right(place: Place) -> None:
    opened = place.open()
    await opened.survey()
    place.vendor.faults.order("*", Fault.RATE_LIMITED, None)
    with pytest.raises(errors.RateLimited):
        await opened.reader().check()


async def test_a_case_that_was_made_before_is_found_by_its_marker(place: Place) -> None:
    opened = place.open(found=(await place.open().survey()).found)
    new = NewRecord("Case", {"Subject": "First"}, MARKER)
    [made] = await opened.writer().create([new])
    [again] = await opened.writer().create([NewRecord("Case", {"Subject": "Second"}, MARKER)])
    both = await opened.writer().create([new, NewRecord("Case", {"Subject": "x"}, f"{MARKER[:-1]}e")])
    assert isinstance(made, Record) and isinstance(again, Record)
    assert again == made and both[0] == made and both[1] != made
    created = [it for it in place.vendor.ledger.effects if it.what == "created"]
    assert len(created) == 2


async def test_an_internal_comment_stays_one(place: Place) -> None:
    opened = place.open(found=(await place.open().survey()).found)
    id = next(it.id for it in place.vendor.store.records.values() if it.stream == "Case")
    ref = RecordRef("Case", id)
    for public in (True, False):
        await opened.writer().comment(ref, f"Seen {public}", public=public, marker=MARKER)
    told = {it.body: it.public for it in await opened.reader().comments(ref)}
    assert told["Seen True"] is True and told["Seen False"] is False


async def test_a_validation_rule_speaks_to_a_person(place: Place) -> None:
    place.vendor.writing.closing_needs_reason = True
    opened = place.open(found=(await place.open().survey()).found)
    [made] = await opened.writer().create([NewRecord("Case", {"Subject": "x"}, MARKER)])
    assert isinstance(made, Record)
    with pytest.raises(errors.RecordRejected, match="Say why before you close it"):
        await opened.writer().close(made)


async def test_a_row_that_somebody_holds_is_asked_for_again_later(place: Place) -> None:
    opened = place.open(found=(await place.open().survey()).found)
    [made] = await opened.writer().create([NewRecord("Case", {"Subject": "x"}, MARKER)])
    assert isinstance(made, Record)
    place.vendor.writing.locked.add(made.ref.id)
    with pytest.raises(errors.Unavailable):
        await opened.writer().close(made)


async def test_of_wide_rows_fewer_come_at_a_time(place: Place) -> None:
    place.vendor.queries.batch = 5
    reader = place.open().reader()
    ids, token, pages = list[str](), None, 0
    while pages == 0 or token:
        page = await reader.inventory("Case", token)
        ids, token, pages = ids + [it.ref.id for it in page.changed], page.next, pages + 1
    there = [it.id for it in place.vendor.store.records.values() if it.stream == "Case"]
    assert ids == sorted(there) and pages == 3


async def test_an_assignment_rule_takes_no_case_from_whom_it_was_given_to(place: Place) -> None:
    """One by one and together, created and changed; who is given to nobody is the rule's."""
    queues = [it.id for it in place.vendor.store.records.values() if it.stream == "Group"]
    place.vendor.writing.assigned_to, ours = queues[0], queues[1]
    writer = place.open(found=(await place.open().survey()).found).writer()
    given = [NewRecord("Case", {"OwnerId": ours}, f"{MARKER[:-1]}{it}") for it in "abc"]
    made = [*await writer.create(given[:1]), *await writer.create(given[1:])]
    [left] = await writer.create([NewRecord("Case", {"Subject": "x"}, MARKER)])
    assert isinstance(left, Record) and left.values["OwnerId"] == queues[0]
    seen = [it for it in made if isinstance(it, Record)]
    changed = [
        *await writer.update([Update(seen[0], {"Subject": "y"})]),
        *await writer.update([Update(it, {"Subject": "y"}) for it in seen[1:]]),
    ]
    assert [it.values["OwnerId"] for it in changed if isinstance(it, Record)] == [ours] * 3
