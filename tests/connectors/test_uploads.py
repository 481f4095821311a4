"""A file that is too large for one request: in chunks, each once, and whole or not at all."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from connectors.azure_devops.subject import AzureDevOps, Organised
from connectors.loopback import loopback
from sandbox.desk import FABRIKAM
from syncline_common import errors
from syncline_common.connectors.azure_devops.client import Boards
from syncline_common.connectors.chunks import chunks
from syncline_common.testing.contract.operations import CONTENT, file_of

AT_ONCE, CHUNK = 1000, 999
PUT = "attachments.chunk"
Place = tuple[Organised, Boards]


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with loopback() as there:
        subject = AzureDevOps(there)
        system = Organised()
        there.put(system.vendor)
        system.vendor.boards.caps.request_bytes = AT_ONCE
        yield system, Boards(there.gateway(subject.kind, subject.address, subject.auth()))


async def upload(boards: Boards, content: bytes = CONTENT) -> str:
    made = await boards.upload(FABRIKAM.name, file_of(content), whole=AT_ONCE, chunk=CHUNK)
    return str(made["id"])


@pytest.mark.parametrize("size", [AT_ONCE, AT_ONCE + 1, 2 * CHUNK, len(CONTENT)])
async def test_it_arrives_as_it_is(place: Place, size: int) -> None:
    system, boards = place
    id = await upload(boards, CONTENT[:size])
    assert system.vendor.boards.attachments[id].content == CONTENT[:size]
    chunked = [it for it in system.vendor.ledger.requests if it.operation == PUT]
    assert len(chunked) == (0 if size == AT_ONCE else -(-size // CHUNK))


@pytest.mark.parametrize("fault", ["error_before", "hang_before"])
async def test_a_chunk_that_did_not_arrive_is_sent_again(place: Place, fault: str) -> None:
    system, boards = place
    system.order(fault, skip=1, count=1, operation=PUT)
    assert system.vendor.boards.attachments[await upload(boards)].content == CONTENT


@pytest.mark.parametrize("fault", ["error_after", "hang_after"])
async def test_a_chunk_whose_answer_is_lost_is_no_fault_of_the_record(place: Place, fault: str) -> None:
    """The vendor takes none twice: the file is begun anew, later."""
    system, boards = place
    system.order(fault, skip=1, count=1, operation=PUT)
    with pytest.raises(errors.Unavailable):
        await upload(boards)
    assert system.vendor.boards.attachments == {}


async def test_what_the_vendor_never_takes_is_refused_with_the_first(place: Place) -> None:
    system, boards = place
    system.vendor.boards.caps.attachment_bytes = len(CONTENT) - 1
    with pytest.raises(errors.RecordRejected, match="400"):
        await upload(boards)


@pytest.mark.parametrize("said", [len(CONTENT) - 1, len(CONTENT) + 1, len(CONTENT) - 2 * CHUNK])
async def test_a_file_of_another_size_than_it_is_said_to_have(said: int) -> None:
    with pytest.raises(errors.RecordRejected, match="not as large"):
        _ = [it async for it in chunks(replace(file_of(CONTENT), size=said), CHUNK)]
