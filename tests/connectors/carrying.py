"""A process that carries one large file, and says how much memory that took: `python -m connectors.carrying`."""

import asyncio
import json
import sys
import tracemalloc
from collections.abc import AsyncIterator

from connectors.loopback import Loopback
from connectors.subjects import SUBJECTS
from syncline_common.errors import RemoteError
from syncline_common.sdk.exchange import MIB, Limits
from syncline_common.sdk.ports import File
from syncline_common.testing.contract.subject import Ports, Subject

PART = bytes(65_536)
PATIENT = Limits(connect=60, read=60, whole=60)


def zeros(size: int) -> File:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(size // len(PART)):
            yield PART

    return File("large.bin", size, parts)


async def up(ports: Ports, subject: Subject, id: str) -> int:
    [seen] = (await ports.reader.fetch(subject.stream, [id])).values()
    made = await ports.writer.attach(seen, zeros(100 * MIB))
    return made.size or 0


async def down(ports: Ports, subject: Subject, id: str) -> int:
    [seen] = (await ports.reader.fetch(subject.stream, [id])).values()
    [file] = await ports.reader.attachments(seen.ref)
    return sum([len(part) async for part in ports.reader.download(file)])


async def read(ports: Ports, subject: Subject, id: str) -> int:
    """Of a vendor that says more than anybody can hold; how much of it was a record."""
    try:
        return len(await ports.reader.fetch(subject.stream, [id]))
    except RemoteError:
        return 0


async def carry(kind: str, port: int, way: str, id: str) -> dict[str, int]:
    place = Loopback()
    place.port = port
    subject = SUBJECTS[kind](place, limits=PATIENT)
    carried = {"up": up, "down": down, "read": read}[way]
    tracemalloc.start()
    size = await carried(subject.ports(), subject, id)
    _, most = tracemalloc.get_traced_memory()
    await place.close()
    return {"size": size, "most": most}


if __name__ == "__main__":
    kind, port, way, id = sys.argv[1:]
    print(json.dumps(asyncio.run(carry(kind, int(port), way, id))))
