"""A file in pieces of one size, for vendors that take a large one in several requests."""

from collections.abc import AsyncGenerator

from syncline_common.errors import RecordRejected
from syncline_common.sdk.file_parts import told_apart
from syncline_common.sdk.ports import File

OTHER_SIZE = "The file is not as large as it is said to be"


async def chunks(file: File, size: int) -> AsyncGenerator[bytes, None]:
    held, left = bytearray(), file.size
    async for part in told_apart(file.parts()):
        held += part
        while len(held) >= size:
            left -= size
            if left < 0:
                raise RecordRejected(OTHER_SIZE, detail=file.name)
            yield bytes(held[:size])
            del held[:size]
    if len(held) != left:
        raise RecordRejected(OTHER_SIZE, detail=file.name)
    if held:
        yield bytes(held)
