"""One marker, one record; and no edit is overwritten that was not seen."""

from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from typing import Any

import pytest

from syncline_common.errors import RecordChanged, RecordGone, RemoteError, UnknownOutcome
from syncline_common.schemas.connector import Update
from syncline_common.schemas.records import Record
from syncline_common.sdk.ports import Out, Parts, Reply
from syncline_common.testing.contract.operations import MARKERS, file_of, new_record, new_records
from syncline_common.testing.contract.subject import Ports, Scene, Simulated, Subject

LOST = (
    "hang_before",
    "hang_after",
    "error_before",
    "error_after",
    "html",
    "html_after",
    "truncated",
    "cut",
    "empty",
)


class WritingContract:
    @pytest.mark.parametrize("fault", LOST)
    async def test_one_marker_one_record(self, subject: Subject, fault: str) -> None:
        """A create whose answer is lost is looked up, and made anew only if it is not there."""
        system, new = subject.system(), new_records(subject)[0]
        system.order(fault, count=1, operation="*.create")
        answers = await subject.ports().writer.create([new])
        assert [type(it) for it in answers] == [UnknownOutcome]
        system.move(settle_seconds(subject))
        found = await subject.ports().reader.find(subject.stream, new.marker)
        if not found:
            [made] = await subject.ports().writer.create([new])
            found = [of(made)]
        assert [it.ref.id for it in found] == system.bearing(new.marker), "there are two"

    async def test_a_marker_is_found_once_it_has_settled(self, subject: Subject) -> None:
        system = subject.system()
        system.late(settle_seconds(subject) - 1)
        [made, _] = await subject.ports().writer.create(new_records(subject))
        assert await subject.ports().reader.find(subject.stream, MARKERS[0]) == [], "it settles at once"
        system.move(settle_seconds(subject))
        assert [it.ref for it in await subject.ports().reader.find(subject.stream, MARKERS[0])] == [
            of(made).ref
        ]

    async def test_a_copy_made_by_a_person_does_not_count(self, subject: Subject) -> None:
        """It bears the marker, too: the first is ours."""
        system = subject.system()
        [made] = await subject.ports().writer.create(new_records(subject)[:1])
        system.move(5)
        copy = system.clone(of(made).ref.id)
        found = await subject.ports().reader.find(subject.stream, MARKERS[0])
        assert [it.ref.id for it in found] == [of(made).ref.id, copy]
        assert [it.marker for it in found] == [MARKERS[0]] * 2

    async def test_what_has_a_value_is_found_by_it(self, subject: Subject) -> None:
        """Whatever a query is made of: quotes, carets, operators. The caller compares, so more may be found, never less."""
        subject.system()
        for number, words in enumerate(("O'Brien", "one^two", 'He said "no" = 1', "grün, blau")):
            new = new_record(subject, MARKERS[0][:-1] + "abcd"[number], {subject.key: words})
            [made] = await subject.ports().writer.create([new])
            found = await subject.ports().reader.alike(subject.stream, {subject.key: words})
            assert of(made).ref in [it.ref for it in found], words
            assert not await subject.ports().reader.alike(subject.stream, {subject.key: f"{words} else"})

    async def test_nobody_elses_marker_is_found(self, subject: Subject) -> None:
        subject.system()
        await subject.ports().writer.create(new_records(subject)[:1])
        assert await subject.ports().reader.find(subject.stream, MARKERS[1]) == []

    async def test_it_is_read_back_as_it_was_written(self, subject: Subject) -> None:
        subject.system()
        for made in map(of, await subject.ports().writer.create(new_records(subject))):
            [read] = (await subject.ports().reader.fetch(subject.stream, [made.ref.id])).values()
            assert {name: read.values[name] for name in subject.sample} == subject.sample
            assert (read.version, read.marker) == (made.version, made.marker)
            assert {name: read.values[name] for name in made.values} == made.values

    async def test_a_stale_update_is_refused(self, subject: Subject) -> None:
        system, scene, seen = await furnished(subject)
        system.edit(scene.ids[0])
        before = system.versions()
        [answer] = await subject.ports().writer.update([Update(seen, subject.change)])
        assert isinstance(answer, RecordChanged) and system.versions() == before

    @pytest.mark.parametrize("verb", ["close", "delete"])
    async def test_so_is_a_stale_end(self, subject: Subject, verb: str) -> None:
        if verb in subject.lacks:
            return
        system, scene, seen = await furnished(subject)
        system.edit(scene.ids[0])
        before = system.versions()
        with pytest.raises(RecordChanged):
            await getattr(subject.ports().writer, verb)(seen)
        assert system.versions() == before

    async def test_an_edit_at_the_same_time_is_refused_or_noticed(self, subject: Subject) -> None:
        """Between our last look and our write: either nothing is written, or the next scan finds a version not ours."""
        system, scene, seen = await furnished(subject)
        ports = subject.ports(
            lambda out: Interrupted(out, lambda: system.edit(scene.ids[0]), subject.changes_by)
        )
        [answer] = await ports.writer.update([Update(seen, subject.change)])
        if isinstance(answer, RemoteError):
            assert isinstance(answer, RecordChanged)
            assert not [it for it in system.done if it.what == "changed" and it.request is not None]
        else:
            assert answer.version != system.versions()[scene.ids[0]], "an edit was overwritten unseen"

    async def test_what_is_gone_is_not_written(self, subject: Subject) -> None:
        system, scene, seen = await furnished(subject)
        system.remove(scene.ids[0])
        [answer] = await subject.ports().writer.update([Update(seen, subject.change)])
        assert isinstance(answer, RecordGone)

    async def test_each_has_an_answer_of_its_own(self, subject: Subject) -> None:
        """One that is gone among others stops nobody, and nobody takes its place."""
        system, scene, _ = await furnished(subject)
        seen = await subject.ports().reader.fetch(subject.stream, scene.ids)
        system.remove(scene.ids[1])
        updates = [Update(seen[it], subject.change) for it in scene.ids]
        answers = await subject.ports().writer.update(updates)
        assert [isinstance(it, Record) for it in answers] == [True, False, True]
        assert [of(answers[it]).ref.id for it in (0, 2)] == [scene.ids[0], scene.ids[2]]

    async def test_what_was_hidden_or_removed_is_missing_and_not_empty(self, subject: Subject) -> None:
        system, scene, _ = await furnished(subject)
        system.remove(scene.ids[0])
        assert set(await subject.ports().reader.fetch(subject.stream, scene.ids)) == set(scene.ids[1:])

    async def test_a_comment_comes_as_it_is(self, subject: Subject) -> None:
        if "comment" in subject.lacks:
            return
        _, _, seen = await furnished(subject)
        ports: Ports = subject.ports()
        made = await ports.writer.comment(seen.ref, "Seen <again>", public=True, marker=MARKERS[0])
        assert made in await ports.reader.comments(seen.ref)

    async def test_a_file_comes_as_it_is(self, subject: Subject) -> None:
        if "attach" in subject.lacks:
            return
        _, scene, seen = await furnished(subject)
        ports: Ports = subject.ports()
        attached = await ports.writer.attach(seen, file_of(scene.content, "screen 2.png"))
        [listed] = await ports.reader.attachments(seen.ref)
        assert (listed.id, listed.name, listed.size) == (attached.id, "screen 2.png", len(scene.content))
        assert b"".join([it async for it in ports.reader.download(listed)]) == scene.content


class Interrupted:
    """The way out, on which somebody is always a moment earlier: just before each change."""

    def __init__(self, out: Out, interrupt: Callable[[], None], methods: Collection[str]) -> None:
        self._out, self._interrupt, self._methods = out, interrupt, methods

    @property
    def address(self) -> str:
        return self._out.address

    async def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        return await self._out.get(path, params)

    async def send(  # noqa: PLR0913
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        content: bytes | Parts | None = None,
        headers: Mapping[str, str] | None = None,
        key: str | None = None,
        repeatable: bool = False,
    ) -> Reply:
        if method in self._methods:
            self._interrupt()
        return await self._out.send(
            method,
            path,
            params=params,
            json=json,
            content=content,
            headers=headers,
            key=key,
            repeatable=repeatable,
        )

    def download(self, url: str, headers: Mapping[str, str] | None = None) -> AsyncGenerator[bytes, None]:
        return self._out.download(url, headers)


async def furnished(subject: Subject) -> tuple[Simulated, Scene, Record]:
    """With the first of its records, as it is."""
    system = subject.system()
    scene = system.furnish()
    found = await subject.ports().reader.fetch(subject.stream, scene.ids[:1])
    return system, scene, found[scene.ids[0]]


def settle_seconds(subject: Subject) -> float:
    return subject.ports().reader.traits(subject.stream).settle.total_seconds()


def of(answer: Record | RemoteError) -> Record:
    assert isinstance(answer, Record), f"{answer!r} {getattr(answer, 'detail', '')}"
    return answer
