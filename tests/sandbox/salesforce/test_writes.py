"""What is written is held to the same rules one by one and together, and refused in the vendor's form."""

import json
from typing import Any

import pytest

from sandbox.salesforce.counter import DATA, Counter, failed

THEN = "Tue, 31 Mar 2026 18:36:26 GMT"


@pytest.fixture
def counter() -> Counter:
    return Counter()


def create(counter: Counter, **values: Any) -> tuple[int, str]:
    return failed(counter.ask("POST", f"{DATA}/sobjects/Case", values))


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"Colour": "red"}, "INVALID_FIELD"),
        ({"IsClosed": True}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ({"SystemModstamp": "2026-01-01T00:00:00Z"}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ({"Subject": "x" * 256}, "STRING_TOO_LONG"),
        ({"Subject": 5}, "JSON_PARSER_ERROR"),
        ({"IsEscalated": "yes"}, "JSON_PARSER_ERROR"),
        ({"IsEscalated": None}, "JSON_PARSER_ERROR"),
        ({"Effort__c": "2"}, "JSON_PARSER_ERROR"),
        ({"Due__c": "tomorrow"}, "JSON_PARSER_ERROR"),
        ({"Promised__c": "2026-01-01T00:00:00"}, "JSON_PARSER_ERROR"),
        ({"Region__c": "East"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
        ({"ParentId": "x"}, "MALFORMED_ID"),
        ({"ParentId": "005Kj0000000001IAA"}, "MALFORMED_ID"),
        ({"ParentId": "500Kj000000000ZIAQ"}, "INVALID_CROSS_REFERENCE_KEY"),
        ({"OwnerId": None}, "REQUIRED_FIELD_MISSING"),
    ],
)
def test_what_is_refused(counter: Counter, values: dict[str, Any], code: str) -> None:
    assert create(counter, **values) == (400, code)
    assert counter.rows("SELECT Id FROM Case") == []


def test_an_error_names_its_fields(counter: Counter) -> None:
    [told] = json.loads(counter.ask("POST", f"{DATA}/sobjects/Case", {"Subject": "x" * 256}).body)
    assert told["fields"] == ["Subject"] and set(told) == {"message", "errorCode", "fields"}


def test_texts_are_trimmed_in_silence(counter: Counter) -> None:
    id = counter.create(Subject="  x ", Description="")
    [row] = counter.rows(f"SELECT Subject, Description, Status FROM Case WHERE Id = '{id}'")
    assert (row["Subject"], row["Description"], row["Status"]) == ("x", None, "New")


def test_a_unique_value_is_refused_the_second_time(counter: Counter) -> None:
    id = counter.create(Syncline_Id__c="a")
    answer = counter.ask("POST", f"{DATA}/sobjects/Case", {"Syncline_Id__c": "a"})
    assert failed(answer) == (400, "DUPLICATE_VALUE") and id in answer.body.decode()
    assert counter.create(Syncline_Id__c="A")
    other = counter.create()
    assert failed(counter.patch(other, {"Syncline_Id__c": "a"})) == (400, "DUPLICATE_VALUE")


def test_a_condition_counts_in_whole_seconds(counter: Counter) -> None:
    id = counter.create()
    assert counter.patch(id, {"Subject": "same second"}, If_Unmodified_Since=THEN).status == 204
    counter.hands.move(1)
    assert counter.patch(id, {"Subject": "later"}, If_Unmodified_Since=THEN).status == 204
    assert counter.patch(id, {"Subject": "stale"}, If_Unmodified_Since=THEN).status == 412
    assert failed(counter.patch(id, {"Subject": "x"}, If_Unmodified_Since="yesterday"))[0] == 400
    assert counter.rows("SELECT Subject FROM Case")[0]["Subject"] == "later"


def test_a_write_that_changes_nothing_moves_the_stamps(counter: Counter) -> None:
    id = counter.create()
    counter.hands.move(5)
    counter.patch(id, {})
    [row] = counter.rows("SELECT SystemModstamp, LastModifiedDate FROM Case")
    assert row["SystemModstamp"] == row["LastModifiedDate"] == "2026-03-31T18:36:31.000+0000"


def test_what_is_gone(counter: Counter) -> None:
    id = counter.create()
    path = f"{DATA}/sobjects/Case/{id}"
    assert counter.ask("DELETE", path).status == 204
    for method in ("DELETE", "GET"):
        assert failed(counter.ask(method, path)) == (404, "ENTITY_IS_DELETED")
    assert failed(counter.patch("500Kj000000000zIAA", {})) == (404, "NOT_FOUND")
    assert json.loads(counter.ask("GET", f"{DATA}/composite/sobjects/Case?ids={id}&fields=Id").body) == [None]


def test_a_parent_is_no_descendant(counter: Counter) -> None:
    first = counter.create()
    second = counter.create(ParentId=first)
    assert failed(counter.patch(first, {"ParentId": second})) == (400, "CIRCULAR_DEPENDENCY")
    assert failed(counter.patch(first, {"ParentId": first})) == (400, "CIRCULAR_DEPENDENCY")


def test_closing_follows_the_status(counter: Counter) -> None:
    id = counter.create()
    counter.patch(id, {"Status": "Closed"})
    [row] = counter.rows("SELECT IsClosed, ClosedDate FROM Case")
    assert row["IsClosed"] is True and row["ClosedDate"] == "2026-03-31T18:36:26.000+0000"
    counter.patch(id, {"Status": "New"})
    assert counter.rows("SELECT IsClosed, ClosedDate FROM Case")[0]["ClosedDate"] is None


def test_a_collection_fails_row_by_row(counter: Counter) -> None:
    records = [
        {"attributes": {"type": "Case"}, "Subject": "a"},
        {"attributes": {"type": "Case"}, "Colour": "red"},
        {"attributes": {"type": "Casus"}},
    ]
    told = counter.json("POST", f"{DATA}/composite/sobjects", {"allOrNone": False, "records": records})
    assert [it["success"] for it in told] == [True, False, False]
    assert told[1]["errors"][0]["statusCode"] == "INVALID_FIELD"
    many = {"records": [records[0]] * 201}
    assert failed(counter.ask("POST", f"{DATA}/composite/sobjects", many)) == (
        400,
        "EXCEEDED_MAX_SIZE_REQUEST",
    )


def test_calls_within_a_call_keep_their_conditions(counter: Counter) -> None:
    first, second = counter.create(), counter.create()
    counter.hands.move(1)
    counter.patch(second, {"Subject": "theirs"})
    parts = [
        {
            "method": "PATCH",
            "url": f"{DATA}/sobjects/Case/{it}",
            "referenceId": f"r{number}",
            "httpHeaders": {"If-Unmodified-Since": THEN},
            "body": {"Subject": "ours"},
        }
        for number, it in enumerate((first, second))
    ]
    asked = {"allOrNone": False, "collateSubrequests": False, "compositeRequest": parts}
    told = counter.json("POST", f"{DATA}/composite", asked)["compositeResponse"]
    assert [(it["referenceId"], it["httpStatusCode"]) for it in told] == [("r0", 204), ("r1", 412)]
    assert told[1]["body"][0]["errorCode"] == "PRECONDITION_FAILED"
    refused: list[dict[str, Any]] = [
        {"compositeRequest": [{**parts[0], "referenceId": f"r{it}"} for it in range(26)]},
        {"compositeRequest": [parts[0], parts[0]]},
        {"compositeRequest": [{**parts[0], "httpHeaders": {"Authorization": "Bearer x"}}]},
        {"compositeRequest": []},
        {"requests": parts},
    ]
    for wrong in refused:
        assert counter.ask("POST", f"{DATA}/composite", wrong).status == 400


def test_who_only_reads_writes_nothing(counter: Counter) -> None:
    id = counter.create()
    reader = counter.as_("3MVG9sandboxReadOnly", "sandbox-read-only-secret")
    assert len(reader.rows("SELECT Id FROM Case")) == 1
    assert reader.json("GET", f"{DATA}/sobjects/Case/describe")["updateable"] is False
    assert failed(reader.patch(id, {"Subject": "x"})) == (403, "INSUFFICIENT_ACCESS_OR_READONLY")
    assert create(reader, Subject="x") == (403, "INSUFFICIENT_ACCESS_OR_READONLY")


def test_a_comment_changes_no_case_and_has_4000_bytes(counter: Counter) -> None:
    id = counter.create()
    counter.hands.move(5)
    counter.create("CaseComment", ParentId=id, CommentBody="é" * 2000, IsPublished=False)
    assert counter.rows("SELECT SystemModstamp FROM Case")[0]["SystemModstamp"].startswith(
        "2026-03-31T18:36:26"
    )
    long = {"ParentId": id, "CommentBody": "é" * 2001}
    assert failed(counter.ask("POST", f"{DATA}/sobjects/CaseComment", long)) == (400, "STRING_TOO_LONG")
    missing = {"CommentBody": "x"}
    assert failed(counter.ask("POST", f"{DATA}/sobjects/CaseComment", missing)) == (
        400,
        "REQUIRED_FIELD_MISSING",
    )


def test_a_file_makes_a_document_and_a_link(counter: Counter) -> None:
    id = counter.create()
    fields = json.dumps({"PathOnClient": "screen 2.png", "FirstPublishLocationId": id})
    body = (
        '--b\r\nContent-Disposition: form-data; name="entity_content"\r\n'
        f"Content-Type: application/json\r\n\r\n{fields}\r\n"
        '--b\r\nContent-Disposition: form-data; name="VersionData"; filename="screen 2.png"\r\n'
        "Content-Type: application/octet-stream\r\n\r\ncontent\r\n--b--\r\n"
    ).encode()
    form = "multipart/form-data; boundary=b"
    made = counter.json("POST", f"{DATA}/sobjects/ContentVersion", body, Content_Type=form)
    where = f"FROM ContentDocumentLink WHERE LinkedEntityId = '{id}'"
    [link] = counter.rows(f"SELECT ContentDocument.Title, ContentDocument.ContentSize {where}")
    assert (link["ContentDocument"]["Title"], link["ContentDocument"]["ContentSize"]) == ("screen 2", 7)
    blob = counter.ask("GET", f"{DATA}/sobjects/ContentVersion/{made['id']}/VersionData")
    assert blob.body == b"content"
    broken = counter.ask("POST", f"{DATA}/sobjects/ContentVersion", body[:80], Content_Type=form)
    assert failed(broken) == (400, "INVALID_MULTIPART_REQUEST")
