"""Ties between records of one system: made once, to what is there, and never in the place of another one."""

from collections.abc import Awaitable, Callable
from functools import wraps

import pytest

from syncline_common.errors import RecordChanged, RecordGone, RecordRejected, RemoteError
from syncline_common.schemas.records import Record, RecordRef, Tie, TieKind
from syncline_common.testing.contract.operations import is_lacking
from syncline_common.testing.contract.subject import Done, Simulated, Subject
from syncline_common.testing.contract.writing import LOST, furnished

NAMES = {TieKind.PARENT: "link to a parent", TieKind.RELATED: "link to another"}


def where_there_are_such(test: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Of a vendor that has no such ties it is shown that one is refused, without asking."""

    @wraps(test)
    async def shown(self: object, subject: Subject, kind: TieKind, **more: object) -> None:
        if not await is_lacking(subject, NAMES[kind]):
            await test(self, subject, kind, **more)

    return shown


@pytest.mark.parametrize("kind", TieKind)
class TyingContract:
    @where_there_are_such
    async def test_a_tie_is_made_once(self, subject: Subject, kind: TieKind) -> None:
        """Asked for again, also with the record as it was before: it is there."""
        system, _, seen = await furnished(subject)
        other = RecordRef(subject.stream, system.add())
        await subject.ports().writer.link(seen, Tie(kind, other))
        done = ours(system)
        assert done and await ties_of(subject, seen.ref, other) == [kind]
        for again in (seen, await as_it_is(subject, seen.ref)):
            await subject.ports().writer.link(again, Tie(kind, other))
        assert ours(system) == done

    @where_there_are_such
    async def test_what_is_related_is_so_from_either_end(self, subject: Subject, kind: TieKind) -> None:
        system, _, seen = await furnished(subject)
        other = await as_it_is(subject, RecordRef(subject.stream, system.add()))
        await subject.ports().writer.link(seen, Tie(kind, other.ref))
        done, back = ours(system), [kind] if kind is TieKind.RELATED else []
        assert await ties_of(subject, other.ref, seen.ref) == back
        if back:
            await subject.ports().writer.link(other, Tie(kind, seen.ref))
            assert ours(system) == done

    @pytest.mark.parametrize("fault", LOST)
    @where_there_are_such
    async def test_one_whose_answer_is_lost_is_made_once(
        self, subject: Subject, kind: TieKind, fault: str
    ) -> None:
        system, _, seen = await furnished(subject)
        other = RecordRef(subject.stream, system.add())
        for operation in subject.ties_by:
            system.order(fault, count=1, operation=operation)
        try:
            await subject.ports().writer.link(seen, Tie(kind, other))
        except RemoteError:
            await subject.ports().writer.link(await as_it_is(subject, seen.ref), Tie(kind, other))
        assert await ties_of(subject, seen.ref, other) == [kind]
        assert len(ours(system)) == 1, "it was made twice"

    @where_there_are_such
    async def test_one_that_can_not_be_is_refused(self, subject: Subject, kind: TieKind) -> None:
        """To itself, and to what is gone."""
        system, scene, seen = await furnished(subject)
        system.remove(scene.ids[1])
        for other in (seen.ref, RecordRef(subject.stream, scene.ids[1])):
            with pytest.raises(RecordRejected):
                await subject.ports().writer.link(seen, Tie(kind, other))
        system.remove(seen.ref.id)
        with pytest.raises(RecordGone):
            await subject.ports().writer.link(seen, Tie(kind, RecordRef(subject.stream, scene.ids[2])))
        assert ours(system) == []

    @where_there_are_such
    async def test_no_other_one_is_replaced(self, subject: Subject, kind: TieKind) -> None:
        """A record has one parent; of what is related there may be many."""
        system, scene, _ = await furnished(subject)
        child = await as_it_is(subject, RecordRef(subject.stream, scene.discussed))
        before, other = (
            await subject.ports().reader.ties(child.ref),
            Tie(kind, RecordRef(subject.stream, system.add())),
        )
        if kind is TieKind.RELATED:
            await subject.ports().writer.link(child, other)
            assert set(await subject.ports().reader.ties(child.ref)) == {*before, other}
        else:
            with pytest.raises(RecordRejected):
                await subject.ports().writer.link(child, other)
            assert await subject.ports().reader.ties(child.ref) == before and ours(system) == []

    @where_there_are_such
    async def test_a_stale_one_is_refused(self, subject: Subject, kind: TieKind) -> None:
        system, scene, seen = await furnished(subject)
        system.edit(seen.ref.id)
        with pytest.raises(RecordChanged):
            await subject.ports().writer.link(seen, Tie(kind, RecordRef(subject.stream, scene.ids[1])))
        assert ours(system) == []


async def ties_of(subject: Subject, ref: RecordRef, other: RecordRef) -> list[TieKind]:
    return [it.kind for it in await subject.ports().reader.ties(ref) if it.to == other]


async def as_it_is(subject: Subject, ref: RecordRef) -> Record:
    return (await subject.ports().reader.fetch(ref.stream, [ref.id]))[ref.id]


def ours(system: Simulated) -> list[Done]:
    """By the ledger."""
    return [it for it in system.done if it.request is not None]
