"""Azure DevOps: what it lets in, how it answers, and what it refuses, each by an example of the reference."""

import json
from typing import Any

import pytest

from sandbox.desk import PATCH, BoardsDesk, problem
from syncline_sandbox.azure_devops.boards import iso

PROJECT = "/sandbox/Fabrikam%20Web"
CREATE = f"{PROJECT}/_apis/wit/workitems/$Bug?api-version=7.1"
TITLE = {"op": "add", "path": "/fields/System.Title", "value": "probe"}


def field(ref: str, value: Any, op: str = "add") -> dict[str, Any]:
    return {"op": op, "path": f"/fields/{ref}", "value": value}


@pytest.fixture
def desk() -> BoardsDesk:
    return BoardsDesk()


class TestWhoIsLetIn:
    def test_a_wrong_token_gets_an_empty_401(self, desk: BoardsDesk) -> None:
        answer = desk.as_("nonsense").ask("GET", "/sandbox/_apis/projects")
        assert (answer.status, answer.body) == (401, b"")
        assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")

    @pytest.mark.parametrize(("method", "status"), [("GET", 302), ("POST", 203), ("PATCH", 401)])
    def test_without_the_header_people_are_asked_to_sign_in(
        self, desk: BoardsDesk, method: str, status: int
    ) -> None:
        stranger = desk.as_("nonsense")
        del stranger.headers["X-TFS-FedAuthRedirect"]
        target = "/sandbox/_apis/wit/workitems/1" if method == "PATCH" else f"{PROJECT}/_apis/wit/wiql"
        target = target if method != "GET" else "/sandbox/_apis/projects"
        answer = stranger.ask(method, target, {})
        assert answer.status == status
        if method == "PATCH":
            assert problem(answer) == (401, "TF400813")

    def test_any_name_goes_with_a_token(self, desk: BoardsDesk) -> None:
        for scheme in ("Basic OnNhbmRib3gtcGF0LXJlYWQtd3JpdGU=", "Bearer sandbox-entra-token"):
            assert desk.ask("GET", "/sandbox/_apis/projects", Authorization=scheme).status == 200
        swapped = "Bearer sandbox-pat-read-write"
        assert desk.ask("GET", "/sandbox/_apis/projects", Authorization=swapped).status == 401

    def test_a_stray_sign_in_the_header_is_a_401(self, desk: BoardsDesk) -> None:
        spoilt = desk.headers["Authorization"] + "="
        assert desk.ask("GET", "/sandbox/_apis/projects", Authorization=spoilt).status == 401

    def test_a_missing_scope_is_a_401_as_well(self, desk: BoardsDesk) -> None:
        builds = desk.as_("sandbox-pat-no-work-items")
        assert builds.ask("GET", "/sandbox/_apis/projects").status == 200
        feed = builds.ask("GET", f"{PROJECT}/_apis/wit/reporting/workItemRevisions")
        assert (feed.status, feed.body) == (401, b"")

    @pytest.mark.parametrize(
        ("token", "status"),
        [("read-write", 200), ("read-only", 401), ("not-a-contributor", 403)],
    )
    def test_a_probe_tells_who_may_write(self, desk: BoardsDesk, token: str, status: int) -> None:
        answer = desk.as_(f"sandbox-pat-{token}").ask(
            "POST", f"{CREATE}&validateOnly=true", [TITLE], Content_Type=PATCH
        )
        assert answer.status == status
        assert desk.vendor.store.records == {}

    def test_a_revoked_token_works_no_more(self, desk: BoardsDesk) -> None:
        desk.vendor.revoked.add("sync@fabrikam.example")
        assert desk.ask("GET", "/sandbox/_apis/projects").status == 401


class TestForms:
    def test_an_unknown_organisation_is_plain_text(self, desk: BoardsDesk) -> None:
        answer = desk.ask("GET", "/nowhere/_apis/projects")
        assert (answer.status, answer.body) == (404, b"The resource cannot be found.")
        assert answer.headers["Content-Type"].startswith("text/plain")

    def test_an_unknown_project_has_its_key(self, desk: BoardsDesk) -> None:
        answer = desk.ask("GET", "/sandbox/Nowhere/_apis/wit/workitemtypes")
        assert json.loads(answer.body)["typeKey"] == "ProjectDoesNotExistWithNameException"

    def test_lists_are_wrapped(self, desk: BoardsDesk) -> None:
        body = desk.json("GET", "/sandbox/_apis/projects?$top=1")
        assert body["count"] == 1
        assert body["value"][0]["state"] == "wellFormed"

    def test_a_project_goes_by_id_as_well(self, desk: BoardsDesk) -> None:
        id = desk.json("GET", "/sandbox/_apis/projects")["value"][0]["id"]
        assert desk.json("GET", f"/sandbox/{id}/_apis/wit/workitemtypes/Bug")["name"] == "Bug"

    def test_the_organisation_may_be_routed_away(self, desk: BoardsDesk) -> None:
        assert desk.ask("GET", "/_apis/projects").status == 200

    @pytest.mark.parametrize(
        ("target", "key"),
        [
            (CREATE.replace("?api-version=7.1", ""), "VssVersionNotSpecifiedException"),
            (CREATE.replace("7.1", "9.9"), "VssVersionOutOfRangeException"),
        ],
    )
    def test_a_wrong_version_is_refused(self, desk: BoardsDesk, target: str, key: str) -> None:
        assert problem(desk.ask("POST", target, [TITLE], Content_Type=PATCH)) == (400, key)

    def test_comments_are_a_preview(self, desk: BoardsDesk) -> None:
        id = desk.create()["id"]
        target = f"{PROJECT}/_apis/wit/workItems/{id}/comments?api-version=7.1"
        assert problem(desk.ask("GET", target)) == (400, "VssInvalidPreviewVersionException")
        assert desk.ask("GET", f"{target}-preview.4").status == 200

    def test_a_wrong_content_type_is_refused(self, desk: BoardsDesk) -> None:
        assert desk.ask("POST", CREATE, [TITLE]).status == 415

    @pytest.mark.parametrize(
        ("microseconds", "text"), [(230_000, "26.23Z"), (0, "26Z"), (1_000, "26.001Z"), (120_000, "26.12Z")]
    )
    def test_times_drop_their_zeros(self, desk: BoardsDesk, microseconds: int, text: str) -> None:
        at = desk.hands.at.replace(microsecond=microseconds)
        assert iso(at) == f"2026-03-31T18:36:{text}"

    def test_fields_tell_their_types(self, desk: BoardsDesk) -> None:
        found = {it["referenceName"]: it for it in desk.json("GET", "/sandbox/_apis/wit/fields")["value"]}
        assert found["Microsoft.VSTS.TCM.ReproSteps"]["type"] == "html"
        assert found["System.AssignedTo"]["isIdentity"]
        assert found["System.Id"]["readOnly"]

    def test_types_tell_their_fields_and_states(self, desk: BoardsDesk) -> None:
        types = f"{PROJECT}/_apis/wit/workitemtypes/Bug"
        fields = {it["referenceName"]: it for it in desk.json("GET", f"{types}/fields?$expand=all")["value"]}
        assert fields["System.Title"]["alwaysRequired"]
        assert fields["Microsoft.VSTS.Common.Priority"]["allowedValues"] == ["1", "2", "3", "4"]
        people = fields["System.AssignedTo"]["allowedValues"]
        assert "sync@fabrikam.example" in {it["uniqueName"] for it in people}
        states = desk.json("GET", f"{types}/states")["value"]
        assert [(it["name"], it["category"]) for it in states][-1] == ("Closed", "Completed")


class TestWrites:
    def test_a_create_answers_200(self, desk: BoardsDesk) -> None:
        made = desk.create()
        assert (made["id"], made["rev"]) == (1, 1)
        assert made["fields"]["System.CreatedBy"]["uniqueName"] == "sync@fabrikam.example"
        assert made["fields"]["System.ChangedDate"] == "2026-03-31T18:36:26.23Z"

    @pytest.mark.parametrize(
        ("op", "given", "left"),
        [
            ("add", "B; c", "a; b; c"),
            ("replace", "B; c", "B; c"),
            ("add", "", "a; b"),
            ("remove", None, None),
        ],
    )
    def test_tags_that_are_added_go_beside_those_that_are_there(
        self, desk: BoardsDesk, op: str, given: str | None, left: str | None
    ) -> None:
        id = desk.create(System__Tags="a; b")["id"]
        desk.patch(id, field("System.Tags", given, op))
        found = desk.json("GET", f"/sandbox/_apis/wit/workitems/{id}?api-version=7.1")
        assert found["fields"].get("System.Tags") == left

    @pytest.mark.parametrize(
        ("operation", "number"),
        [
            (field("Custom.Nothing", 1), "TF51535"),
            (field("System.Id", 7), "TF401326"),
            (field("System.CreatedDate", "2020-01-01T00:00:00Z"), "TF401326"),
            (field("Microsoft.VSTS.Common.Priority", 9), "TF401320"),
            (field("Microsoft.VSTS.Common.Priority", "high"), "TF401326"),
            (field("System.State", "Frozen"), "TF401320"),
            (field("System.Title", "x" * 256), "TF401320"),
            (field("System.Title", ""), "TF401320"),
            (field("System.Title", None, "remove"), "TF401320"),
            (field("System.AreaPath", "Nowhere"), "TF401347"),
            (field("System.AssignedTo", "stranger@example.com"), "RuleValidationException"),
            (field("Microsoft.VSTS.Scheduling.StoryPoints", 3), "TF401326"),  # not a field of this type
            ({"op": "copy", "path": "/fields/System.Title", "from": "/x"}, "VssPropertyValidationException"),
            ({"op": "add", "path": "/relations/-", "value": {"rel": "Nothing", "url": "x"}}, "VS402400"),
        ],
    )
    def test_what_is_refused(self, desk: BoardsDesk, operation: dict[str, Any], number: str) -> None:
        id = desk.create()["id"]
        assert problem(desk.patch(id, field("Custom.Customer", "Contoso"), operation)) == (400, number)
        assert "Custom.Customer" not in desk.vendor.store.records[str(id)].values, "all or nothing"

    def test_a_stale_revision_is_a_412(self, desk: BoardsDesk) -> None:
        id = desk.create()["id"]
        test = {"op": "test", "path": "/rev", "value": 1}
        assert desk.patch(id, test, field("System.Title", "one")).status == 200
        assert problem(desk.patch(id, test, field("System.Title", "two"))) == (412, "VS403351")
        assert desk.vendor.store.records[str(id)].values["System.Title"] == "one"

    def test_writing_what_is_there_makes_no_revision(self, desk: BoardsDesk) -> None:
        made = desk.create("same")
        assert json.loads(desk.patch(made["id"], field("System.Title", "same")).body)["rev"] == 1

    def test_a_process_may_forbid_a_move(self, desk: BoardsDesk) -> None:
        id = desk.create(type="Service Request", Custom__Customer="Contoso")["id"]
        assert problem(desk.patch(id, field("System.State", "Done"))) == (400, "TF401320")
        assert desk.patch(id, field("System.State", "Approved")).status == 200
        assert desk.patch(id, field("System.State", "Done")).status == 200

    def test_a_field_may_be_demanded(self, desk: BoardsDesk) -> None:
        target = CREATE.replace("$Bug", "$Service%20Request")
        assert problem(desk.ask("POST", target, [TITLE], Content_Type=PATCH)) == (400, "TF401320")

    @pytest.mark.parametrize(
        "given",
        [
            "triage@fabrikam.example",
            "Triage Desk <triage@fabrikam.example>",
            {"id": "00000006-0000-4000-8000-000000000006"},
            {"descriptor": "aad.00000006-0000-4000-8000-000000000006"},
        ],
    )
    def test_how_people_are_named(self, desk: BoardsDesk, given: Any) -> None:
        assigned = desk.create(System__AssignedTo=given)["fields"]["System.AssignedTo"]
        assert assigned["displayName"] == "Triage Desk"

    def test_an_empty_text_unassigns(self, desk: BoardsDesk) -> None:
        id = desk.create(System__AssignedTo="triage@fabrikam.example")["id"]
        changed = json.loads(desk.patch(id, field("System.AssignedTo", "")).body)
        assert "System.AssignedTo" not in changed["fields"]

    def test_rules_are_bypassed_by_those_who_may(self, desk: BoardsDesk) -> None:
        id = desk.create()["id"]
        by = field("System.ChangedBy", "triage@fabrikam.example")
        assert desk.patch(id, by, more="&bypassRules=true").status == 403
        administrator = desk.as_("sandbox-pat-administrator")
        changed = json.loads(administrator.patch(id, by, more="&bypassRules=true").body)
        assert changed["fields"]["System.ChangedBy"]["displayName"] == "Triage Desk"
        empty = administrator.patch(id, field("System.ChangedBy", ""), more="&bypassRules=true")
        assert problem(empty) == (400, "VS403417")

    def test_history_is_finite(self, desk: BoardsDesk) -> None:
        desk.vendor.boards.caps.revisions = 2
        id = desk.create()["id"]
        assert desk.patch(id, field("System.Title", "one")).status == 200
        assert desk.patch(id, field("System.Title", "two")).status == 400

    def test_each_part_of_a_batch_answers_for_itself(self, desk: BoardsDesk) -> None:
        id = desk.create()["id"]
        parts = [
            {
                "method": "PATCH",
                "uri": f"/_apis/wit/workitems/{it}?api-version=7.1",
                "headers": {"Content-Type": PATCH},
                "body": [field("System.Title", "from a batch")],
            }
            for it in (99, id)
        ]
        answers = desk.json("PATCH", "/sandbox/_apis/wit/$batch?api-version=7.1", parts)["value"]
        assert [it["code"] for it in answers] == [404, 200]
        assert json.loads(answers[1]["body"])["rev"] == 2


class TestBin:
    def test_deleting_answers_200_with_a_date_of_its_own(self, desk: BoardsDesk) -> None:
        id = desk.create()["id"]
        deleted = desk.json("DELETE", f"{PROJECT}/_apis/wit/workitems/{id}?api-version=7.1")
        assert deleted["deletedDate"] == "3/31/2026 6:36:26 PM"
        assert deleted["deletedBy"] == "Syncline Account <sync@fabrikam.example>"
        assert problem(desk.ask("GET", f"{PROJECT}/_apis/wit/workitems/{id}")) == (404, "TF401232")
        assert [it["id"] for it in desk.json("GET", f"{PROJECT}/_apis/wit/recyclebin")["value"]] == [id]

    def test_restoring_brings_it_back(self, desk: BoardsDesk) -> None:
        id = desk.create()["id"]
        desk.json("DELETE", f"{PROJECT}/_apis/wit/workitems/{id}?api-version=7.1")
        target = f"{PROJECT}/_apis/wit/recyclebin/{id}?api-version=7.1"
        assert desk.ask("PATCH", target, {"IsDeleted": True}).status == 400
        assert desk.ask("PATCH", target, {"IsDeleted": False}).status == 200
        assert desk.query("[System.Title] = 'The page is blank'") == [id]

    def test_destroying_leaves_nothing(self, desk: BoardsDesk) -> None:
        id = desk.create()["id"]
        desk.json("DELETE", f"{PROJECT}/_apis/wit/workitems/{id}?api-version=7.1&destroy=true")
        assert desk.json("GET", f"{PROJECT}/_apis/wit/recyclebin")["count"] == 0
        assert desk.vendor.store.records == {}
