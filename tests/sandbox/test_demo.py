"""The demo's data: plausible, the same each time, and reachable by what is printed."""

from typing import Any

from sandbox.desk import BoardsDesk, Hands, InstanceDesk
from syncline_sandbox import demo
from syncline_sandbox.serving import routes
from syncline_sandbox.vendor import Vendor


def contents(vendor: Vendor) -> Any:
    return [
        (it.stream, it.id, it.number, it.latest.at, dict(it.values)) for it in vendor.store.records.values()
    ]


def test_the_same_seed_gives_the_same() -> None:
    assert contents(demo.organisation(3, now=Hands())) == contents(demo.organisation(3, now=Hands()))
    assert contents(demo.instance(3, now=Hands())) == contents(demo.instance(3, now=Hands()))
    assert contents(demo.instance(3, now=Hands())) != contents(demo.instance(4, now=Hands()))


def test_there_are_sixty_of_each_in_every_state() -> None:
    boards = BoardsDesk(vendor=demo.organisation(now=Hands()))
    found = boards.json(
        "POST", "/sandbox/_apis/wit/wiql?api-version=7.1", {"query": "SELECT [System.Id] FROM WorkItems"}
    )
    assert len(found["workItems"]) == 60
    instance = InstanceDesk(vendor=demo.instance(now=Hands()))
    rows = instance.rows()
    assert len(rows) == 60
    assert {it["state"] for it in rows} == {"1", "2", "3", "6"}
    assert len({it["sys_updated_on"] for it in rows}) > 50
    assert boards.vendor.ledger.effects == [], "what was there before is nobody's doing"


def test_what_was_begun_with_passes_the_rules() -> None:
    """Each of them may be edited."""
    boards = demo.organisation(now=Hands())
    for id in list(boards.store.records):
        boards.edit(id, {"Custom.Customer": "Contoso"}, "Triage Desk")
    instance = demo.instance(now=Hands())
    for stored in list(instance.store.records.values()):
        if stored.stream == "incident":
            instance.edit(stored.id, {"urgency": "1", "work_notes": "Again."}, "service.desk")


def test_routes_lead_both_systems_here() -> None:
    found = routes(azure_devops="http://127.0.0.1:1", servicenow="http://127.0.0.1:2")
    assert found["https://dev.azure.com/sandbox"] == "http://127.0.0.1:1"
    assert found["https://sandbox.service-now.com"] == "http://127.0.0.1:2"
