"""The simulated Zendesk's exports and search: what they show late, and what they never show."""

from datetime import timedelta

import pytest

from sandbox.zendesk.clients import ROOT, HelpdeskDesk, desk, said


def now(mine: HelpdeskDesk) -> int:
    return int(mine.hands.at.timestamp())


def test_the_last_minute_is_never_shown() -> None:
    mine = desk()
    mine.create("early")
    mine.hands.move(30)
    mine.create("late")
    mine.hands.move(35)
    found = mine.exported("start_time=1")
    assert [it["subject"] for it in found["tickets"]] == ["early"] and found["end_of_stream"]
    mine.hands.move(30)
    later = mine.exported(f"cursor={found['after_cursor']}")
    assert [it["subject"] for it in later["tickets"]] == ["late"]


def test_what_was_changed_in_the_last_minute_is_missing_altogether() -> None:
    mine = desk()
    made = mine.create()
    mine.hands.move(120)
    assert len(mine.exported("start_time=1")["tickets"]) == 1
    mine.changed(made["id"], subject="y")
    assert mine.exported("start_time=1")["tickets"] == []


def test_it_begins_a_minute_ago_at_the_latest() -> None:
    mine = desk()
    path = f"{ROOT}/incremental/tickets/cursor?start_time"
    assert said(mine.ask("GET", f"{path}={now(mine) - 59}")) == (400, "StartTimeTooRecent")
    assert mine.ask("GET", f"{path}={now(mine) - 60}").status == 200
    assert mine.ask("GET", f"{path}=yesterday").status == 400
    assert mine.ask("GET", f"{ROOT}/incremental/tickets/cursor?cursor=none").status == 400


def test_a_busy_second_is_gone_through_by_id() -> None:
    mine = desk()
    for _ in range(5):
        mine.create()
    mine.hands.move(61)
    found = mine.exported("start_time=1&per_page=2")
    ids = [it["id"] for it in found["tickets"]]
    while not found["end_of_stream"]:
        found = mine.exported(f"cursor={found['after_cursor']}&per_page=2")
        ids += [it["id"] for it in found["tickets"]]
    assert ids == [1, 2, 3, 4, 5]


def test_a_deleted_ticket_is_shown_as_that() -> None:
    mine = desk()
    made = mine.create()
    mine.ask("DELETE", f"{ROOT}/tickets/{made['id']}")
    mine.hands.move(61)
    assert [it["status"] for it in mine.exported("start_time=1")["tickets"]] == ["deleted"]
    assert mine.exported("start_time=1&exclude_deleted=true")["tickets"] == []


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("type:ticket", 2),
        ('subject:"printer is"', 1),
        ('subject:"is printer"', 0),
        ("fire", 1),
        ("-fire", 1),
        ("priority>=normal", 1),
        ("status:new", 2),
        ("brand:Fabrikam ticket_type:incident", 1),
        ("custom_field_360000000101:Contoso", 1),
        ("created>2026-01-01", 2),
    ],
)
def test_search_by_words_and_phrases(query: str, count: int) -> None:
    mine = desk()
    own = [{"id": 360000000101, "value": "Contoso"}]
    mine.create("The printer is on fire!", priority="high", type="incident", custom_fields=own)
    mine.create("It rains", comment={"body": "in"})
    assert mine.json("GET", f"{ROOT}/search/count?query={query}")["count"] == count
    found = mine.json("GET", f"{ROOT}/search?query={query}&sort_by=created_at&sort_order=asc")
    assert len(found["results"]) == count and all(it["result_type"] == "ticket" for it in found["results"])


@pytest.mark.parametrize("query", ["", "nonsense:1", "created>tomorrow"])
def test_searches_that_are_refused(query: str) -> None:
    mine = desk()
    mine.create()
    assert mine.ask("GET", f"{ROOT}/search?query={query}").status == 422


def test_a_thousand_results_and_no_more() -> None:
    mine = desk()
    mine.vendor.desk.caps.found = 4
    for _ in range(6):
        mine.create()
    assert len(mine.json("GET", f"{ROOT}/search?query=type:ticket&per_page=2&page=2")["results"]) == 2
    assert mine.ask("GET", f"{ROOT}/search?query=type:ticket&per_page=2&page=3").status == 422


def test_the_index_is_late() -> None:
    mine = desk()
    mine.vendor.store.lag = timedelta(seconds=30)
    mine.create(external_id="x")
    for path in (f"{ROOT}/search?query=type:ticket", f"{ROOT}/tickets?external_id=x"):
        assert not any(mine.json("GET", path).get(it) for it in ("results", "tickets"))
    mine.hands.move(30)
    assert len(mine.json("GET", f"{ROOT}/tickets?external_id=x")["tickets"]) == 1
