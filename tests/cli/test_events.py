"""The stream of events: from any point on, across lost connections, in words and as documents."""

import json
import signal
from pathlib import Path

from cli.calling import Syncline, finished
from cli.running import Person, Running, running, until

CREATED = "registry.network.created.v1"


def create(syncline: Syncline, *names: str) -> list[str]:
    return [syncline.json("networks", "create", name)["id"] for name in names]


def test_what_has_been_is_shown_from_the_start(syncline: Syncline) -> None:
    first, second = create(syncline, "Support", "Sales")
    said = syncline("events", "follow", "--since", "0", "--count", "2")
    one, two = (line.split("  ") for line in said.out.splitlines())
    assert (one[0], one[2], one[3]) == ("1", CREATED, first)
    assert (two[0], two[2], two[3]) == ("2", CREATED, second)
    assert said.err == "Go on later with: --since 2\n"


def test_as_documents_they_are_cloud_events(syncline: Syncline, ada: Person) -> None:
    ids = create(syncline, "Support", "Sales")
    said = syncline("events", "follow", "--since", "0", "--count", "2", "--json")
    assert [it["subject"] for it in said.documents] == ids
    assert {(it["specversion"], it["type"], it["accountid"]) for it in said.documents} == {
        ("1.0", CREATED, ada.account_id)
    }
    (later,) = syncline("events", "follow", "--since", "1", "--count", "1", "--json").documents
    assert later["subject"] == ids[1]


def test_only_the_types_that_are_asked_for(syncline: Syncline) -> None:
    create(syncline, "Support")
    said = syncline("events", "follow", "--since", "0", "--count", "1", "--types", CREATED)
    assert CREATED in said.out
    said = syncline("events", "follow", "--types", "no.such.event.v1", status=1)
    assert "  /types  " in said.err


def test_an_expired_token_is_refreshed_first(syncline: Syncline) -> None:
    create(syncline, "Support")
    syncline.change_profile(access_token="no longer good")
    assert CREATED in syncline("events", "follow", "--since", "0", "--count", "1").out


def test_it_cannot_begin_where_nobody_is(syncline: Syncline) -> None:
    syncline.change_profile(url="http://127.0.0.1:9")
    syncline("events", "follow", status=3)


def test_stopping_it_says_where_to_go_on(syncline: Syncline) -> None:
    create(syncline, "Support")
    process = syncline.start("events", "follow", "--since", "0")
    assert process.stdout is not None
    assert CREATED in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    done = finished(process)
    assert done.status == 130
    assert done.err == "Go on later with: --since 1\n"


def test_it_comes_back_and_misses_nothing(tmp_path: Path) -> None:
    """Syncline is stopped, started, and has news from before its follower was back."""
    folder = tmp_path / "data"
    with running(folder) as first:
        syncline = Syncline(tmp_path / "config", first.url)
        syncline.login(first.new_account())
        ids = create(syncline, "Support")
        process = syncline.start("events", "follow", "--since", "0", "--json")
        assert process.stdout is not None and process.stderr is not None
        seen = [json.loads(process.stdout.readline())["subject"]]
    assert "coming back ..." in process.stderr.readline()
    with running(folder, first.port):
        ids += create(syncline, "Sales", "Help")
        seen += [json.loads(process.stdout.readline())["subject"] for _ in range(2)]
        process.send_signal(signal.SIGINT)
        assert finished(process).status == 130
    assert seen == ids


def test_events_that_are_kept_no_longer_are_told(syncline: Syncline, instance: Running, ada: Person) -> None:
    create(syncline, "Support", "Sales", "Help")
    until(lambda: len(kept(instance, ada)) == 3)
    for it in kept(instance, ada)[:2]:
        instance.execute("sync", ("DELETE FROM announcement WHERE position = ? AND event_id = ?", it))
    said = syncline("events", "follow", "--since", "1", "--count", "2")
    assert "syncline.stream.gap" in said.out.splitlines()[0]
    assert CREATED in said.out.splitlines()[1]


def kept(instance: Running, ada: Person) -> list[tuple[int, str]]:
    query = "SELECT position, event_id FROM announcement WHERE account_id = ? ORDER BY position"
    return instance.rows("sync", query, ada.account_id.replace("-", ""))
