"""Pages of what has changed: their order, and one record that can't be read among others that can."""

from datetime import UTC, datetime, timedelta

from syncline_common.connectors.pages import in_order, oldest_first, page_of
from syncline_common.schemas.records import Changed, Record, RecordRef

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(seconds=1)
Row = tuple[str, datetime]


def changed(row: Row) -> Changed:
    return Changed(RecordRef("Bug", row[0]), "1", row[1])


def read(row: Row) -> Record:
    if row[0] == "9":
        raise KeyError("fields")
    return Record(RecordRef("Bug", row[0]), {}, "1", row[1], row[1])


ROWS = [("10", LATER), ("2", LATER), ("10", NOON), ("9", NOON)]


def test_what_changed_first_comes_first_and_within_a_moment_numbers_go_as_numbers() -> None:
    assert [it.ref.id for it in in_order(map(changed, ROWS))] == ["9", "10", "2", "10"]


def test_so_do_the_oldest() -> None:
    assert [it.ref.id for it in oldest_first([read(ROWS[0]), read(ROWS[1])])] == ["2", "10"]


def test_a_page_brings_the_records_that_can_be_read() -> None:
    page = page_of([*ROWS[:2], ROWS[3]], changed, read, "next", LATER)
    assert [it.ref.id for it in page.changed] == ["9", "2", "10"]
    assert sorted(it.ref.id for it in page.records) == ["10", "2"]
    assert (page.next, page.vendor_now) == ("next", LATER)
