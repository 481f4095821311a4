"""IT Glue's endpoints. Its API lies under another host than its pages: one for each region, and a key is of one region."""

import json
from base64 import b64encode
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from syncline_common.connectors.bulk import already_sent, may_have_happened
from syncline_common.connectors.chunks import chunks
from syncline_common.connectors.itglue.records import id_of
from syncline_common.connectors.itglue.sections import Section
from syncline_common.connectors.times import vendor_now
from syncline_common.connectors.understanding import rows_of
from syncline_common.errors import (
    ContractBroken,
    CredentialRejected,
    PermissionMissing,
    RecordRejected,
    Unavailable,
)
from syncline_common.sdk.answers import PageInstead
from syncline_common.sdk.ports import File, Out, Reply

Wire = dict[str, Any]
REGIONS: Final[Mapping[str, str]] = {"eu": "https://api.eu.itglue.com", "au": "https://api.au.itglue.com"}
AMERICA = "https://api.itglue.com"
MEDIA: Final[Mapping[str, str]] = {"Content-Type": "application/vnd.api+json"}
MOST, PIECE = 1000, 3 * 64 * 1024  # a page's records; bytes of a file that are encoded at once
NO_FILE = "The file can't be fetched from where IT Glue keeps it"
AWAY = "IT Glue answered with a page"
NOT_ACCEPTED = (
    "IT Glue does not accept the key: it may be wrong, of another region, revoked after 90 days without use, or not "
    "allowed from our address"
)


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Wire]
    more: bool
    now: datetime
    total: int
    size: int


def api_of(address: str) -> str:
    """By the host of the account's pages."""
    labels = (urlsplit(address).hostname or "").split(".")
    return REGIONS.get(labels[-3], AMERICA) if len(labels) > 3 else AMERICA


class Glue:
    def __init__(self, out: Out, api: str | None = None) -> None:
        self._out, self.api = out, api or api_of(out.address)

    # api.itglue.com/developer: GET /organizations, /configurations, /contacts, /users, and the lists of types and statuses
    async def page(self, path: str, number: int, size: int, params: Mapping[str, Any] | None = None) -> Page:
        asked = {**(params or {}), "page[number]": number, "page[size]": size}
        reply = await self._read(path, asked)
        body = reply.json()
        rows: list[Wire] = rows_of(body, "data")
        meta = body["meta"]
        if int(meta["current-page"]) != number or len(rows) > size:
            raise ContractBroken("IT Glue answered with another page", detail=path)
        return Page(
            rows, number < int(meta["total-pages"]), vendor_now(reply), int(meta["total-count"]), size
        )

    async def all(self, path: str, params: Mapping[str, Any] | None = None) -> list[Wire]:
        """Of a list that is not long."""
        found, number, more = dict[str, Wire](), 1, True
        while more:
            page = await self.page(path, number, MOST, params)
            found |= {id_of(it): it for it in page.rows}
            number, more = number + 1, page.more
        return list(found.values())

    # GET /configurations/{id} and so on
    async def one(self, section: Section, id: str, include: str = "") -> Wire:
        """The whole document, with what it includes."""
        params = {"include": include} if include else None
        body: Wire = (await self._read(_path(section, id), params)).json()
        if id_of(body["data"]) != id or body["data"]["type"] != section.stream:
            raise ContractBroken("IT Glue answered with another record", detail=section.stream)
        return body

    # POST /configurations and so on
    async def create(self, section: Section, attributes: Wire) -> Wire:
        with told_apart():
            reply = await self._send("POST", section.path, section, attributes)
        with already_sent():
            return _data(reply)

    # PATCH /configurations/{id} and so on; relationships may not be in it
    async def update(self, section: Section, id: str, attributes: Wire) -> Wire:
        with may_have_happened(), told_apart():
            reply = await self._send("PATCH", _path(section, id), section, attributes)
        with already_sent():
            return _data(reply)

    async def may_create(self, section: Section) -> bool:
        """Asked by what can't be created: who may is told what is wrong with it, who may not is told that."""
        try:
            await self._send("POST", section.path, section, {})
        except (PermissionMissing, CredentialRejected):
            return False
        except RecordRejected:
            return True
        raise ContractBroken("IT Glue took a record without its required fields", detail=section.stream)

    # POST /configurations/{id}/relationships/attachments
    async def attach(self, section: Section, id: str, file: File) -> Wire:
        """Encoded piece by piece, in one document."""
        opening = json.dumps({"file_name": file.name})[:-1]
        head = f'{{"data":{{"type":"attachments","attributes":{{"attachment":{opening},"content":"'.encode()
        tail = b'"}}}}'
        length = len(head) + 4 * -(-file.size // 3) + len(tail)

        async def parts() -> AsyncIterator[bytes]:
            yield head
            async for piece in chunks(file, PIECE):
                yield b64encode(piece)
            yield tail

        url = f"{self.api}{_path(section, id)}/relationships/attachments"
        headers = {**MEDIA, "Content-Length": str(length)}
        with told_apart():
            reply = await self._out.send("POST", url, content=parts, headers=headers)
        with already_sent():
            return _data(reply)

    async def download(self, url: str) -> AsyncGenerator[bytes, None]:
        """Where files are kept elsewhere, their address serves for a while; that says nothing about the key."""
        ours = (urlsplit(url).hostname or "").endswith(".itglue.com")
        try:
            async with aclosing(self._out.download(url)) as parts:
                async for part in parts:
                    yield part
        except (PermissionMissing, CredentialRejected) as error:
            if ours:
                raise CredentialRejected(NOT_ACCEPTED, detail=error.detail) from None
            raise RecordRejected(NO_FILE, detail=error.detail) from None

    async def _send(self, method: str, path: str, section: Section, attributes: Wire) -> Reply:
        document = {"data": {"type": section.stream, "attributes": attributes}}
        content = json.dumps(document).encode()
        return await self._out.send(method, f"{self.api}{path}", content=content, headers=MEDIA)

    async def _read(self, path: str, params: Mapping[str, Any] | None = None) -> Reply:
        """A page in the place of JSON is found here, and not by whoever reads the answer."""
        with told_apart():
            try:
                reply = await self._out.send("GET", f"{self.api}{path}", params=params)
                reply.json()
            except PageInstead as error:
                raise Unavailable(AWAY, detail=error.detail) from None
        return reply


@contextmanager
def told_apart() -> Iterator[None]:
    """Keys have no rights of their own: what is forbidden is forbidden because of the key."""
    try:
        yield
    except (PermissionMissing, CredentialRejected) as error:
        raise CredentialRejected(NOT_ACCEPTED, detail=error.detail) from None


def _path(section: Section, id: str) -> str:
    if not (id.isascii() and id.isdigit() and len(id) < 20):
        raise RecordRejected("This id can't be asked for", detail=id[:40])
    return f"{section.path}/{id}"


def _data(reply: Reply) -> Wire:
    data: Wire = reply.json()["data"]
    id_of(data)
    return data
