"""All that IT Glue holds over the real gateway: what matching devices and organizations stands on."""

from collections.abc import AsyncIterator

import pytest

from connectors.itglue.subject import OWNER, PERSON, ItGlue
from connectors.loopback import loopback
from syncline_common.connectors.itglue.reader import ItGlueReader
from syncline_common.errors import PermissionMissing, RecordRejected
from syncline_common.schemas.connector import NewRecord, Update
from syncline_common.schemas.records import Feed, Record
from syncline_common.schemas.values import Values
from syncline_common.sdk.auth import Secret
from syncline_common.testing.contract.writing import of

MARKER = "sl-abcdefghij234567abcd"
NEW: dict[str, Values] = {
    "organizations": {"name": "Woodgrove Bank", "organization_type_id": "31"},
    "contacts": {
        "first_name": "Reception",
        "organization_id": OWNER,
        "email": "office@woodgrove.example",
        "phone": "+47 22 00 00 00",
    },
    "configurations": {
        "name": "PC-9",
        "organization_id": OWNER,
        "configuration_type_id": "12",
        "serial_number": "PF9",
        "mac_address": "F8-75-A4-00-00-09",
        "installed_at": "2026-01-31",
    },
}
CHANGED: dict[str, Values] = {
    "organizations": {"alert": "Ask for the manager"},
    "contacts": {"title": "Front desk"},
    "configurations": {"hostname": "pc-9", "mac_address": None},
}
each = pytest.mark.parametrize("stream", NEW)


@pytest.fixture
async def subject() -> AsyncIterator[ItGlue]:
    async with loopback() as place:
        yield ItGlue(place)


async def made(subject: ItGlue, stream: str) -> Record:
    [answer] = await subject.ports().writer.create([NewRecord(stream, NEW[stream], MARKER)])
    return of(answer)


@each
async def test_a_list_a_question_by_numbers_and_a_single_one_tell_the_same(
    subject: ItGlue, stream: str
) -> None:
    subject.system()
    record, reader = await made(subject, stream), subject.ports().reader
    assert {name: record.values[name] for name in NEW[stream]} == NEW[stream]
    assert await reader.fetch(stream, [record.ref.id]) == {record.ref.id: record}
    for page in (
        await reader.inventory(stream, None),
        await reader.changes(stream, Feed.RECORDS, None, None),
    ):
        assert [it for it in page.records if it.ref == record.ref] == [record]
    assert [it.ref for it in await reader.find(stream, MARKER)] == [record.ref]


@each
async def test_an_update_is_seen_keeps_the_marker_and_a_stale_one_is_refused(
    subject: ItGlue, stream: str
) -> None:
    system = subject.system()
    record = await made(subject, stream)
    system.move(1)
    [changed] = await subject.ports().writer.update([Update(record, CHANGED[stream])])
    assert of(changed).values == {**record.values, **CHANGED[stream]}
    assert of(changed).marker == MARKER
    [stale] = await subject.ports().writer.update([Update(record, CHANGED[stream])])
    assert type(stale).__name__ == "RecordChanged"


@each
async def test_records_alike_are_found(subject: ItGlue, stream: str) -> None:
    subject.system()
    record, name = await made(subject, stream), next(iter(NEW[stream]))
    asked = {name: NEW[stream][name]}
    assert [it.ref for it in await subject.ports().reader.alike(stream, asked)] == [record.ref]
    assert not await subject.ports().reader.alike(stream, {name: f"{NEW[stream][name]} else"})


async def test_a_mark_in_the_notes_survives_what_is_written_there(subject: ItGlue) -> None:
    subject.system()
    record = await made(subject, "configurations")
    for notes in ("In the cellar", None):
        [told] = await subject.ports().writer.update([Update(record, {"notes": notes})])
        record = of(told)
        assert (record.marker, record.values["notes"]) == (MARKER, notes)


@pytest.mark.parametrize(("removed", "added"), [(3, 1), (0, 5), (2, 2)])
async def test_nothing_slips_through(subject: ItGlue, removed: int, added: int) -> None:
    """While so many are removed and added between two pages."""
    system = subject.system()
    there = system.fill(1300, per_second=1300)
    doomed, gone, read = iter(there), set[str](), list[str]()
    token, reader = None, subject.ports().reader
    while token is not None or not read:
        page = await reader.inventory("configurations", token)
        read, token = read + [it.ref.id for it in page.changed], page.next
        for id in [next(doomed) for _ in range(removed)]:
            system.remove(id)
            gone.add(id)
        for _ in range(added):
            system.add()
    assert set(there) - gone <= set(read) and len(read) == len(set(read))


async def test_what_another_system_keeps_takes_notes_and_an_end(subject: ItGlue) -> None:
    system = subject.system()
    id = system.add()
    system.vendor.sync(id)
    reader, writer = subject.ports().reader, subject.ports().writer
    [seen] = (await reader.fetch("configurations", [id])).values()
    [refused] = await writer.update([Update(seen, {"name": "PC-2"})])
    assert isinstance(refused, RecordRejected)
    [noted] = await writer.update([Update(seen, {"notes": "In the cellar"})])
    assert (await writer.close(of(noted))).values["archived"] is True


async def test_an_archived_one_is_still_read(subject: ItGlue) -> None:
    system = subject.system()
    id = system.add()
    system.vendor.edit(id, {"archived": True}, PERSON)
    page = await subject.ports().reader.inventory("configurations", None)
    assert [it.values["archived"] for it in page.records if it.ref.id == id] == [True]


async def test_who_may_only_read_is_told_so_and_nothing_is_left_behind() -> None:
    async with loopback() as place:
        subject = ItGlue(place)
        system = subject.system()
        before = len(system.vendor.store.records)
        auth = Secret("x-api-key", "ITG.sandbox-reading")
        gateway = place.gateway("itglue", subject.address, auth, origins=subject.origins)
        with pytest.raises(PermissionMissing):
            await ItGlueReader(gateway).survey()
        assert len(system.vendor.store.records) == before
