"""Files: of any size in little memory, whole or not at all."""

import asyncio
import gzip
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from sdk.vendor import PATIENCE, Say, Vendor, Way, answer
from syncline_common import errors
from syncline_common.sdk.answers import SentElsewhere
from syncline_common.sdk.auth import bearer
from syncline_common.sdk.exchange import MIB, Limits
from syncline_common.sdk.rates import RateHeaders

HUNDRED = 100 * MIB


def large(size: int) -> Say:
    async def say(writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 200 x\r\ncontent-length: {size}\r\n\r\n".encode())
        part = b"x" * 65_536
        for _ in range(size // len(part)):
            writer.write(part)
            await writer.drain()

    return say


async def size_of(file: AsyncIterator[bytes]) -> int:
    return sum([len(part) async for part in file])


async def test_a_large_file_takes_little_memory(vendor: Vendor, way: Way) -> None:
    vendor.says(large(HUNDRED))
    tracemalloc.start()
    size = await size_of(way.gateway(limits=Limits()).download("/file"))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size == HUNDRED and most < 5 * MIB


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (answer(200, b"x" * 1_000_001), errors.RecordRejected),
        (answer(200, gzip.compress(b"x" * 50_000_000), content_encoding="gzip"), errors.RecordRejected),
        (answer(200, b"half", content_length="9"), errors.Unavailable),
        (answer(200, b"none", content_encoding="gzip"), errors.ContractBroken),
        (answer(404), errors.RecordGone),
        (answer(403), errors.PermissionMissing),
        (answer(503), errors.Unavailable),
        (answer(302), errors.ContractBroken),
        (answer(302, location="https://me:secret@other.example/"), SentElsewhere),
    ],
)
async def test_it_is_whole_or_an_error(
    said: bytes, expected: type[Exception], vendor: Vendor, way: Way
) -> None:
    vendor.says(said)
    with pytest.raises(errors.RemoteError) as caught:
        await size_of(way.gateway().download("/file"))
    assert type(caught.value) is expected and way.tally.admitted
    assert "secret" not in str(vars(caught.value))
    assert len(way.tally.told) == 1


async def test_it_is_not_waited_for_in_vain(vendor: Vendor, way: Way) -> None:
    async def say(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 x\r\ncontent-length: 9\r\n\r\nhalf")
        await asyncio.sleep(5)

    vendor.says(say)
    with pytest.raises(errors.Unavailable):
        await size_of(way.gateway().download("/file"))


async def test_nor_is_one_that_drips(vendor: Vendor, way: Way) -> None:
    async def say(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 x\r\ncontent-length: 99\r\n\r\n")
        for _ in range(99):
            writer.write(b"x")
            await asyncio.sleep(0.05)

    vendor.says(say)
    with pytest.raises(errors.Unavailable):
        await size_of(way.gateway(limits=Limits(read=5, download_whole=0.1)).download("/file"))


async def test_a_page_of_html_may_be_a_file(vendor: Vendor, way: Way) -> None:
    vendor.says(answer(200, b"<h1>", content_type="text/html"))
    assert await size_of(way.gateway(bearer("secret")).download("/file")) == 4
    assert vendor.heard[0].headers["authorization"] == "Bearer secret"
    assert vendor.heard[0].headers["accept-encoding"] == "identity"


async def test_what_is_left_half_way_is_closed(vendor: Vendor, way: Way) -> None:
    vendor.says(large(HUNDRED))
    gateway = way.gateway(limits=PATIENCE)
    for _ in range(120):  # more than there are connections
        async with aclosing(gateway.download("/file")) as file:
            async for _part in file:
                break
    assert vendor.connections == 120


async def test_a_file_that_is_refused_for_the_rate_is_not_one_that_may_not_be_read(
    vendor: Vendor, way: Way
) -> None:
    told = RateHeaders(refusal="LIMIT_EXCEEDED")
    for said, kind in (
        ("LIMIT_EXCEEDED", errors.RateLimited),
        ("NO_ACCESS", errors.PermissionMissing),
        ("x" * 200_000, errors.PermissionMissing),
    ):
        vendor.says(answer(403, [{"errorCode": said}]))
        with pytest.raises(kind):
            await size_of(way.gateway(told=told).download("/file"))
