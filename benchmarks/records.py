"""Requests per 1,000 records read, created and updated, beside the fewest that the vendor's endpoints allow; and what
reading many costs in bytes and memory. Over the real gateway, against the simulated vendors in a process of their own.
"""

import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from benchmarks.figure import Aim, Line
from benchmarks.gateway import OpenGate
from benchmarks.vendors import vendor_process
from syncline_common.clock import SystemClock
from syncline_common.connectors.opening import Opened, Opener
from syncline_common.schemas.connector import NewRecord, Update
from syncline_common.schemas.records import Feed, Record
from syncline_common.sdk.credentials import Credential
from syncline_common.sdk.exchange import Limits
from syncline_common.sdk.figures import BYTES, REQUESTS
from syncline_common.sdk.gate import Budget
from syncline_common.sdk.meter import Meter
from syncline_common.sdk.outbound import Outbound

MIB = 1024 * 1024
PAGE_SIZE = os.sysconf("SC_PAGE_SIZE")
THOUSAND = 1_000
NEAR = Aim("<", 1.2, of_ratio=True)
PATIENT = Limits(read=300, whole=300)  # a simulated vendor looks at every record, and shares the machine
SETTLED = 0.2  # of the way; what is loaded once is loaded by then


@dataclass(frozen=True, slots=True)
class Subject:
    """One kind. The fewest: as many records as one request of the vendor's may hold."""

    kind: str
    url: str
    credential: Credential
    stream: str
    title: str
    project: str | None
    fewest_read: int
    fewest_written: int


def _secret(scheme: str, **fields: str) -> Credential:
    return Credential(scheme, {name: SecretStr(it) for name, it in fields.items()})


SUBJECTS = (
    Subject(
        "azure_devops",
        "https://dev.azure.com/sandbox",
        _secret("pat", token="sandbox-pat-read-write"),
        "Bug",
        "System.Title",
        "Fabrikam Web",
        fewest_read=5,  # 200 ids a fetch
        fewest_written=5,  # 200 patches a batch
    ),
    Subject(
        "servicenow",
        "https://sandbox.service-now.com",
        _secret("basic", username="sync.account", password="sandbox-password"),
        "incident",
        "short_description",
        None,
        fewest_read=2,  # 500 rows a page, as it was seen used
        fewest_written=10,  # 100 requests a batch
    ),
)


async def measure(quick: bool) -> Sequence[Line]:
    lines = list[Line]()
    for subject in SUBJECTS:
        async with _opened(subject, 0) as opened:
            lines += await _requests(subject, opened)
        many = 5_000 if quick else 100_000
        async with _opened(subject, many) as opened:
            lines += await _reading(subject, opened, many)
    return lines


@asynccontextmanager
async def _opened(subject: Subject, count: int) -> AsyncIterator[Opened]:
    async with vendor_process(subject.kind, max(1, count)) as address:
        outbound = Outbound({subject.url: address})
        try:
            yield bare(outbound, subject)
        finally:
            await outbound.aclose()


def bare(outbound: Outbound, subject: Subject) -> Opened:
    """Nothing but the gateway, and a gate that is open."""
    meter = Meter(OpenGate(), Budget("x", 1_000_000, 1.0), time.monotonic)
    opener = Opener(outbound, SystemClock(), limits=PATIENT)
    return opener.open(subject.kind, subject.url, subject.credential, meter)


async def _requests(subject: Subject, opened: Opened) -> list[Line]:
    before = _asked(subject.kind)
    made = await _create(subject, opened)
    created = _asked(subject.kind)
    await _update(subject, opened, made)
    updated = _asked(subject.kind)
    read = sum([len(it) async for it in _everything(subject, opened)])
    after = _asked(subject.kind)
    assert read >= THOUSAND
    counts = (
        ("created", created - before, subject.fewest_written),
        ("updated", updated - created, subject.fewest_written),
        ("read", (after - updated) * THOUSAND / read, subject.fewest_read),
    )
    return [
        Line(f"{subject.kind}: 1,000 {what}; peer: the vendor's fewest", "requests", [count], [fewest], NEAR)
        for what, count, fewest in counts
    ]


async def _create(subject: Subject, opened: Opened) -> list[Record]:
    writer, batch = opened.writer(), opened.reader().traits(subject.stream).batch
    made = list[Record]()
    for first in range(0, THOUSAND, batch):
        new = [
            NewRecord(subject.stream, {subject.title: f"Number {it}"}, _marker(it), subject.project)
            for it in range(first, min(first + batch, THOUSAND))
        ]
        made += [it for it in await writer.create(new) if isinstance(it, Record)]
    assert len(made) == THOUSAND
    return made


async def _update(subject: Subject, opened: Opened, made: Sequence[Record]) -> None:
    writer, batch = opened.writer(), opened.reader().traits(subject.stream).batch
    for first in range(0, THOUSAND, batch):
        some = [Update(it, {subject.title: "Another one"}) for it in made[first : first + batch]]
        assert all(isinstance(it, Record) for it in await writer.update(some))


async def _everything(subject: Subject, opened: Opened) -> AsyncIterator[Sequence[Record]]:
    """As a first run reads: page by page of what has changed, in bulk what did not come along with it."""
    reader, token, more = opened.reader(), None, True
    while more:
        page = await reader.changes(subject.stream, Feed.RECORDS, None, token)
        came = {it.ref.id for it in page.records}
        ids = [it.ref.id for it in page.changed if it.ref.id not in came]
        rest = (await reader.fetch(subject.stream, ids)).values() if ids else ()
        yield [*page.records, *rest]
        token, more = page.next, page.next is not None


async def _reading(subject: Subject, opened: Opened, many: int) -> list[Line]:
    received, read, settled, began = _received(subject.kind), 0, 0.0, time.perf_counter()
    before = _asked(subject.kind)
    async for records in _everything(subject, opened):
        read += len(records)
        if not settled and read >= SETTLED * many:
            settled = _resident()
    assert read >= many
    seconds, size = time.perf_counter() - began, _received(subject.kind) - received
    what = f"{subject.kind}: reading {many:,}"
    requests = (_asked(subject.kind) - before) * THOUSAND / read
    return [
        Line(
            f"{what}, for 1,000; peer: the vendor's fewest",
            "requests",
            [requests],
            [subject.fewest_read],
            NEAR,
        ),
        Line(f"{what}, received", "bytes/record", [size / read]),
        Line(
            f"{what}, memory that it takes on after a fifth", "MiB", [_resident() - settled], (), Aim("<", 16)
        ),
        Line(f"{what}, with the vendor on the same machine", "records/s", [read / seconds]),
    ]


def _marker(number: int) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return "sl-" + "".join(letters[number // 26**place % 26] for place in range(20))


def _asked(kind: str) -> float:
    return sum(
        it.value
        for figure in REQUESTS.collect()
        for it in figure.samples
        if it.name.endswith("_total") and it.labels["kind"] == kind
    )


def _received(kind: str) -> float:
    return float(BYTES.labels(kind, "received")._value.get())


def _resident() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_SIZE / MIB
