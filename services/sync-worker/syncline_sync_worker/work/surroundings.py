"""What the two systems of a connection are like, as far as a version of its configuration is about it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from syncline_common.configuration.document import Document, End, parse
from syncline_common.configuration.facts import FieldFacts, StreamFacts, Surroundings
from syncline_common.configuration.identifiers import with_ids
from syncline_common.db.tx import Database
from syncline_common.schemas.connector import NodeRef, Priority
from syncline_common.schemas.values import FieldType, Side
from syncline_common.sdk.ports import Person, Surveyor
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.engine.people import Known
from syncline_sync_worker.store.task_store import TaskReads

PEOPLE_AT_MOST = 300  # looked up by name in a system that does not list them


class Surveyors(Protocol):
    async def surveyor(self, node: NodeRef, priority: Priority) -> Surveyor: ...


class AskedFacts:
    """`Facts`."""

    def __init__(self, db: Database, surveyors: Surveyors, priority: Priority) -> None:
        self._db, self._surveyors, self._priority = db, surveyors, priority

    async def of(
        self, connection: ConnectionRef, version: int
    ) -> tuple[Surroundings, Mapping[Side, Iterable[Known]]]:
        async with self._db.read() as tx:
            task = await TaskReads(tx).get(connection)
            document = await TaskReads(tx).document(connection, version)
        return await self.around(parse(with_ids(document)), {side: task.node(side) for side in Side})

    async def around(
        self, document: Document, nodes: Mapping[Side, NodeRef]
    ) -> tuple[Surroundings, Mapping[Side, Iterable[Known]]]:
        asked = {side: await self._surveyors.surveyor(node, self._priority) for side, node in nodes.items()}
        streams = {side: await _streams(asked[side], _ends(document, side)) for side in Side}
        surroundings = Surroundings(streams[Side.A], streams[Side.B])
        if not _maps_people(document, surroundings):
            return surroundings, {side: () for side in Side}
        return surroundings, await _people(asked, {side: _named(document, side) for side in Side})


def _ends(document: Document, side: Side) -> list[End]:
    return [flow.end(side) for flow in document.flows]


async def _streams(surveyor: Surveyor, ends: Sequence[End]) -> tuple[StreamFacts, ...]:
    """A stream is described by the projects that it is used in."""
    projects: dict[str, dict[str, None]] = {}
    for end in ends:
        projects.setdefault(end.stream, {}).update(dict.fromkeys(end.projects))
    return tuple([await _stream(surveyor, name, list(used)) for name, used in projects.items()])


async def _stream(surveyor: Surveyor, name: str, projects: Sequence[str]) -> StreamFacts:
    fields: dict[str, FieldFacts] = {}
    for project in projects or (None,):
        fields = {it.name: it for it in await surveyor.fields(name, project)} | fields
    return StreamFacts(name, fields=tuple(fields.values()), projects=tuple(projects))


def _maps_people(document: Document, surroundings: Surroundings) -> bool:
    return any(
        rule.values is None
        and not rule.convert
        and all(_is_person(surroundings, flow.end(side).stream, rule.field(side), side) for side in Side)
        for flow in document.flows
        for rule in flow.fields
    )


def _is_person(surroundings: Surroundings, stream: str, field: str | None, side: Side) -> bool:
    facts = surroundings.stream(side, stream)
    known = facts.by_name.get(field or "") if facts else None
    return known is not None and known.type is FieldType.PERSON


def _named(document: Document, side: Side) -> list[str]:
    """By the configuration itself: in tables, and by default."""
    found: list[str] = []
    for people in (flow.people for flow in document.flows):
        default = people.default.a if side is Side.A else people.default.b
        found += people.table.keys() if side is Side.A else people.table.values()
        found += [str(default)] if default else []
    return found


async def _people(
    asked: Mapping[Side, Surveyor], named: Mapping[Side, Sequence[str]]
) -> dict[Side, list[Known]]:
    """Some systems list their people, some only answer a search: there the named and the other side's are looked for."""
    listed = {side: [_known(it) for it in await asked[side].people("")] for side in Side}
    for side in Side:
        if not listed[side]:
            others = [name for it in listed[side.other] if (name := it.email or it.login)]
            listed[side] = await _looked_up(asked[side], [*named[side], *others])
    return listed


async def _looked_up(surveyor: Surveyor, names: Iterable[str]) -> list[Known]:
    found: dict[str, Known] = {}
    for name in list(dict.fromkeys(names))[:PEOPLE_AT_MOST]:
        found.update({it.key: _known(it) for it in await surveyor.people(name)})
    return list(found.values())


def _known(person: Person) -> Known:
    return Known(person.key, person.email, person.login)
