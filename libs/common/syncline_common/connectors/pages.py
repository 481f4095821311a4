"""Pages of what has changed: in the order of time, and with the records that came along."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import TypeVar

from syncline_common.connectors.understanding import NOT_AS_DESCRIBED
from syncline_common.errors import RemoteError
from syncline_common.schemas.records import Changed, ChangePage, Record, RecordRef

Row = TypeVar("Row")


def oldest_first(records: Iterable[Record]) -> list[Record]:
    return sorted(records, key=lambda it: (it.created_at, *_place(it.ref)))


def in_order(changed: Iterable[Changed]) -> list[Changed]:
    return sorted(changed, key=lambda it: (it.changed_at, *_place(it.ref)))


def page_of(
    rows: Iterable[Row],
    changed: Callable[[Row], Changed],
    read: Callable[[Row], Record],
    following: str | None,
    now: datetime,
) -> ChangePage:
    told = [(changed(row), row) for row in rows]
    came = readable(read, ((it.ref, row) for it, row in told))
    return ChangePage(in_order(it for it, _ in told), following, now, came)


def readable(
    read: Callable[[Row], Record], rows: Iterable[tuple[RecordRef, Row]]
) -> dict[RecordRef, Callable[[], Record | None]]:
    """What came with a page: one that can't be read keeps nobody else waiting, and whoever fetches it is told."""

    def made(row: Row) -> Record | None:
        with suppress(RemoteError, *NOT_AS_DESCRIBED):
            return read(row)
        return None

    return {ref: partial(made, row) for ref, row in rows}


def _place(ref: RecordRef) -> tuple[int, str]:
    """Within one moment: as numbers go, where ids are numbers."""
    return len(ref.id), ref.id
