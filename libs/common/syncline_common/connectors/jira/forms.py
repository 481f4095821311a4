"""A file as a form, in parts and with its length said beforehand."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from uuid import uuid4

from syncline_common.sdk.ports import File, Parts

ESCAPED = {'"': "%22", "\r": "%0D", "\n": "%0A"}  # as browsers write them


@dataclass(frozen=True, slots=True)
class Form:
    parts: Parts
    headers: Mapping[str, str]


def form_of(file: File) -> Form:
    boundary = f"syncline-{uuid4().hex}"
    name = "".join(ESCAPED.get(it, it) for it in file.name)
    kind = file.content_type if file.content_type.isprintable() else "application/octet-stream"
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n'
    before, after = head.encode(), f"\r\n--{boundary}--\r\n".encode()

    async def parts() -> AsyncIterator[bytes]:
        yield before
        async for it in file.parts():
            yield it
        yield after

    headers = {
        "Content-Type": f"multipart/form-data; boundary={boundary}",
        "Content-Length": str(len(before) + file.size + len(after)),
    }
    return Form(parts, headers)
