"""Azure DevOps: what a mapping is made from, who is there, bulk deletes, and malformed requests."""

import json
from typing import Any

import pytest

from sandbox.desk import PATCH, BoardsDesk, problem

PROJECT = "/sandbox/Fabrikam%20Web"
GRAPH = "7.1-preview.1"


@pytest.fixture
def desk() -> BoardsDesk:
    return BoardsDesk()


def field(ref: str, value: Any) -> dict[str, Any]:
    return {"op": "add", "path": f"/fields/{ref}", "value": value}


class TestStructure:
    def test_projects_have_pages(self, desk: BoardsDesk) -> None:
        first = desk.ask("GET", "/sandbox/_apis/projects?$top=1")
        token = first.headers["X-MS-ContinuationToken"]
        for going_on in (f"continuationToken={token}", "$skip=1"):
            second = desk.json("GET", f"/sandbox/_apis/projects?{going_on}")
            assert [it["name"] for it in second["value"]] == ["Contoso"]
        assert desk.ask("GET", "/sandbox/_apis/projects?$top=x").status == 400

    @pytest.mark.parametrize(
        ("tail", "status"),
        [
            ("wit/workitemtypes/Bug", 200),
            ("wit/workitemtypes/User%20Story", 200),
            ("wit/workitemtypes/Epic", 404),
            ("wit/workitemtypes/Epic/states", 404),
            ("wit/fields/System.Title", 200),
            ("wit/fields/Iteration%20Path", 200),
            ("wit/fields/Custom.Nothing", 404),
            ("wit/recyclebin/1", 404),
            ("wit/attachments/00000000-0000-0000-0000-000000000000", 404),
            ("wit/nothing", 404),
        ],
    )
    def test_what_is_there(self, desk: BoardsDesk, tail: str, status: int) -> None:
        assert desk.ask("GET", f"{PROJECT}/_apis/{tail}").status == status

    def test_types_and_one_project(self, desk: BoardsDesk) -> None:
        types = desk.json("GET", f"{PROJECT}/_apis/wit/workitemtypes")["value"]
        assert [it["name"] for it in types] == ["Bug", "Task", "User Story", "Service Request"]
        assert desk.json("GET", "/sandbox/_apis/projects/fabrikam%20web")["name"] == "Fabrikam Web"

    def test_areas_are_told_as_deep_as_is_asked(self, desk: BoardsDesk) -> None:
        target = f"{PROJECT}/_apis/wit/classificationnodes"
        root = desk.json("GET", f"{target}/areas")
        assert (root["hasChildren"], root.get("children")) == (True, None)
        names = [it["name"] for it in desk.json("GET", f"{target}/areas?$depth=2")["children"]]
        assert names == ["Checkout", "Search"]
        sprints = desk.json("GET", f"{target}/iterations?$depth=1")["children"]
        assert sprints[0]["path"] == "\\Fabrikam Web\\Iteration\\Sprint 1"

    def test_people(self, desk: BoardsDesk) -> None:
        me = desk.json("GET", f"/sandbox/_apis/connectiondata?api-version={GRAPH}")["authenticatedUser"]
        assert me["properties"]["Account"]["$value"] == "sync@fabrikam.example"
        administrator = desk.as_("sandbox-pat-administrator")
        team = administrator.json("GET", "/sandbox/_apis/projects/Contoso/teams")["value"][0]
        path = f"/sandbox/_apis/projects/Contoso/teams/{team['id']}/members"
        members = administrator.json("GET", f"{path}?$top=100")
        rest = administrator.json("GET", f"{path}?$top=100&$skip={members['count']}")
        assert administrator.json("GET", f"{path}?$skip=8")["value"] == []
        assert administrator.ask("GET", f"{path}?$skip=x").status == 400
        entitled = administrator.json("GET", f"/sandbox/_apis/userentitlements?api-version={GRAPH}")
        assert (members["count"], rest["count"]) == (5, 3), "a short page is not the end"
        assert len(entitled["members"]) == 8
        assert desk.ask("GET", "/sandbox/_apis/projects/Contoso/teams").status == 401
        for target in ("identities", f"graph/users?api-version={GRAPH}&continuationToken=x"):
            assert administrator.ask("GET", f"/sandbox/_apis/{target}").status == 400


class TestValues:
    @pytest.mark.parametrize(
        ("ref", "value", "stored"),
        [
            ("Custom.Billable", "TRUE", True),
            ("Custom.Billable", False, False),
            ("Microsoft.VSTS.Common.Priority", "3", 3),
            ("Microsoft.VSTS.Scheduling.DueDate", "2026-05-01T12:00:00+02:00", "2026-05-01T10:00:00Z"),
            ("Microsoft.VSTS.Scheduling.DueDate", "2026-05-01", "2026-05-01T00:00:00Z"),
        ],
    )
    def test_a_value_takes_the_form_of_its_field(
        self, desk: BoardsDesk, ref: str, value: Any, stored: Any
    ) -> None:
        changed = json.loads(desk.patch(desk.create()["id"], field(ref, value)).body)
        assert changed["fields"][ref] == stored

    @pytest.mark.parametrize(
        ("ref", "value"),
        [("Custom.Billable", "perhaps"), ("Microsoft.VSTS.Scheduling.DueDate", "soon"), ("System.Parent", 1)],
    )
    def test_or_is_refused(self, desk: BoardsDesk, ref: str, value: Any) -> None:
        assert problem(desk.patch(desk.create()["id"], field(ref, value))) == (400, "TF401326")

    def test_an_item_may_move_and_change_its_type(self, desk: BoardsDesk) -> None:
        id = desk.create()["id"]
        moved = [field(f"System.{it}", "Contoso") for it in ("TeamProject", "AreaPath", "IterationPath")]
        assert problem(desk.patch(id, moved[0])) == (400, "TF401347"), "its area stayed behind"
        assert json.loads(desk.patch(id, *moved).body)["id"] == id
        changed = json.loads(desk.patch(id, field("System.WorkItemType", "Task")).body)
        assert changed["fields"]["System.WorkItemType"] == "Task"
        assert desk.ask("GET", f"{PROJECT}/_apis/wit/workitems/{id}").status == 404
        assert desk.ask("GET", f"/sandbox/Contoso/_apis/wit/workitems/{id}").status == 200
        assert desk.patch(id, field("System.WorkItemType", "Epic")).status == 404

    def test_a_test_may_be_of_a_field(self, desk: BoardsDesk) -> None:
        id = desk.create("one")["id"]
        test = {"op": "test", "path": "/fields/System.Title", "value": "other"}
        assert problem(desk.patch(id, test, field("System.State", "Active"))) == (412, "VS403351")


class TestBulk:
    def test_several_are_deleted_each_for_itself(self, desk: BoardsDesk) -> None:
        id = desk.create()["id"]
        target = "/sandbox/_apis/wit/workitemsdelete?api-version=7.1"
        results = desk.json("POST", target, {"ids": [id, 99]})["results"]
        assert [it["code"] for it in results] == [200, 404]
        assert desk.ask("POST", target, {}).status == 400

    def test_the_bin_may_be_emptied(self, desk: BoardsDesk) -> None:
        id = desk.create("gone")["id"]
        desk.json("DELETE", f"/sandbox/_apis/wit/workitems/{id}?api-version=7.1")
        one = f"/sandbox/_apis/wit/recyclebin/{id}?api-version=7.1"
        assert desk.json("GET", one)["name"] == "gone"
        assert desk.ask("DELETE", one).status == 204
        assert desk.ask("PATCH", one, {"IsDeleted": False}).status == 404
        assert [it.what for it in desk.vendor.ledger.of(str(id))][-2:] == ["deleted", "destroyed"]

    @pytest.mark.parametrize(
        ("method", "tail", "body"),
        [
            ("DELETE", "wit/workitems/1?api-version=7.1", None),
            ("POST", "wit/workItems/1/comments?api-version=7.1-preview.4", {"text": "x"}),
        ],
    )
    def test_only_contributors_write(self, desk: BoardsDesk, method: str, tail: str, body: Any) -> None:
        desk.create()
        stranger = desk.as_("sandbox-pat-not-a-contributor")
        answer = stranger.ask(method, f"{PROJECT}/_apis/{tail}", body)
        assert problem(answer) == (403, "TF237111")

    def test_another_projects_items_are_not_found(self, desk: BoardsDesk) -> None:
        id = desk.create()["id"]
        assert desk.ask("GET", f"/sandbox/Contoso/_apis/wit/workitems/{id}").status == 404
        feed = "_apis/wit/reporting/workitemrevisions"
        assert desk.json("GET", f"/sandbox/Contoso/{feed}")["values"] == []
        assert desk.json("GET", f"{PROJECT}/{feed}?types=Task")["values"] == []
        assert len(desk.json("GET", f"{PROJECT}/{feed}?types=Bug&fields=System.Title")["values"]) == 1


class TestMalformed:
    @pytest.mark.parametrize(
        ("method", "tail", "body", "status"),
        [
            ("PUT", "wit/workitems/1", None, 405),
            ("POST", "wit/wiql", b"{", 400),
            ("POST", "wit/wiql", {"question": "x"}, 400),
            ("POST", "wit/workitemsbatch", {"ids": []}, 400),
            ("POST", "wit/workitemsbatch", {"ids": ["x"]}, 400),
            ("POST", "wit/workitemsbatch", [], 400),
            ("GET", "wit/workitems", None, 400),
            ("GET", "wit/workitems/1?$expand=nonsense", None, 400),
            ("GET", "wit/workitems/1/updates?$top=x", None, 400),
            ("GET", "wit/reporting/workitemrevisions?continuationToken=x", None, 400),
            ("GET", "wit/reporting/workitemrevisions?$maxPageSize=0", None, 400),
            ("GET", "wit/reporting/workitemrevisions?startDateTime=soon", None, 400),
        ],
    )
    def test_it_is_refused(self, desk: BoardsDesk, method: str, tail: str, body: Any, status: int) -> None:
        desk.create()
        version = "&api-version=7.1" if "?" in tail else "?api-version=7.1"
        assert problem(desk.ask(method, f"{PROJECT}/_apis/{tail}{version}", body))[0] == status

    @pytest.mark.parametrize(
        "patch",
        [
            {},
            [],
            ["x"],
            [{"op": "add", "path": "/nothing", "value": 1}],
            [{"op": "replace", "path": "/rev", "value": 1}],
            [{"op": "add", "path": "/relations/-", "value": {"rel": "Hyperlink"}}],
            [{"op": "replace", "path": "/relations/0", "value": {}}],
        ],
    )
    def test_no_valid_patch(self, desk: BoardsDesk, patch: Any) -> None:
        desk.create()
        target = f"{PROJECT}/_apis/wit/workitems/1?api-version=7.1"
        assert desk.ask("PATCH", target, patch, Content_Type=PATCH).status == 400
        assert len(desk.vendor.ledger.effects) == 1

    def test_the_version_may_come_with_accept(self, desk: BoardsDesk) -> None:
        target = f"{PROJECT}/_apis/wit/wiql"
        query = {"query": "SELECT [System.Id] FROM WorkItems"}
        assert desk.ask("POST", target, query).status == 400
        assert desk.ask("POST", target, query, Accept="application/json; api-version=7.1").status == 200
