"""A file as a form of one part, the only way in which the platform takes one; never whole in memory."""

from collections.abc import AsyncIterator
from secrets import token_hex

from syncline_common.sdk.ports import File, Parts

FIELD = "attachments[]"


def form_with(file: File) -> tuple[dict[str, str], Parts]:
    """Headers that say how long it is, and the form in parts."""
    boundary = f"syncline-{token_hex(16)}"
    head, tail = _head(file, boundary).encode(), f"\r\n--{boundary}--\r\n".encode()

    async def parts() -> AsyncIterator[bytes]:
        yield head
        async for part in file.parts():
            yield part
        yield tail

    length = len(head) + file.size + len(tail)
    kind = f"multipart/form-data; boundary={boundary}"
    return {"Content-Type": kind, "Content-Length": str(length)}, parts


def _head(file: File, boundary: str) -> str:
    said = f'form-data; name="{FIELD}"; filename="{_quoted(file.name)}"'
    kind = "".join(it for it in file.content_type if it.isprintable())
    return f"--{boundary}\r\nContent-Disposition: {said}\r\nContent-Type: {kind}\r\n\r\n"


def _quoted(name: str) -> str:
    """As browsers do it."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
