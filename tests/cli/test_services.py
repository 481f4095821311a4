"""What every service has: its state, its audit log, its parked events."""

from typing import Any

import pytest

from cli.calling import Syncline
from cli.middleman import middleman
from cli.running import Person, Running, until
from syncline_common.ids import new_id

SERVICES = ["registry", "connections", "sync", "matching"]


def park(instance: Running, person: Person, service: str = "matching") -> str:
    """An event that nobody there knows, as if it had failed ten times."""
    event_id, long_ago = new_id(), "2026-01-01 00:00:00.000000"
    names = "event_id, account_id, routing_key, body, received_at, attempts, due_at, error, parked_at"
    event = (event_id.hex, person.account_id.replace("-", ""), "sync.run.completed.v1", b"{}")
    values = (*event, long_ago, 10, long_ago, "nobody here knows it", long_ago)
    instance.execute(service, (f"INSERT INTO inbox ({names}) VALUES (?,?,?,?,?,?,?,?,?)", values))
    return str(event_id)


def test_status_for_people(outside: Syncline) -> None:
    first, head, *rows = outside("status", "--url", outside.url).out.splitlines()
    assert first == f"{outside.url} is ok."
    assert head.split()[:4] == ["SERVICE", "STATUS", "DATABASE", "BUS"]
    assert [it.split()[:4] for it in rows] == [[name, "ok", "ok", "ok"] for name in SERVICES]


def test_status_as_a_document(outside: Syncline) -> None:
    found = outside.json("status", SYNCLINE_URL=outside.url)
    assert (found["status"], sorted(found["services"])) == ("ok", sorted(SERVICES))


@pytest.mark.parametrize(
    ("verdict", "http", "status"), [("degraded", 200, 0), ("unready", 503, 1), ("away", 503, 1)]
)
def test_status_ends_in_what_it_found(
    outside: Syncline, instance: Running, verdict: str, http: int, status: int
) -> None:
    facts = {"status": verdict, "database": "away", "bus": "ok", "loops": {"inbox": "stuck", "relay": "ok"}}
    with middleman(instance.port) as between:
        document = {"status": verdict, "services": {"sync": facts, "matching": {"status": "away"}}}
        between.answers["/readyz"] = [(http, document)]
        said = outside("status", "--url", between.url, status=status)
        assert outside("status", "--url", between.url, "--json", status=status).document == document
    assert f"is {verdict}." in said.out and "inbox (stuck)" in said.out and "relay" not in said.out


def test_the_audit_log_of_all_services(syncline: Syncline, ada: Person) -> None:
    network = syncline.json("networks", "create", "Support")["id"]
    syncline("networks", "rename", "Support", "Help")
    newest = [line for line in syncline("audit", "list", "--noun", "network").out.splitlines()[1:]]
    assert [line.split()[3] for line in newest] == ["network.changed", "network.created"]
    assert all(network in line and "registry" in line for line in newest)
    oldest = syncline("audit", "list", "--noun", "network", "--oldest-first", "--limit", "1").out.splitlines()
    assert len(oldest) == 2 and "network.created" in oldest[1]
    by_name = ("audit", "list", "--service", "registry", "--network", "Help", "--json")
    assert {it["noun_id"] for it in syncline(*by_name).items} == {network}
    assert syncline("audit", "list", "--service", "registry", "--who", ada.email, "--json").items
    assert syncline("audit", "list", "--from", "2099-01-01", "--json").items == []
    assert "Nothing of that kind" in syncline("audit", "list", "--to", "2001-01-01T00:00:00Z").err
    assert len(syncline("audit", "list", "--json").documents) == len(SERVICES)


def test_a_whole_audit_log(syncline: Syncline) -> None:
    syncline("networks", "create", "Support")
    said = syncline("audit", "verify")
    assert [line.split()[:2] for line in said.out.splitlines()[1:]] == [[it, "yes"] for it in SERVICES]
    assert [it["ok"] for it in syncline("audit", "verify", "--json").documents] == [True] * 4


def test_an_audit_log_that_was_altered(syncline: Syncline, instance: Running, ada: Person) -> None:
    syncline("networks", "create", "Support")
    sealed = "SELECT id FROM audit WHERE account_id = ? AND hash IS NOT NULL"
    mine = ada.account_id.replace("-", "")
    until(lambda: bool(instance.rows("registry", sealed, mine)))
    triggers = instance.rows("registry", "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    instance.execute(
        "registry",
        *((f"DROP TRIGGER {name}", ()) for name, _ in triggers),
        ("UPDATE audit SET action = 'network.praised' WHERE account_id = ?", (mine,)),
        *((sql, ()) for _, sql in triggers),
    )
    said = syncline("audit", "verify", status=1)
    assert said.out.splitlines()[1].split()[:2] == ["registry", "no"]
    assert "altered" in said.out and "not whole" in said.err
    first, *others = syncline("audit", "verify", "--json", status=1).documents
    assert (first["ok"], first["faults"][0]["what"]) == (False, "altered")
    assert all(it["ok"] for it in others)
    syncline("audit", "verify", "--service", "sync")


def test_parked_events(syncline: Syncline, instance: Running, ada: Person) -> None:
    assert "Nothing is parked." in syncline("parked", "list").err
    parked = [park(instance, ada), park(instance, ada)]
    rows = syncline("parked", "list").out.splitlines()[1:]
    assert [(it.split()[0], it.split()[-1]) for it in rows] == [("matching", it) for it in parked]
    assert "nobody here knows it" in rows[0]
    assert [it["id"] for it in syncline("parked", "list", "--service", "matching", "--json").items] == parked
    assert len(syncline("parked", "list", "--json").documents) == len(SERVICES)


def test_parked_events_are_tried_again(syncline: Syncline, instance: Running, ada: Person) -> None:
    one, _, _ = (park(instance, ada) for _ in range(3))
    syncline("parked", "replay", one, status=2)
    said = syncline("parked", "replay", one, "--service", "matching", "--json")
    assert said.document == {"replayed": 1}
    assert "(not_found)" in syncline("parked", "replay", str(new_id()), "--service", "matching", status=1).err
    said = syncline("parked", "replay")
    assert "sync: 0 to be tried again." in said.out.splitlines()
    assert any(line.startswith("matching: ") for line in said.out.splitlines())


def test_an_altered_list_is_no_matter(syncline: Syncline, instance: Running) -> None:
    """A service that grows new fields is read as before."""
    item: dict[str, Any] = {"id": "1", "type": "x", "attempts": 10, "error": None, "new": "field"}
    item |= {"received_at": "2026-01-01T00:00:00Z", "parked_at": "2026-01-01T00:00:00Z"}
    with middleman(instance.port) as between:
        syncline.change_profile(url=between.url)
        between.answers["/sync/v1/parked-events"] = [
            (200, {"items": [item], "next_cursor": None, "total": 1})
        ]
        assert "sync" in syncline("parked", "list", "--service", "sync").out
