"""How each connector reads and makes ties, where the contract's records can't show it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.azure_devops.answers import ITEMS, item, listed
from connectors.servicenow.answers import ONE, TREE, TWO, rows
from connectors.standin import StandIn
from syncline_common.connectors.azure_devops.reader import AzureDevOpsReader
from syncline_common.connectors.servicenow.reader import ServiceNowReader
from syncline_common.connectors.servicenow.writer import ServiceNowWriter
from syncline_common.errors import RecordRejected
from syncline_common.schemas.records import Record, RecordRef, Tie, TieKind

AT = datetime(2026, 7, 14, tzinfo=UTC)
TASK_OF_CHANGE = Record(RecordRef("change_task", ONE), {}, "2", AT, AT)
CHANGE = RecordRef("change_request", TWO)
TASKS = {it: rows({"name": it, "super_class.name": "task"}) for it in ("change_task", "change_request")}


def table(name: str) -> str:
    return f"GET /api/now/table/{name}"


async def test_a_tables_own_column_holds_its_parent() -> None:
    out = StandIn(
        {
            TREE: [TASKS[it] for it in sorted(TASKS, reverse=True)],
            table("change_task"): rows({"sys_id": ONE, "sys_mod_count": "2", "change_request": TWO}),
            table("change_request"): rows({"sys_id": TWO, "sys_mod_count": "7"}),
        }
    )
    assert await ServiceNowWriter(out).link(TASK_OF_CHANGE, Tie(TieKind.PARENT, CHANGE)) == TASK_OF_CHANGE
    asked = next(it for it in out.asked if it.line == table("change_task"))
    assert asked.params["sysparm_fields"] == "sys_id,sys_mod_count,change_request"


async def test_only_tasks_are_tied() -> None:
    out = StandIn({TREE: rows({"name": "u_gear", "super_class.name": ""})})
    gear = Record(RecordRef("u_gear", ONE), {}, "2", AT, AT)
    with pytest.raises(RecordRejected):
        await ServiceNowWriter(out).link(gear, Tie(TieKind.RELATED, RecordRef("u_gear", TWO)))
    with pytest.raises(RecordRejected):
        await ServiceNowReader(out).ties(gear.ref)


async def test_what_may_not_be_seen_is_left_out() -> None:
    """And of what can be seen, it is told what it is."""
    out = StandIn(
        {
            TREE: TASKS["change_task"],
            table("change_task"): rows({"sys_id": ONE, "parent": "", "change_request": TWO}),
            table("task_rel_task"): rows({"sys_id": "r", "parent": "hidden", "child": ONE}),
            table("task"): rows({"sys_id": TWO, "sys_class_name": "change_request"}),
        }
    )
    assert await ServiceNowReader(out).ties(TASK_OF_CHANGE.ref) == [Tie(TieKind.PARENT, CHANGE)]


async def test_a_work_item_is_tied_to_other_types() -> None:
    """Children say it themselves; files and pages are no records."""
    out = StandIn(
        {
            "GET /_apis/wit/workitems/7": {**item(7), "relations": RELATIONS},
            ITEMS: listed({"id": 8, "fields": {"System.WorkItemType": "User Story"}}, None),
        }
    )
    assert await AzureDevOpsReader(out).ties(RecordRef("Bug", "7")) == [
        Tie(TieKind.PARENT, RecordRef("User Story", "8"))
    ]
    assert out.asked[-1].params["ids"] == "8,9"


def relation(rel: str, id: str) -> dict[str, Any]:
    return {"rel": rel, "url": f"https://dev.azure.com/fabrikam/_apis/wit/workItems/{id}", "attributes": {}}


RELATIONS = [
    relation("System.LinkTypes.Related", "9"),
    relation("System.LinkTypes.Hierarchy-Forward", "10"),
    relation("AttachedFile", "5b2f"),
    relation("System.LinkTypes.Hierarchy-Reverse", "8"),
]
