"""/sync/v1/links: which records belong together, and why each value is what it is"""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from syncline_common.api.auth import ByCaller
from syncline_common.api.lists import ByWindow, ListView
from syncline_common.api.problems import problems
from syncline_common.api.transactions import InRead, routes
from syncline_common.errors import NotFound
from syncline_common.schemas.values import UNSET
from syncline_sync_worker.domain.ledger import Entry
from syncline_sync_worker.domain.link import LinkState
from syncline_sync_worker.store.ledger_store import LedgerStore
from syncline_sync_worker.store.link_reads import LinkReads, OwnedLink

router = routes("/sync/v1/links", "links")
RecordId = Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$")]


class EndView(BaseModel):
    """A record, and what its fields held when the two last agreed."""

    stream: str
    id: str
    version: str | None
    base: dict[str, Any]


class LinkView(BaseModel):
    id: UUID
    connection_id: UUID
    flow_id: str
    state: LinkState
    linked_at: datetime
    missing_since: datetime | None
    a: EndView
    b: EndView


class LineageView(BaseModel):
    """A value that was written: what it replaced, which change on the other side it came from, and who did it."""

    seq: int
    at: datetime | None
    rule_id: str
    side: Literal["a", "b"]
    before: Any
    after: Any
    run_id: UUID | None
    configuration_version: int
    source_version: str | None
    source_changed_at: datetime | None
    by_person: bool


class LineagesView(BaseModel):
    items: list[LineageView]
    next_cursor: int | None


@router.get("", responses=problems())
async def list_links(
    window: ByWindow,
    caller: ByCaller,
    tx: InRead,
    connection_id: UUID | None = None,
    a_id: RecordId = None,
    b_id: RecordId = None,
) -> ListView[LinkView]:
    """Pairs. `a_id` and `b_id` are the records' ids in their systems."""
    found = await LinkReads(tx, caller).listed(
        connection_id=connection_id, a_id=a_id, b_id=b_id, after=window.cursor, limit=window.limit + 1
    )
    return ListView[LinkView].of([_view(it) for it in found], window)


@router.get("/{link_id}", responses=problems(NotFound))
async def get_link(link_id: UUID, caller: ByCaller, tx: InRead) -> LinkView:
    """One pair, with what each side held when the two last agreed."""
    return _view(await LinkReads(tx, caller).get(link_id))


@router.get("/{link_id}/lineage", responses=problems(NotFound))
async def get_lineage(
    link_id: UUID,
    caller: ByCaller,
    tx: InRead,
    rule: Annotated[str, Query(max_length=60, pattern=r"^[A-Za-z0-9_-]+$")],
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: Annotated[int | None, Query(ge=1, le=2**53)] = None,
) -> LineagesView:
    """What was written by one rule to this pair, newest first."""
    owned = await LinkReads(tx, caller).get(link_id)
    ledger = LedgerStore(tx, owned.connection)
    found = await ledger.lineage(link_id, rule, before=cursor, limit=limit + 1)
    items = [_lineage(it) for it in found[:limit]]
    return LineagesView(items=items, next_cursor=items[-1].seq if len(found) > limit else None)


def _view(owned: OwnedLink) -> LinkView:
    it = owned.link
    return LinkView(
        id=it.id,
        connection_id=owned.connection.id,
        flow_id=it.flow_id,
        state=it.state,
        linked_at=it.linked_at,
        missing_since=it.missing_since,
        a=EndView(stream=it.a.stream, id=it.a.id, version=it.version_a, base=dict(it.base_a)),
        b=EndView(stream=it.b.stream, id=it.b.id, version=it.version_b, base=dict(it.base_b)),
    )


def _lineage(it: Entry) -> LineageView:
    names = ("seq", "at", "rule_id", "run_id", "source_version", "source_changed_at", "by_person")
    return LineageView(
        side=it.side.value,
        before=None if it.old is UNSET else it.old,
        after=None if it.new is UNSET else it.new,
        configuration_version=it.version,
        **{name: getattr(it, name) for name in names},
    )
