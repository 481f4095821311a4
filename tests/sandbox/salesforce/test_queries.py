"""Queries are understood as Salesforce understands them, and refused where it refuses them."""

import json

import pytest

from sandbox.salesforce.counter import DATA, Counter, failed


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "MALFORMED_QUERY"),
        ("SELECT FROM Case", "MALFORMED_QUERY"),
        ("SELECT Id, Id FROM Case", "MALFORMED_QUERY"),
        ("SELECT Id FROM Case WHERE Subject = 'it's'", "MALFORMED_QUERY"),
        ('SELECT Id FROM Case WHERE Subject = "x"', "MALFORMED_QUERY"),
        ("SELECT Id FROM Case WHERE Subject = 'a\\q'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Case WHERE Subject = 'a' AND Subject = 'b' OR Subject = 'c'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Case LIMIT many", "MALFORMED_QUERY"),
        ("SELECT Id FROM Case ORDER Subject", "MALFORMED_QUERY"),
        ("SELECT Id FROM Case; DELETE", "MALFORMED_QUERY"),
        ("SELECT * FROM Case", "MALFORMED_QUERY"),
        ("SELECT Id FROM Cases", "INVALID_TYPE"),
        ("SELECT Colour FROM Case", "INVALID_FIELD"),
        ("SELECT Id FROM Case WHERE Colour = 'red'", "INVALID_FIELD"),
        ("SELECT Id FROM Case ORDER BY Colour", "INVALID_FIELD"),
        ("SELECT Id FROM Case WHERE Description = 'x'", "INVALID_FIELD"),
        ("SELECT Id FROM Case WHERE SystemModstamp > '2026-01-01T00:00:00Z'", "INVALID_FIELD"),
        ("SELECT Id FROM Case WHERE IsClosed = 'true'", "INVALID_FIELD"),
        ("SELECT Id FROM Case WHERE Subject = 5", "INVALID_FIELD"),
        ("SELECT Id FROM Case WHERE Id = 'x'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT Id FROM ContentDocumentLink", "MALFORMED_QUERY"),
        ("SELECT Id FROM Case OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE"),
    ],
)
def test_what_is_refused(counter: Counter, text: str, code: str) -> None:
    assert failed(counter.query(text)) == (400, code)


def test_conditions(counter: Counter) -> None:
    first = counter.create(Subject="O'Brien", Effort__c=2, Topics__c="Billing;Quality")
    counter.hands.move(2)
    second = counter.create(Subject="50% off_season", IsEscalated=True)
    for where, found in (
        ("Subject = 'o\\'brien'", [first]),
        ("Subject != 'O\\'Brien'", [second]),
        ("Effort__c >= 2", [first]),
        ("Effort__c = null", [second]),
        ("IsEscalated = TRUE", [second]),
        ("NOT (IsEscalated = TRUE)", [first]),
        ("Subject LIKE '50\\% off\\_%'", [second]),
        ("Subject LIKE '50_ off%'", [second]),
        ("Subject LIKE '50\\_ off%'", []),
        ("Topics__c INCLUDES ('Quality')", [first]),
        (f"Id IN ('{first[:15]}', '{second}')", [first, second]),
        (f"Id > '{first}'", [second]),
        ("SystemModstamp > 2026-03-31T18:36:26Z AND (Subject = 'x' OR Effort__c = null)", [second]),
        ("CreatedBy.Username = 'sync.account@contoso.example'", [first, second]),
    ):
        told = counter.rows(f"SELECT Id FROM Case WHERE {where} ORDER BY Id")
        assert [it["Id"] for it in told] == found, where


def test_rows_are_as_they_were_asked_for(counter: Counter) -> None:
    id = counter.create()
    [row] = counter.rows(f"select id, owner.name, SYSTEMMODSTAMP from case where id = '{id}'")
    owner = row.pop("Owner")
    assert (owner["attributes"]["type"], owner["Name"]) == ("User", "Syncline Account")
    assert row == {
        "attributes": {"type": "Case", "url": f"{DATA}/sobjects/Case/{id}"},
        "Id": id,
        "SystemModstamp": "2026-03-31T18:36:26.000+0000",
    }


def test_a_count_has_no_rows(counter: Counter) -> None:
    counter.create()
    told = json.loads(counter.query("SELECT COUNT() FROM Case").body)
    assert told == {"totalSize": 1, "done": True, "records": []}


def test_long_answers_come_by_locator(counter: Counter) -> None:
    ids = [counter.create() for _ in range(450)]
    headers = {"Sforce_Query_Options": "batchSize=200"}
    first = json.loads(counter.query("SELECT Id FROM Case ORDER BY Id", **headers).body)
    assert (first["totalSize"], first["done"], len(first["records"])) == (450, False, 200)
    second = counter.json("GET", first["nextRecordsUrl"], **headers)
    third = counter.json("GET", second["nextRecordsUrl"], **headers)
    assert third["done"] and "nextRecordsUrl" not in third
    assert [it["Id"] for page in (first, second, third) for it in page["records"]] == ids
    other = counter.as_("3MVG9sandboxAdmin", "sandbox-admin-secret")
    assert failed(other.ask("GET", first["nextRecordsUrl"])) == (400, "INVALID_QUERY_LOCATOR")


def test_what_was_deleted_lies_in_the_bin(counter: Counter) -> None:
    id = counter.create()
    counter.hands.move(90)
    assert counter.ask("DELETE", f"{DATA}/sobjects/Case/{id}").status == 204
    assert counter.rows("SELECT Id FROM Case") == []
    [row] = counter.rows("SELECT Id, SystemModstamp FROM Case WHERE IsDeleted = TRUE", "queryAll")
    assert (row["Id"], row["SystemModstamp"]) == (id, "2026-03-31T18:37:56.000+0000")
    span = "start=2026-03-31T18:36:00Z&end=2026-03-31T18:39:00Z"
    told = counter.json("GET", f"{DATA}/sobjects/Case/deleted/?{span}")
    assert [it["id"] for it in told["deletedRecords"]] == [id]
    short = "start=2026-03-31T18:36:00Z&end=2026-03-31T18:36:30Z"
    assert failed(counter.ask("GET", f"{DATA}/sobjects/Case/deleted/?{short}")) == (
        400,
        "INVALID_REPLICATION_DATE",
    )


def test_what_is_hidden_from_somebody_is_not_there(counter: Counter) -> None:
    short = counter.as_("3MVG9sandboxShortSighted", "sandbox-short-sighted-secret")
    assert failed(short.query("SELECT Region__c FROM Case")) == (400, "INVALID_FIELD")
    names = [it["name"] for it in short.json("GET", f"{DATA}/sobjects/Case/describe")["fields"]]
    assert "Subject" in names and "Region__c" not in names
    blind = counter.as_("3MVG9sandboxNoCases", "sandbox-no-cases-secret")
    assert failed(blind.query("SELECT Id FROM Case")) == (400, "INVALID_TYPE")
    assert failed(blind.ask("GET", f"{DATA}/sobjects/Case/describe")) == (404, "NOT_FOUND")
