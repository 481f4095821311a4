"""Customers, contacts and assets over the real gateway: what matching devices and organizations stands on."""

from collections.abc import AsyncIterator

import pytest

from connectors.loopback import loopback
from connectors.syncro.subject import CUSTOMER, MARKED, PERSON, Companied, Syncro
from syncline_common.connectors.syncro.reader import SyncroReader
from syncline_common.connectors.syncro.writer import SyncroWriter
from syncline_common.errors import PermissionMissing, RecordRejected, UnknownOutcome
from syncline_common.schemas.connector import NewRecord, Update
from syncline_common.schemas.records import Feed, Record
from syncline_common.schemas.values import Values
from syncline_common.sdk.auth import bearer
from syncline_common.sdk.ports import Out, WholeReader, WholeWriter
from syncline_common.testing.contract.writing import of

MARKER = "sl-abcdefghij234567abcd"
NEW: dict[str, Values] = {
    "customers": {"business_name": "Woodgrove Bank", "email": "office@woodgrove.example", "city": "Oslo"},
    "contacts": {"name": "Reception", "customer_id": CUSTOMER},
    "customer_assets": {
        "name": "PC-1",
        "asset_type": "Desktop",
        "asset_serial": "PF3",
        "customer_id": CUSTOMER,
    },
}
CHANGED: dict[str, Values] = {
    "customers": {"city": "Bergen"},
    "contacts": {"name": "Front desk"},
    "customer_assets": {"name": "PC-2"},
}
each = pytest.mark.parametrize("stream", NEW)


class Marked(Syncro):
    """After a check that has found the field for our markers."""

    def reader(self, out: Out) -> WholeReader:
        return SyncroReader(out, MARKED)

    def writer(self, out: Out) -> WholeWriter:
        return SyncroWriter(out, MARKED)


@pytest.fixture
async def subject() -> AsyncIterator[Marked]:
    async with loopback() as place:
        yield Marked(place)


async def made(subject: Marked, stream: str, values: Values | None = None) -> Record:
    given = NewRecord(stream, NEW[stream] if values is None else values, MARKER)
    [answer] = await subject.ports().writer.create([given])
    return of(answer)


@each
async def test_one_is_made_and_read_as_it_was_made(subject: Marked, stream: str) -> None:
    subject.system()
    record = await made(subject, stream)
    [read] = (await subject.ports().reader.fetch(stream, [record.ref.id])).values()
    assert {name: read.values[name] for name in NEW[stream]} == NEW[stream]
    assert (read.version, read.values) == (record.version, record.values)


@each
async def test_a_list_tells_the_same_as_a_single_one(subject: Marked, stream: str) -> None:
    subject.system()
    record = await made(subject, stream)
    for page in (
        await subject.ports().reader.inventory(stream, None),
        await subject.ports().reader.changes(stream, Feed.RECORDS, None, None),
    ):
        [listed] = [it for it in page.records if it.ref == record.ref]
        assert (listed, page.next) == (record, None)


@each
async def test_an_update_is_seen_and_a_stale_one_refused(subject: Marked, stream: str) -> None:
    system = subject.system()
    record = await made(subject, stream)
    system.move(1)
    [changed] = await subject.ports().writer.update([Update(record, CHANGED[stream])])
    assert of(changed).values == {**record.values, **CHANGED[stream]}
    [stale] = await subject.ports().writer.update([Update(record, NEW[stream])])
    assert type(stale).__name__ == "RecordChanged"


@each
async def test_records_alike_are_found(subject: Marked, stream: str) -> None:
    subject.system()
    record = await made(subject, stream)
    name = next(iter(NEW[stream]))
    found = await subject.ports().reader.alike(stream, {name: NEW[stream][name]})
    assert [it.ref for it in found] == [record.ref]
    assert not await subject.ports().reader.alike(stream, {name: f"{NEW[stream][name]} else"})


async def test_a_customer_whose_answer_is_lost_is_found_by_its_marker(subject: Marked) -> None:
    system = subject.system()
    system.order("hang_after", count=1, operation="customer.create")
    new = NewRecord("customers", NEW["customers"], MARKER)
    [lost] = await subject.ports().writer.create([new])
    assert isinstance(lost, UnknownOutcome)
    [found] = await subject.ports().reader.find("customers", MARKER)
    assert found.values["business_name"] == "Woodgrove Bank"


async def test_an_asset_gets_its_properties_and_keeps_its_agents(subject: Marked) -> None:
    system = subject.system()
    record = await made(subject, "customer_assets", {**NEW["customer_assets"], "properties.Warranty": "2030"})
    assert record.values["properties.Warranty"] == "2030"
    agent = {"general": {"serial_number": "PF3"}, "network_adapters": []}
    system.vendor.edit(
        record.ref.id, {"properties": {"kabuto_information": agent, "Warranty": "2030"}}, PERSON
    )
    [seen] = (await subject.ports().reader.fetch("customer_assets", [record.ref.id])).values()
    assert seen.values["agent.serial_number"] == "PF3"
    await subject.ports().writer.update([Update(seen, {"properties.Warranty": "2031"})])
    kept = system.vendor.store.records[record.ref.id].values["properties"]
    assert kept == {"kabuto_information": agent, "Warranty": "2031"}


async def test_an_asset_needs_a_type_that_exists(subject: Marked) -> None:
    subject.system()
    new = NewRecord("customer_assets", {"name": "PC-1", "asset_type": "Toaster"}, MARKER)
    [refused] = await subject.ports().writer.create([new])
    assert isinstance(refused, RecordRejected) and "type" in refused.detail


async def test_changed_customers_come_and_the_others_do_not(subject: Marked) -> None:
    system = subject.system()
    ids = [system.vendor.create("customers", {"business_name": f"{it}"}, PERSON).id for it in range(3)]
    system.move(60)
    system.vendor.edit(ids[1], {"city": "Oslo"}, PERSON)
    since = system.vendor.clock.now()
    page = await subject.ports().reader.changes("customers", Feed.RECORDS, since, None)
    assert [it.ref.id for it in page.changed] == [ids[1]]


@pytest.mark.parametrize(("removed", "added"), [(3, 1), (0, 5), (2, 2)])
@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("stream", ["tickets", "contacts"])
async def test_nothing_slips_through_whatever_the_order(
    subject: Marked, stream: str, newest_first: bool, removed: int, added: int
) -> None:
    """While so many are removed and added between two pages."""
    system = subject.system()
    system.vendor.holdings.newest_first = newest_first
    there = _filled(system, stream, 160)
    gone, doomed, read = set[str](), iter(there if not newest_first else there[::-1]), list[str]()
    token, reader = None, subject.ports().reader
    while token is not None or not read:
        page = await reader.inventory(stream, token)
        read, token = read + [it.ref.id for it in page.changed], page.next
        for id in [next(doomed) for _ in range(removed)]:
            system.remove(id)
            gone.add(id)
        _filled(system, stream, added)
    assert set(there) - gone <= set(read) and len(read) == len(set(read))


def _filled(system: Companied, stream: str, count: int) -> list[str]:
    values = {"customer_id": CUSTOMER, "subject": "It is slow", "name": "Reception"}
    return [system.vendor.create(stream, values, PERSON).id for _ in range(count)]


class TestRights:
    """By accounts of the simulated company."""

    @pytest.mark.parametrize(
        ("token", "told"),
        [
            ("sandbox-syncro-no-rights", "list"),
            ("sandbox-syncro-reading", "create"),
        ],
    )
    async def test_who_may_not_is_told_what_is_missing(self, token: str, told: str) -> None:
        async with loopback() as place:
            subject = Syncro(place)
            system = subject.system()
            before = len(system.vendor.store.records)
            gateway = place.gateway("syncro", subject.address, bearer(token))
            with pytest.raises(PermissionMissing, match=told):
                await SyncroReader(gateway).survey()
            assert len(system.vendor.store.records) == before

    async def test_one_that_may_write_tickets_alone_may_go_on(self) -> None:
        async with loopback() as place:
            subject = Syncro(place)
            system = subject.system()
            before = len(system.vendor.store.records)
            gateway = place.gateway("syncro", subject.address, bearer("sandbox-syncro-tickets"))
            survey = await SyncroReader(gateway).survey()
            assert survey.can_write and "The token may not create customers" in survey.findings
            assert len(system.vendor.store.records) == before, "a check leaves nothing"
