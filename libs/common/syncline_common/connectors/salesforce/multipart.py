"""A file as a form of two parts: its fields as JSON, then its content, which is never whole in memory."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from uuid import uuid4

from syncline_common.errors import RecordRejected
from syncline_common.sdk.ports import File

LONGEST_PATH = 500
UNSAFE = re.compile(r"[^0-9A-Za-z .-]")


@dataclass(frozen=True)
class Form:
    fields: dict[str, str]
    file: File
    boundary: str = field(default_factory=lambda: f"syncline-{uuid4().hex}")

    @property
    def content_type(self) -> str:
        return f"multipart/form-data; boundary={self.boundary}"

    @property
    def size(self) -> int:
        return len(self._head) + self.file.size + len(self._foot)

    async def parts(self) -> AsyncIterator[bytes]:
        yield self._head
        async for part in self.file.parts():
            yield part
        yield self._foot

    @property
    def _head(self) -> bytes:
        if len(self.file.name) > LONGEST_PATH or any(ord(it) < 32 for it in self.file.name):
            raise RecordRejected("A file of this name can't be sent", detail=self.file.name[:40])
        name = UNSAFE.sub("_", self.file.name)  # the fields have it as it is
        lines = (
            f"--{self.boundary}",
            'Content-Disposition: form-data; name="entity_content"',
            "Content-Type: application/json",
            "",
            json.dumps(self.fields),
            f"--{self.boundary}",
            f'Content-Disposition: form-data; name="VersionData"; filename="{name}"',
            "Content-Type: application/octet-stream",
            "",
            "",
        )
        return "\r\n".join(lines).encode()

    @property
    def _foot(self) -> bytes:
        return f"\r\n--{self.boundary}--\r\n".encode()
