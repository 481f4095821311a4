"""A run's report as CSV, a page of rows at a time; or both files in a zip that is the same each time it is made."""

import json
from collections.abc import AsyncIterator, Sequence
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from syncline_common.db.tx import Database
from syncline_sync_worker.domain.csv_text import line
from syncline_sync_worker.domain.run import Run
from syncline_sync_worker.store.outcome_store import Line, OutcomeReads

PAGE = 500
MADE = (1980, 1, 1, 0, 0, 0)  # of every file in a zip: its making says nothing about the run
RECORDS = (
    "time",
    "flow",
    "side",
    "stream",
    "record",
    "action",
    "reason",
    "written side",
    "rule",
    "before",
    "after",
)
ISSUES = ("time", "level", "flow", "side", "stream", "record", "kind", "cause", "message")


def export_of(db: Database, run: Run, what: str) -> AsyncIterator[bytes]:
    return _zipped(db, run) if what == "all" else _lines(db, run, what)


async def _lines(db: Database, run: Run, what: str) -> AsyncIterator[bytes]:
    yield line(RECORDS if what == "records" else ISSUES)
    after: int | None = 0
    while after is not None:
        async with db.read() as tx:
            page = await OutcomeReads(tx, run).lines(after=after, limit=PAGE, only_issues=what == "issues")
        yield b"".join(row for it in page for row in (_records(it) if what == "records" else [_issue(it)]))
        after = page[-1].seq if len(page) == PAGE else None


async def _zipped(db: Database, run: Run) -> AsyncIterator[bytes]:
    sink = _Sink()
    with ZipFile(sink, "w") as bundle:
        for what in ("records", "issues"):
            entry = ZipInfo(f"{what}.csv", MADE)
            entry.compress_type = ZIP_DEFLATED
            with bundle.open(entry, "w") as file:
                async for part in _lines(db, run, what):
                    file.write(part)
                    yield sink.taken()
    yield sink.taken()


class _Sink:
    """What a zip writes into; whoever sends it takes it away."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """There is nothing behind it."""

    def close(self) -> None:
        """Nor anything to close."""

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def _records(it: Line) -> Sequence[bytes]:
    """A line for each value that was written; one for a record without any."""
    about = (it.at.isoformat(), it.flow_id, it.side, it.stream, it.record_id, it.action, it.reason)
    writes = [one for one in it.operations if one.get("kind") == "write"]
    if not writes:
        return [line((*about, "", "", "", ""))]
    return [
        line((*about, one["side"], one["rule_id"], _value(one, "before"), _value(one, "after")))
        for one in writes
    ]


def _issue(it: Line) -> bytes:
    trouble = it.detail.get("trouble") or {}
    about = (it.flow_id, it.side, it.stream, it.record_id)
    return line((it.at.isoformat(), "failure", *about, trouble.get("kind"), trouble.get("cause"), it.reason))


def _value(operation: dict[str, object], name: str) -> str:
    value = operation.get(name)
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
