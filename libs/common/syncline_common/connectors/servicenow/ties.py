"""What ties one task to another: a column of its own to its parent, a row of task_rel_task to what it is related to.

ServiceNow takes any reference: to nothing, to the task itself, and a second time. What may not be is found by looking.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from syncline_common.connectors.bulk import NOT_TO_ITSELF, OTHER_END, already_sent
from syncline_common.connectors.servicenow.client import Wire
from syncline_common.connectors.servicenow.queries import checked, one_of
from syncline_common.connectors.servicenow.records import ID, VERSION, bare
from syncline_common.connectors.servicenow.surveyor import ServiceNowSurveyor
from syncline_common.errors import ContractBroken, RecordGone, RecordRejected, UnknownOutcome
from syncline_common.schemas.records import Record, RecordRef, Tie, TieKind

TASK, RELATED = "task", "task_rel_task"
ENDS = ("parent", "child")
PARENT_COLUMNS = {  # of a table, to a table; all others say it in the column of all tasks
    ("incident", "incident"): "parent_incident",
    ("change_task", "change_request"): "change_request",
    ("sc_task", "sc_req_item"): "request_item",
    ("sc_req_item", "sc_request"): "request",
}
AT_ONCE = 100  # ids in one query
NOT_SEEN = "Syncline's user can't read task_rel_task, so it is not known what is tied already"
NO_TASK = "Only tasks can be tied to each other"
OTHER_PARENT = "It has another parent, which is not replaced"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a tie stands that is to be made."""

    made: bool
    column: str  # that holds the parent
    versions: Mapping[str, str]


class Ties:
    def __init__(self, surveyor: ServiceNowSurveyor) -> None:
        self._surveyor, self._tables = surveyor, surveyor.tables

    async def of(self, ref: RecordRef) -> Sequence[Tie]:
        """Those to tasks that are there and may be seen."""
        await self._must_be_task(ref.stream)
        columns = [it for (table, _), it in PARENT_COLUMNS.items() if table == ref.stream]
        rows = await self._rows(ref.stream, [ref.id], ("parent", *columns))
        if ref.id not in rows:
            raise RecordGone("It is gone, or hidden from us", detail=ref.id)
        parents = {bare(rows[ref.id].get(it)) for it in ("parent", *columns)} - {"", None}
        ends = [(TieKind.PARENT, it) for it in sorted(parents)]
        ends += [(TieKind.RELATED, it) for it in sorted(await self._related(ref.id))]
        tables = await self._tables_of([id for _, id in ends])
        return [Tie(kind, RecordRef(tables[id], id)) for kind, id in ends if id in tables]

    async def standing(self, seen: Record, tie: Tie) -> Standing:
        """What is there now; it is refused if it can't be made."""
        if seen.ref.id == tie.to.id:
            raise RecordRejected(NOT_TO_ITSELF)
        for stream in dict.fromkeys((seen.ref.stream, tie.to.stream)):
            await self._must_be_task(stream)
        column = PARENT_COLUMNS.get((seen.ref.stream, tie.to.stream), "parent")
        rows = await self._both(seen.ref, tie.to, column)
        if seen.ref.id not in rows:
            raise RecordGone("It is gone, or hidden from us", detail=seen.ref.id)
        if tie.to.id not in rows:
            raise RecordRejected(OTHER_END, detail=tie.to.id)
        versions = {id: it[VERSION] for id, it in rows.items()}
        if tie.kind is TieKind.RELATED:
            return Standing(tie.to.id in await self._related(seen.ref.id, tie.to.id), column, versions)
        parent = bare(rows[seen.ref.id].get(column)) or ""
        if parent not in ("", tie.to.id):
            raise RecordRejected(OTHER_PARENT, detail=parent)
        return Standing(parent == tie.to.id, column, versions)

    async def relate(self, seen: Record, tie: Tie) -> None:
        """Columns that there are not would be passed over without a word."""
        ends = dict(zip(ENDS, (seen.ref.id, tie.to.id), strict=True))
        made = await self._tables.create(RELATED, ends)
        with already_sent():
            if {it: bare(made[it]) for it in ENDS} != ends:
                raise UnknownOutcome("It was accepted, but the answer is about another one")

    async def _both(self, own: RecordRef, other: RecordRef, column: str) -> Mapping[str, Wire]:
        fields = (VERSION, column)
        if own.stream == other.stream:
            return await self._rows(own.stream, [own.id, other.id], fields)
        rows = await self._rows(own.stream, [own.id], fields)
        return {**rows, **await self._rows(other.stream, [other.id], (VERSION,))}

    async def _rows(self, table: str, ids: Sequence[str], fields: Sequence[str]) -> Mapping[str, Wire]:
        page = await self._tables.page(table, one_of(ids), limit=len(ids), fields=(ID, *fields))
        if not {it[ID] for it in page.rows} <= set(ids):
            raise ContractBroken("ServiceNow did not keep to the query", detail=ID)
        return {it[ID]: it for it in page.rows}

    async def _related(self, id: str, other: str = "") -> set[str]:
        """Whichever of the two was there first: to all others, or to this one."""
        query = f"parent={checked(id)}^ORchild={id}"
        if other:
            query += f"^parent={checked(other)}^ORchild={other}"
        rows = await self._tables.all(RELATED, query, (ID, *ENDS), unseen=NOT_SEEN)
        pairs = [[bare(it[end]) for end in ENDS] for it in rows]
        if not all(id in it and (not other or other in it) for it in pairs):
            raise ContractBroken("ServiceNow did not keep to the query", detail=RELATED)
        return {end for pair in pairs for end in pair} - {id, "", None}

    async def _tables_of(self, ids: Sequence[str]) -> Mapping[str, str]:
        found = dict[str, str]()
        for at in range(0, len(ids), AT_ONCE):
            rows = await self._rows(TASK, ids[at : at + AT_ONCE], ("sys_class_name",))
            found |= {id: bare(it["sys_class_name"]) for id, it in rows.items()}
        return found

    async def _must_be_task(self, stream: str) -> None:
        if TASK not in await self._surveyor.family(stream):
            raise RecordRejected(NO_TASK)
