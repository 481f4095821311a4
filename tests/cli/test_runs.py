"""Runs, issues and conflicts: a draft rehearsed, published, and carried out between the simulated vendors."""

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from cli.calling import Syncline
from cli.running import Person, Running
from connectors.opened import BOARDS, INSTANCE, PAT, USER
from end_to_end.in_step import document
from syncline_common.ids import new_id

CREDENTIALS = {"a": {"scheme": "pat", "token": PAT}, "b": {"scheme": "basic", **USER}}


@pytest.fixture
def connection(syncline: Syncline, instance: Running, ada: Person) -> str:
    """Built, and configured so that nothing moves unless somebody asks."""
    syncline("networks", "create", "Support")
    ends = ("--network", "Support", "--a", BOARDS, "--b", INSTANCE, "--credentials", "-")
    made = syncline("connections", "create", "Bugs", *ends, "--json", stdin=json.dumps(CREDENTIALS))
    id = str(json.loads(made.out.splitlines()[-1])["id"])
    token = instance.tokens_of(ada)["access_token"]
    fields = [{"id": "r1", "a": "System.Title", "b": "short_description"}]
    drafted = {"configuration": document(fields=fields, creates="in_b")}
    saved = instance.ask("PUT", f"/connections/v1/connections/{id}/draft", token, drafted)
    assert saved.json()["valid"], saved.text
    return id


def test_a_draft_is_rehearsed_and_then_carried_out(
    syncline: Syncline, instance: Running, ada: Person, connection: str, tmp_path: Path
) -> None:
    rehearsed = syncline("runs", "start", "Bugs", "--kind", "test", "--sample", "2", "--watch")
    assert "succeeded: 4 of 4 records" in rehearsed.err and "a 0, b 2" in rehearsed.out
    syncline("connections", "publish", "Bugs")
    first = syncline.json("runs", "start", "Bugs", "--watch")
    assert first["status"] == "succeeded", first
    runs = syncline.json("runs", "list", "--connection", "Bugs")["items"]
    assert {"test", "manual"} <= {it["kind"] for it in runs}
    (row,) = (it for it in runs if it["kind"] == "test")
    doing = syncline("connections", "show", "Bugs").out
    assert "published  " in doing and "not reached" not in doing
    exported = syncline("runs", "export", row["id"]).out
    lines = list(csv.DictReader(io.StringIO(exported, newline="")))
    assert sorted(it["action"] for it in lines) == ["create", "create", "ignored", "ignored"]
    file = tmp_path / "run.zip"
    syncline("runs", "export", row["id"], "--what", "all", "--output", str(file))
    assert zipfile.ZipFile(file).namelist() == ["records.csv", "issues.csv"]
    wrote = next(it["id"] for it in runs if it["kind"] != "test" and it["counts"]["b"]["created"])
    given_back = syncline("runs", "undo", wrote, "--preview")
    assert "what was created is not deleted" in given_back.out and "succeeded" in given_back.err
    undone = syncline.json("runs", "undo", wrote, "--watch")
    assert (undone["kind"], undone["undoes"], undone["status"]) == ("undo", wrote, "succeeded")
    assert "holds nothing back" in syncline("runs", "approve", wrote, status=1).err
    nowhere = str(tmp_path / "no such folder" / "run.csv")
    assert "Can't write" in syncline("runs", "export", row["id"], "--output", nowhere, status=2).err
    head = syncline("runs", "list", "--kind", "test").out.splitlines()[0]
    assert head.split()[:3] == ["REQUESTED", "KIND", "STATUS"]
    token = instance.tokens_of(ada)["access_token"]
    fields = [{"id": "r1", "a": "System.Title", "b": "short_description", "convert": ["upper"]}]
    drafted = {"configuration": document(fields=fields, creates="in_b")}
    instance.ask("PUT", f"/connections/v1/connections/{connection}/draft", token, drafted)
    replayed = syncline.json("runs", "replay", "Bugs", "--days", "3", "--watch")
    assert (replayed["status"], replayed["counts"]["b"]["created"]) == ("succeeded", 4), replayed
    told = csv.DictReader(io.StringIO(syncline("runs", "export", replayed["id"]).out, newline=""))
    assert all(it["reason"].startswith("published: ") and it["after"].isupper() for it in told)
    assert "Nothing is set aside." in syncline("issues", "list").err
    assert "Nothing is set aside." in syncline("issues", "list", "--by-cause").err
    assert "There are no conflicts." in syncline("conflicts", "list", "--connection", "Bugs").err


def test_what_does_not_do_says_why(syncline: Syncline, connection: str) -> None:
    def refused(status: int, *args: str) -> str:
        return syncline(*args, status=status).err

    assert "replay_days" in refused(1, "runs", "replay", "Bugs", "--days", "91")
    assert "nothing is; ask for a test run" in refused(1, "runs", "replay", "Bugs", "--days", "9")
    assert "SIDE:STREAM:ID" in refused(2, "runs", "start", "Bugs", "--record", "Bug:12")
    assert "There is no such" in refused(1, "runs", "show", str(new_id()))
    assert "There is no such connection" in refused(1, "runs", "start", "Bugs")  # not published yet
    assert "Which issues?" in refused(2, "issues", "retry")
    assert "There is no such issue" in refused(1, "issues", "ignore", str(new_id()))
    assert "Which conflicts?" in refused(2, "conflicts", "resolve", "--choose", "a")
    assert "is no side" in refused(2, "conflicts", "resolve", str(new_id()), "--choose", "c")
    counted: dict[str, Any] = syncline.json("conflicts", "resolve", "--connection", "Bugs", "--choose", "a")
    assert counted == {"count": 0}


def test_a_value_map_goes_out_as_csv_and_comes_back(
    syncline: Syncline, instance: Running, ada: Person, connection: str, tmp_path: Path
) -> None:
    token, draft = instance.tokens_of(ada)["access_token"], f"/connections/v1/connections/{connection}/draft"
    fields = [
        {"id": "r1", "a": "System.Title", "b": "short_description"},
        {"id": "r2", "a": "System.State", "b": "state", "values": {"New": "1", "Active": "2"}},
    ]
    instance.ask("PUT", draft, token, {"configuration": document(fields=fields, creates="in_b")})
    out = syncline("connections", "values", "Bugs", "System.State").out
    assert list(csv.reader(io.StringIO(out, newline=""))) == [["a", "b"], ["New", "1"], ["Active", "2"]]
    file = tmp_path / "states.csv"
    file.write_bytes(out.encode() + b"Resolved,6\r\nClosed,7\r\n")
    said = syncline("connections", "set-values", "Bugs", "state", str(file)).out
    assert "4 pairs" in said
    rules = instance.ask("GET", draft, token).json()["configuration"]["flows"][0]["fields"]
    assert rules[1]["values"] == {"New": "1", "Active": "2", "Resolved": "6", "Closed": "7"}
    file.write_text("a,b\nNew,1\nNew,2\n")
    assert "second time" in syncline("connections", "set-values", "Bugs", "state", str(file), status=2).err
    assert "No rule" in syncline("connections", "values", "Bugs", "System.Nothing", status=2).err
