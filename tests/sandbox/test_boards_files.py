"""Azure DevOps: files, in one request or in chunks, by the examples of the reference."""

import json

import pytest

from sandbox.desk import BoardsDesk

PROJECT = "/sandbox/Fabrikam%20Web"
RAW = "application/octet-stream"


@pytest.fixture
def desk() -> BoardsDesk:
    return BoardsDesk()


def test_files_are_uploaded_and_then_linked(desk: BoardsDesk) -> None:
    id = desk.create()["id"]
    target = f"{PROJECT}/_apis/wit/attachments?fileName=a.txt&api-version=7.1"
    assert desk.ask("POST", target, {}).status == 415
    made = desk.ask("POST", target, b"hello", Content_Type="application/octet-stream")
    assert made.status == 201
    url = json.loads(made.body)["url"]
    attached = {"op": "add", "path": "/relations/-", "value": {"rel": "AttachedFile", "url": url}}
    assert json.loads(desk.patch(id, attached).body)["fields"]["System.AttachedFileCount"] == 1
    assert desk.ask("GET", url.removeprefix("https://dev.azure.com")).body == b"hello"
    attached["value"] = {"rel": "AttachedFile", "url": url.replace("a", "b")}
    assert desk.patch(id, attached).status == 400
    desk.vendor.boards.caps.attachment_bytes = 4
    assert desk.ask("POST", target, b"hello", Content_Type="application/octet-stream").status == 400


def test_a_larger_file_comes_in_chunks(desk: BoardsDesk) -> None:
    """In order, each once, none beyond its end; before the last there is no file."""
    caps = desk.vendor.boards.caps
    caps.request_bytes, caps.attachment_bytes = 4, 10
    target = f"{PROJECT}/_apis/wit/attachments?fileName=a.txt&api-version=7.1"
    assert desk.ask("POST", target, b"hello", Content_Type=RAW).status == 400
    begun = f"{target}&uploadType=chunked"
    assert desk.ask("POST", begun, b"h", Content_Type=RAW).status == 400
    one = json.loads(desk.ask("POST", begun, b"", Content_Type=RAW).body)["id"]
    chunks = target.replace("attachments?", f"attachments/{one}?")
    sent = (
        (b"ello", "bytes 1-4/5", 400),
        (b"hell", "0-3/5", 400),
        (b"hell", "bytes 0-3/11", 400),
        (b"hell", "bytes 0-3/5", 200),
        (b"hell", "bytes 0-3/5", 400),
        (b"ox", "bytes 4-5/5", 400),
    )
    for content, place, status in sent:
        answer = desk.ask("PUT", chunks, content, Content_Type=RAW, Content_Range=place)
        assert answer.status == status, place
    assert desk.ask("GET", chunks).status == 404
    assert desk.ask("PUT", chunks, b"o", Content_Type=RAW, Content_Range="bytes 4-4/5").status == 200
    assert desk.ask("GET", chunks).body == b"hello"
