"""Everything that a connector can be asked for, as the suite asks for it, and what became of it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from syncline_common.errors import RecordRejected, RemoteError
from syncline_common.schemas.connector import NewRecord, Update
from syncline_common.schemas.records import ChangePage, Feed, Record, RecordRef, Tie, TieKind
from syncline_common.schemas.values import Values
from syncline_common.sdk.ports import Attachment, File
from syncline_common.testing.contract.subject import Ports, Scene, Subject

MARKERS = ("sl-aaaaaaaaaaaaaaaaaaa2", "sl-aaaaaaaaaaaaaaaaaaa3")
NOTHING_ELSE: Values = {}
NEVER = datetime(2000, 1, 1, tzinfo=UTC)
CONTENT = b"\x89file\x00" * 500
NO_FILE = Attachment("1", "none.bin", 0, "https://elsewhere.example/none.bin")


@dataclass(frozen=True, slots=True)
class Given:
    """What an operation is about: known before, so that the operation itself asks only for what it needs."""

    subject: Subject
    scene: Scene
    seen: Sequence[Record]  # the scene's records
    file: Attachment

    @property
    def ref(self) -> RecordRef:
        return RecordRef(self.subject.stream, self.scene.discussed)


Operation = Callable[[Ports, Given], Awaitable[Any]]


async def given(subject: Subject, ports: Ports, scene: Scene) -> Given:
    seen = await ports.reader.fetch(subject.stream, scene.ids)
    file = NO_FILE
    if "attachments" not in subject.lacks:
        [file] = await ports.reader.attachments(RecordRef(subject.stream, scene.discussed))
    return Given(subject, scene, [seen[it] for it in scene.ids], file)


def file_of(content: bytes, name: str = "note.bin") -> File:
    async def parts() -> AsyncIterator[bytes]:
        for at in range(0, len(content), 1000):
            yield content[at : at + 1000]

    return File(name, len(content), parts)


def new_record(subject: Subject, marker: str, values: Values = NOTHING_ELSE) -> NewRecord:
    own = {subject.unique: marker} if subject.unique else {}
    return NewRecord(subject.stream, {**subject.sample, **own, **values}, marker, subject.project)


def new_records(subject: Subject) -> list[NewRecord]:
    return [new_record(subject, it) for it in MARKERS]


def key_of(about: Given) -> Values:
    return {about.subject.key: about.seen[0].values[about.subject.key]}


async def _changes(ports: Ports, about: Given) -> tuple[ChangePage, list[Record]]:
    page = await ports.reader.changes(about.subject.stream, Feed.RECORDS, NEVER, None)
    return replace(page, vendor_now=NEVER), page.records


async def _inventory(ports: Ports, about: Given) -> ChangePage:
    return replace(await ports.reader.inventory(about.subject.stream, None), vendor_now=NEVER)


async def _download(ports: Ports, about: Given) -> bytes:
    return b"".join([part async for part in ports.reader.download(about.file)])


async def _comment(ports: Ports, about: Given) -> Any:
    return await ports.writer.comment(about.ref, "Seen again", public=True, marker=MARKERS[0])


async def _update(ports: Ports, about: Given) -> Any:
    return await ports.writer.update([Update(it, about.subject.change) for it in about.seen[:2]])


async def _link(ports: Ports, about: Given, kind: TieKind) -> Any:
    return await ports.writer.link(about.seen[0], Tie(kind, about.seen[1].ref))


READS: Mapping[str, Operation] = {
    "check": lambda ports, about: ports.reader.check(),
    "survey": lambda ports, about: ports.reader.survey(),
    "projects": lambda ports, about: ports.reader.projects(),
    "streams": lambda ports, about: ports.reader.streams(about.subject.project),
    "fields": lambda ports, about: ports.reader.fields(about.subject.stream, about.subject.project),
    "people": lambda ports, about: ports.reader.people(about.subject.person, about.subject.project),
    "changes": _changes,
    "inventory": _inventory,
    "fetch": lambda ports, about: ports.reader.fetch(about.subject.stream, about.scene.ids),
    "find": lambda ports, about: ports.reader.find(about.subject.stream, about.scene.marker),
    "alike": lambda ports, about: ports.reader.alike(about.subject.stream, key_of(about)),
    "comments": lambda ports, about: ports.reader.comments(about.ref),
    "attachments": lambda ports, about: ports.reader.attachments(about.ref),
    "ties": lambda ports, about: ports.reader.ties(about.ref),
    "download": _download,
}
WRITES: Mapping[str, Operation] = {
    "create": lambda ports, about: ports.writer.create(new_records(about.subject)),
    "update": _update,
    "comment": _comment,
    "attach": lambda ports, about: ports.writer.attach(about.seen[0], file_of(CONTENT)),
    "link to a parent": partial(_link, kind=TieKind.PARENT),
    "link to another": partial(_link, kind=TieKind.RELATED),
    "close": lambda ports, about: ports.writer.close(about.seen[0]),
    "delete": lambda ports, about: ports.writer.delete(about.seen[0]),
}
OPERATIONS: Mapping[str, Operation] = {**READS, **WRITES}
NEEDED = (*WRITES, "download")  # there is no answer to it but the thing itself


async def outcome(operation: Operation, ports: Ports, about: Given) -> Any:
    """What came of it; the first error, whether it was raised or is in the place of an answer."""
    try:
        answer = await operation(ports, about)
    except Exception as error:  # that there are none but RemoteErrors is to be seen
        return error
    if isinstance(answer, Sequence):
        return next((it for it in answer if isinstance(it, RemoteError)), answer)
    return answer


async def is_lacking(subject: Subject, name: str) -> bool:
    """Whether the vendor has nothing for it, which the connector says without asking."""
    if name not in subject.lacks:
        return False
    system = subject.system()
    about = await given(subject, subject.ports(), system.furnish())
    before = len(system.heard)
    told = await outcome(OPERATIONS[name], subject.ports(), about)
    assert isinstance(told, RecordRejected) if name in NEEDED else not told, told
    assert len(system.heard) == before, "it is known without asking"
    return True
