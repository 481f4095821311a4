"""Requests per 1,000 records read, created and updated, beside the fewest that the vendor's endpoints allow, and which they
are; and what reading many costs in bytes and memory. Over the real gateway, against the simulated vendors in a process of
their own.
"""

import asyncio
import json
import os
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from pydantic import SecretStr

from benchmarks import REPOSITORY
from benchmarks.figure import Aim, Line
from benchmarks.gateway import OpenGate
from benchmarks.vendors import vendor_process
from syncline_common.clock import SystemClock
from syncline_common.connectors.opening import Opened, Opener
from syncline_common.schemas.connector import NewRecord, Update
from syncline_common.schemas.records import Feed, Record
from syncline_common.sdk.credentials import Credential
from syncline_common.sdk.exchange import Limits
from syncline_common.sdk.gate import Budget
from syncline_common.sdk.meter import Meter
from syncline_common.sdk.outbound import Outbound

FULL, QUICK = (1_000, 10_000), (1_000,)  # records that are created, updated, read
MANY, FEWER = 100_000, 5_000  # records that are read
NEAR = Aim("<=", 1.2, of_ratio=True)
PATIENT = Limits(read=300, whole=300)  # a simulated vendor looks at every record, and shares the machine


@dataclass(frozen=True, slots=True)
class Subject:
    """One kind. The sizes: how many records one request of the vendor's may hold, for each request that it takes."""

    kind: str
    url: str
    credential: Credential
    stream: str
    title: str
    project: str | None
    reading: Sequence[int]
    creating: Sequence[int]
    updating: Sequence[int]


def fewest(sizes: Sequence[int], count: int) -> int:
    return sum(-(-count // it) for it in sizes)


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
        reading=(20_000, 200),  # a question is answered with ids alone; those are looked up
        creating=(200,),  # patches a batch
        updating=(200,),
    ),
    Subject(
        "servicenow",
        "https://sandbox.service-now.com",
        _secret("basic", username="sync.account", password="sandbox-password"),
        "incident",
        "short_description",
        None,
        reading=(500,),  # rows a page, as it was seen used
        creating=(100,),  # requests a batch
        updating=(100, 100),  # it knows no condition: before each batch its versions are looked at
    ),
)


async def measure(quick: bool) -> Sequence[Line]:
    lines = list[Line]()
    for subject in SUBJECTS:
        for count in QUICK if quick else FULL:
            lines += await _requests(subject, count)
        lines += await _reading(subject, FEWER if quick else MANY)
    return lines


def bare(outbound: Outbound, subject: Subject) -> Opened:
    """Nothing but the gateway, and a gate that is open."""
    meter = Meter(OpenGate(), Budget("x", 1_000_000, 1.0), time.monotonic)
    opener = Opener(outbound, SystemClock(), limits=PATIENT)
    return opener.open(subject.kind, subject.url, subject.credential, meter)


@asynccontextmanager
async def reached(subject: Subject, address: str) -> AsyncIterator[Opened]:
    outbound = Outbound({subject.url: address})
    try:
        yield bare(outbound, subject)
    finally:
        await outbound.aclose()


async def everything(subject: Subject, opened: Opened) -> AsyncIterator[Sequence[Record]]:
    """As a first run reads: page by page of what has changed, in bulk what did not come along with it."""
    reader, token, more = opened.reader(), None, True
    while more:
        page = await reader.changes(subject.stream, Feed.RECORDS, None, token)
        came = {it.ref.id for it in page.records}
        ids = [it.ref.id for it in page.changed if it.ref.id not in came]
        rest = (await reader.fetch(subject.stream, ids)).values() if ids else ()
        yield [*page.records, *rest]
        token, more = page.next, page.next is not None


async def _requests(subject: Subject, count: int) -> list[Line]:
    """Each verb by a process that has just been started: what is asked once is among them."""
    lines = list[Line]()
    async with vendor_process(subject.kind, 0) as address, httpx2.AsyncClient(trust_env=False) as looking:
        heard = Heard(looking, address)
        async with reached(subject, address) as opened:
            made = await _create(subject, opened, count)
        lines += await heard.lines(f"{subject.kind}: {count:,} created", fewest(subject.creating, count))
        async with reached(subject, address) as opened:
            await _update(subject, opened, made)
        lines += await heard.lines(f"{subject.kind}: {count:,} updated", fewest(subject.updating, count))
        async with reached(subject, address) as opened:
            ids = [it.ref.id async for page in everything(subject, opened) for it in page]
        assert set(ids) == {it.ref.id for it in made}
        lines += await heard.lines(f"{subject.kind}: {count:,} read", fewest(subject.reading, count))
    return lines


class Heard:
    """What a simulated vendor was asked since it was last looked."""

    def __init__(self, client: httpx2.AsyncClient, address: str) -> None:
        self._client, self._ledger, self._last = client, f"{address}/_sandbox/ledger", 0

    async def lines(self, what: str, fewest: int) -> list[Line]:
        answer = await self._client.get(self._ledger, params={"after": self._last}, timeout=60)
        asked = [it for it in answer.json()["requests"] if not it["target"].startswith("/_sandbox")]
        self._last = asked[-1]["number"]
        by_operation = Counter(it["operation"] for it in asked)
        return [
            Line(f"{what}; peer: the vendor's fewest", "requests", [len(asked)], [fewest], NEAR),
            *(Line(f"... {name}", "requests", [count]) for name, count in by_operation.most_common()),
        ]


async def _create(subject: Subject, opened: Opened, count: int) -> list[Record]:
    writer, batch = opened.writer(), opened.reader().traits(subject.stream).batch
    made = list[Record]()
    for first in range(0, count, batch):
        new = [
            NewRecord(subject.stream, {subject.title: f"Number {it}"}, _marker(it), subject.project)
            for it in range(first, min(first + batch, count))
        ]
        made += [it for it in await writer.create(new) if isinstance(it, Record)]
    assert len(made) == count
    return made


async def _update(subject: Subject, opened: Opened, made: Sequence[Record]) -> None:
    writer, batch = opened.writer(), opened.reader().traits(subject.stream).batch
    for first in range(0, len(made), batch):
        some = [Update(it, {subject.title: "Another one"}) for it in made[first : first + batch]]
        assert all(isinstance(it, Record) for it in await writer.update(some))


async def _reading(subject: Subject, many: int) -> list[Line]:
    """By a process of its own, so that its memory is that of reading."""
    async with vendor_process(subject.kind, many) as address:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "benchmarks.reading", subject.kind, address, str(many)),
            cwd=REPOSITORY,
            stdout=asyncio.subprocess.PIPE,
        )
        told, _ = await process.communicate()
    read = json.loads(told.splitlines()[-1])
    assert read["records"] >= many
    what = f"{subject.kind}: reading {many:,}"
    peer = fewest(subject.reading, many)
    flat = Aim("<", 16)
    return [
        Line(f"{what}; peer: the vendor's fewest", "requests", [read["requests"]], [peer], NEAR),
        Line(f"{what}, received", "bytes/record", [read["bytes"] / read["records"]]),
        Line(f"{what}, peak of memory after a fifth", "MiB", [read["early"]]),
        Line(f"{what}, by how much it grew until the end", "MiB", [read["peak"] - read["early"]], (), flat),
        Line(
            f"{what}, with the vendor on the same machine", "records/s", [read["records"] / read["seconds"]]
        ),
    ]


def _marker(number: int) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return "sl-" + "".join(letters[number // 26**place % 26] for place in range(20))


def resident() -> float:
    """MiB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024**2
