"""Records of another system become people of xMatters, with a role, one way: incidents, since any table will do for it."""

import pytest

from connectors.everywhere import Everywhere
from end_to_end.test_every_kind import a_network, desk, end, place, url
from end_to_end.test_two_minutes import CONNECTIONS, Desk, until

__all__ = ["desk", "place", "url"]
pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]
FIELDS = [
    {"a": "number", "b": "targetName"},
    {"a": "short_description", "b": "firstName"},
    {"b": "lastName", "constant": "Account", "direction": "a_to_b", "when": "create"},
    {"b": "roles", "constant": ["Standard User"], "direction": "a_to_b"},
]
FLOW = {"id": "people", "a": {"stream": "incident"}, "b": {"stream": "people"}, "creates": "in_b"}


async def test_records_become_people(desk: Desk, place: Everywhere) -> None:
    body = {
        "network_id": await a_network(desk),
        "name": "Import",
        "a": end("servicenow"),
        "b": end("xmatters"),
    }
    made = (await desk.ask("POST", CONNECTIONS, body, 202))["id"]
    assert (await desk.built(made))[-1]["status"] == "done"
    at, people = f"{CONNECTIONS}/{made}", place.vendors["xmatters"].store.records
    before = set(people)
    flow = {**FLOW, "fields": FIELDS, "direction": "a_to_b"}
    configuration = {"version": 1, "schedule": {"manual": True}, "flows": [flow]}
    saved = await desk.ask("PUT", f"{at}/draft", {"configuration": configuration})
    assert saved["valid"], saved["problems"]
    await desk.ask("POST", f"{at}/publish")
    await until(lambda: desk.is_at_rest(made))
    new = [people[it].values for it in set(people) - before]
    runs = (await desk.ask("GET", f"/sync/v1/runs?connection_id={made}"))["items"]
    assert len(new) == 6, runs
    assert {it["lastName"] for it in new} == {"Account"} and all(
        it["roles"] == ["Standard User"] for it in new
    )
    assert all(it["targetName"].startswith("INC") and it["externalKey"] for it in new)
    assert all(it["supervisors"] == [] for it in new), "nobody supervises them for having made them"
    again = (await desk.run(made))["counts"]["b"]
    assert (again["created"], again["updated"]) == (0, 0), again
