"""Azure DevOps: queries, batches, feeds, comments, files, links, people and hooks, each by an example of the reference."""

import json
from typing import Any

import pytest

from sandbox.desk import PATCH, BoardsDesk, problem

PROJECT = "/sandbox/Fabrikam%20Web"
REVISIONS = f"{PROJECT}/_apis/wit/reporting/workitemrevisions?api-version=7.1"
LINKS = "/sandbox/_apis/wit/reporting/workitemlinks?api-version=7.1-preview.3"
PARENT, CHILD = "System.LinkTypes.Hierarchy-Reverse", "System.LinkTypes.Hierarchy-Forward"
RELATED = "System.LinkTypes.Related"


def field(ref: str, value: Any) -> dict[str, Any]:
    return {"op": "add", "path": f"/fields/{ref}", "value": value}


def link(rel: str, id: int) -> dict[str, Any]:
    url = f"https://dev.azure.com/sandbox/_apis/wit/workItems/{id}"
    return {"op": "add", "path": "/relations/-", "value": {"rel": rel, "url": url}}


@pytest.fixture
def desk() -> BoardsDesk:
    return BoardsDesk()


class TestQueries:
    @pytest.mark.parametrize(
        ("where", "found"),
        [
            ("[System.TeamProject] = @project", [1, 2]),
            ("[Title] = 'first bug'", [1]),
            ("[System.Title] <> 'First bug'", [2]),
            ("[System.Title] CONTAINS 'bug'", [1]),
            ("NOT [System.Title] CONTAINS 'bug'", [2]),
            ("[System.Title] NOT CONTAINS 'bug'", [2]),
            ("[System.WorkItemType] IN ('Bug', 'Epic') AND [System.State] = 'New'", [1]),
            ("[Microsoft.VSTS.Common.Priority] < 2 OR [System.Id] = 2", [1, 2]),
            ("([System.Id] = 1 OR [System.Id] = 2) AND [System.WorkItemType] = 'Task'", [2]),
            ("[System.AreaPath] UNDER 'Fabrikam Web'", [1, 2]),
            ("[System.AreaPath] UNDER 'Fabrikam Web\\Search'", [2]),
            ("[System.AssignedTo] = ''", [1, 2]),
            ("[System.CreatedBy] = @me", [1, 2]),
            ("[System.ChangedDate] >= @today", [1, 2]),
            ("[System.ChangedDate] > @today - 1", [1, 2]),
            ("[System.ChangedDate] < @today", []),
            ("[System.Title] = 'it''s'", []),
            ("[System.Id] > 0 ORDER BY [System.Id] DESC", [2, 1]),
        ],
    )
    def test_what_is_found(self, desk: BoardsDesk, where: str, found: list[int]) -> None:
        desk.create("First bug", Microsoft__VSTS__Common__Priority=1)
        desk.create("Second", "Task", System__AreaPath="Fabrikam Web\\Search")
        assert desk.query(where) == found

    @pytest.mark.parametrize(
        ("query", "number"),
        [
            ("SELECT [System.Id] FROM WorkItems WHERE [Nothing] = 1", "TF51005"),
            ("SELECT [System.Id] FROM WorkItemLinks", "TF51006"),
            ("SELECT [System.Id] FROM WorkItems WHERE [System.Id] EVER 1", "TF51006"),
            ("SELECT [System.Id] FROM WorkItems WHERE ([System.Id] = 1", "TF51006"),
            ("SELECT [System.Id] FROM WorkItems WHERE [System.Id] = 'x'", "WorkItemTrackingQueryException"),
            (
                "SELECT [System.Id] FROM WorkItems WHERE [System.Title] UNDER 'x'",
                "WorkItemTrackingQueryException",
            ),
            (f"SELECT [System.Id] FROM WorkItems WHERE [System.Title] = '{'x' * 32768}'", "TF51004"),
            ("nonsense", "TF51006"),
        ],
    )
    def test_what_is_refused(self, desk: BoardsDesk, query: str, number: str) -> None:
        target = f"{PROJECT}/_apis/wit/wiql?api-version=7.1"
        assert problem(desk.ask("POST", target, {"query": query})) == (400, number)

    def test_dates_are_of_day_precision_unless_asked(self, desk: BoardsDesk) -> None:
        desk.create()
        at = "[System.ChangedDate] >= '2026-03-31T18:36:26.23Z'"
        with pytest.raises(AssertionError, match="date precision"):
            desk.query(at)
        precise = "&timePrecision=true"
        assert desk.query(at, precise) == [1]
        assert desk.query(at.replace(".23Z", ".24Z"), precise) == []
        assert desk.query("[System.ChangedDate] > '2026-03-31'") == []
        assert desk.query("[System.ChangedDate] >= '2026-03-31'") == [1]

    def test_too_many_hits_are_an_error(self, desk: BoardsDesk) -> None:
        desk.vendor.boards.caps.hits = 1
        desk.create(), desk.create()
        query = {"query": "SELECT [System.Id] FROM WorkItems"}
        answer = desk.ask("POST", f"{PROJECT}/_apis/wit/wiql?api-version=7.1", query)
        assert problem(answer) == (400, "VS402337")
        assert desk.query("[System.Id] > 0", "&$top=1") == [1]

    def test_a_search_may_lag_behind_what_can_be_read(self, desk: BoardsDesk) -> None:
        desk.vendor.store.lag = desk.vendor.granularity * 3000
        id = desk.create()["id"]
        assert desk.query("[System.Id] > 0") == []
        assert desk.json("GET", REVISIONS)["values"] == []
        assert desk.ask("GET", f"/sandbox/_apis/wit/workitems/{id}").status == 200
        desk.hands.move(3)
        assert desk.query("[System.Id] > 0") == [id]


class TestBatches:
    def test_at_most_200(self, desk: BoardsDesk) -> None:
        target = "/sandbox/_apis/wit/workitemsbatch?api-version=7.1"
        assert problem(desk.ask("POST", target, {"ids": list(range(201))}))[0] == 400
        ids = ",".join(str(it) for it in range(201))
        assert desk.ask("GET", f"/sandbox/_apis/wit/workitems?ids={ids}").status == 400

    def test_missing_ones_fail_all_or_are_null(self, desk: BoardsDesk) -> None:
        id = desk.create()["id"]
        target = "/sandbox/_apis/wit/workitemsbatch?api-version=7.1"
        assert problem(desk.ask("POST", target, {"ids": [id, 99]})) == (404, "TF401232")
        found = desk.json(
            "POST", target, {"ids": [99, id], "errorPolicy": "omit", "fields": ["System.Title"]}
        )
        assert found["value"][0] is None
        assert found["value"][1]["fields"] == {"System.Title": "The page is blank"}

    def test_fields_and_expand_exclude_each_other(self, desk: BoardsDesk) -> None:
        id = desk.create()["id"]
        target = f"/sandbox/_apis/wit/workitems/{id}?fields=System.Title"
        assert problem(desk.ask("GET", f"{target}&$expand=all"))[1] == "ConflictingParametersException"
        assert problem(desk.ask("GET", f"{target},System.Nothing")) == (400, "TF51535")

    def test_history_has_each_step(self, desk: BoardsDesk) -> None:
        id = desk.create("one")["id"]
        desk.patch(id, field("System.Title", "two"))
        updates = desk.json("GET", f"/sandbox/_apis/wit/workitems/{id}/updates")["value"]
        assert updates[1]["fields"]["System.Title"] == {"oldValue": "one", "newValue": "two"}
        second = desk.json("GET", f"/sandbox/_apis/wit/workitems/{id}/revisions?$skip=1")["value"]
        assert [it["fields"]["System.Title"] for it in second] == ["two"]


class TestFeeds:
    def test_a_page_ends_with_a_token_that_goes_on(self, desk: BoardsDesk) -> None:
        for title in ("one", "two", "three"):
            desk.create(title)
        first = desk.json("GET", f"{REVISIONS}&$maxPageSize=2")
        assert (len(first["values"]), first["isLastBatch"]) == (2, False)
        rest = desk.json("GET", f"{REVISIONS}&continuationToken={first['continuationToken']}")
        assert [it["fields"]["System.Title"] for it in rest["values"]] == ["three"]
        assert rest["isLastBatch"]
        empty = desk.json("GET", f"{REVISIONS}&continuationToken={rest['continuationToken']}")
        assert (empty["values"], empty["continuationToken"]) == ([], rest["continuationToken"])

    def test_the_next_link_leads_on(self, desk: BoardsDesk) -> None:
        desk.create("one"), desk.create("two")
        next_link = desk.json("GET", f"{REVISIONS}&$maxPageSize=1")["nextLink"]
        found = desk.json("GET", next_link.removeprefix("https://dev.azure.com"))
        assert [it["fields"]["System.Title"] for it in found["values"]] == ["two"]

    def test_what_has_to_be_asked_for(self, desk: BoardsDesk) -> None:
        id = desk.create(Microsoft__VSTS__TCM__ReproSteps="<p>so</p>")["id"]
        desk.patch(id, field("System.Title", "later"))
        fields = desk.json("GET", REVISIONS)["values"][0]["fields"]
        assert "Microsoft.VSTS.TCM.ReproSteps" not in fields
        assert fields["System.CreatedBy"] == "Syncline Account <sync@fabrikam.example>"
        more = desk.json("GET", f"{REVISIONS}&$expand=fields&includeIdentityRef=true&includeLatestOnly=true")
        assert [it["rev"] for it in more["values"]] == [2]
        assert more["values"][0]["fields"]["Microsoft.VSTS.TCM.ReproSteps"] == "<p>so</p>"
        assert more["values"][0]["fields"]["System.CreatedBy"]["uniqueName"] == "sync@fabrikam.example"

    def test_deleted_ones_have_to_be_asked_for(self, desk: BoardsDesk) -> None:
        id = desk.create()["id"]
        desk.json("DELETE", f"{PROJECT}/_apis/wit/workitems/{id}?api-version=7.1")
        assert desk.json("GET", REVISIONS)["values"] == []
        deleted = desk.json("GET", f"{REVISIONS}&includeDeleted=true")["values"]
        assert deleted[-1]["fields"]["System.IsDeleted"]

    def test_since(self, desk: BoardsDesk) -> None:
        desk.create("old")
        desk.hands.move(60)
        desk.create("new")
        found = desk.json("GET", f"{REVISIONS}&startDateTime=2026-03-31T18:37:00Z")["values"]
        assert [it["fields"]["System.Title"] for it in found] == ["new"]


class TestLinks:
    def test_a_link_shows_on_both_ends_and_changes_neither(self, desk: BoardsDesk) -> None:
        parent, child = desk.create()["id"], desk.create()["id"]
        desk.hands.move(60)
        linked = json.loads(desk.patch(child, link(PARENT, parent)).body)
        assert linked["rev"] == 1
        assert linked["fields"]["System.ChangedDate"] == "2026-03-31T18:36:26.23Z"
        other = desk.json("GET", f"/sandbox/_apis/wit/workitems/{parent}?$expand=relations")
        assert [it["rel"] for it in other["relations"]] == ["System.LinkTypes.Hierarchy-Forward"]
        assert other["rev"] == 1
        desk.patch(child, {"op": "remove", "path": "/relations/0"})
        assert "relations" not in desk.json("GET", f"/sandbox/_apis/wit/workitems/{parent}?$expand=relations")
        feed = desk.json("GET", LINKS)["values"]
        assert [(it["sourceId"], it["targetId"], it["isActive"]) for it in feed] == [
            (child, parent, True),
            (child, parent, False),
        ]

    def test_what_is_refused(self, desk: BoardsDesk) -> None:
        one, two, three = (desk.create()["id"] for _ in range(3))
        desk.patch(one, link(PARENT, two))
        assert problem(desk.patch(one, link(PARENT, two))) == (400, "VS402625")
        assert problem(desk.patch(one, link(PARENT, three))) == (400, "TF201036")
        assert problem(desk.patch(one, link(RELATED, one))) == (400, "TF201035")
        assert problem(desk.patch(one, link(PARENT, 99))) == (404, "TF401232")
        assert desk.patch(one, {"op": "remove", "path": "/relations/7"}).status == 400

    def test_a_family_has_no_circle_and_nobody_two_parents(self, desk: BoardsDesk) -> None:
        """Whichever end says it."""
        one, two, three = (desk.create()["id"] for _ in range(3))
        desk.patch(one, link(PARENT, two))
        desk.patch(two, link(PARENT, three))
        assert problem(desk.patch(three, link(PARENT, one))) == (400, "TF201035")
        assert problem(desk.patch(one, link(CHILD, three))) == (400, "TF201035")
        assert desk.patch(two, link(CHILD, desk.create()["id"])).status == 200
        assert problem(desk.patch(desk.create()["id"], link(CHILD, one))) == (400, "TF201036")

    def test_both_ends_have_room_for_so_many(self, desk: BoardsDesk) -> None:
        desk.vendor.boards.caps.links = 1
        one, two, three = (desk.create()["id"] for _ in range(3))
        desk.patch(one, link(RELATED, two))
        assert problem(desk.patch(three, link(RELATED, two))) == (400, "VS403489")

    def test_the_catalogue_says_what_is_single(self, desk: BoardsDesk) -> None:
        kinds = desk.json("GET", "/sandbox/_apis/wit/workitemrelationtypes")["value"]
        assert [it["referenceName"] for it in kinds if it["attributes"].get("singleTarget")] == [PARENT]

    def test_a_hyperlink_is_counted(self, desk: BoardsDesk) -> None:
        id = desk.create()["id"]
        hyperlink = {"rel": "Hyperlink", "url": "https://sandbox.service-now.com/x"}
        changed = json.loads(desk.patch(id, {"op": "add", "path": "/relations/-", "value": hyperlink}).body)
        assert (changed["rev"], changed["fields"]["System.HyperLinkCount"]) == (2, 1)


class TestComments:
    TARGET = PROJECT + "/_apis/wit/workItems/{}/comments"
    VERSION = "?api-version=7.1-preview.4"

    def test_both_ways_to_comment_make_a_revision(self, desk: BoardsDesk) -> None:
        id = desk.create()["id"]
        target = self.TARGET.format(id)
        assert desk.ask("POST", target + self.VERSION, {"text": " "}).status == 400
        desk.json("POST", target + self.VERSION, {"text": "one"})
        desk.patch(id, {"op": "test", "path": "/rev", "value": 2}, field("System.History", "two"))
        listed = desk.json("GET", f"{target}{self.VERSION}&order=asc")
        assert [it["text"] for it in listed["comments"]] == ["one", "two"]
        item = desk.json("GET", f"/sandbox/_apis/wit/workitems/{id}")
        assert (item["rev"], item["fields"]["System.CommentCount"]) == (3, 2)

    def test_pages_edits_and_deletes(self, desk: BoardsDesk) -> None:
        id = desk.create()["id"]
        target = self.TARGET.format(id)
        made = [desk.json("POST", target + self.VERSION, {"text": it})["id"] for it in ("a", "b", "c")]
        page = desk.json("GET", f"{target}{self.VERSION}&order=asc&$top=2")
        assert (page["totalCount"], page["count"], page["continuationToken"]) == (3, 2, "2")
        rest = desk.json("GET", f"{target}{self.VERSION}&order=asc&continuationToken=2")
        assert [it["text"] for it in rest["comments"]] == ["c"]
        edited = desk.json("PATCH", f"{target}/{made[0]}{self.VERSION}", {"text": "better"})
        assert (edited["text"], edited["version"]) == ("better", 2)
        assert desk.ask("DELETE", f"{target}/{made[1]}{self.VERSION}").status == 204
        assert desk.ask("DELETE", f"{target}/{made[1]}{self.VERSION}").status == 404
        assert desk.json("GET", target + self.VERSION)["totalCount"] == 2


class TestPeople:
    def test_each_needs_its_scope(self, desk: BoardsDesk) -> None:
        for path in (
            "identities?searchFilter=General&filterValue=x",
            "graph/users?api-version=7.1-preview.1",
        ):
            assert desk.ask("GET", f"/sandbox/_apis/{path}").status == 401
        administrator = desk.as_("sandbox-pat-administrator")
        target = "/sandbox/_apis/identities?searchFilter=General&filterValue=triage@fabrikam.example"
        assert administrator.json("GET", target)["value"][0]["providerDisplayName"] == "Triage Desk"

    def test_the_graph_goes_on_by_a_header(self, desk: BoardsDesk) -> None:
        administrator = desk.as_("sandbox-pat-administrator")
        target = "/sandbox/_apis/graph/users?api-version=7.1-preview.1"
        first = administrator.ask("GET", target)
        token = first.headers["X-MS-ContinuationToken"]
        second = administrator.ask("GET", f"{target}&continuationToken={token}")
        assert "X-MS-ContinuationToken" not in second.headers
        assert len(json.loads(first.body)["value"] + json.loads(second.body)["value"]) == 8


class TestLimits:
    def test_first_it_is_slow_and_then_it_refuses(self, desk: BoardsDesk) -> None:
        desk.vendor.budget.limit = 2
        target = "/sandbox/_apis/projects"
        well, _, held = (desk.ask("GET", target) for _ in range(3))
        assert not [it for it in well.headers if "RateLimit" in it or it == "Retry-After"]
        assert (held.status, held.headers["Retry-After"]) == (200, "300")
        refused = desk.ask("GET", target)
        assert problem(refused) == (429, "TF400733")
        assert refused.headers["X-RateLimit-Remaining"] == "0"
        desk.hands.move(300)
        assert desk.ask("GET", target).status == 200


class TestHooks:
    TARGET = "/sandbox/_apis/hooks/subscriptions?api-version=7.1"

    def subscribe(self, desk: BoardsDesk, event: str = "workitem.updated", **inputs: str) -> Any:
        return desk.ask(
            "POST",
            self.TARGET,
            {
                "publisherId": "tfs",
                "eventType": event,
                "consumerId": "webHooks",
                "consumerActionId": "httpRequest",
                "publisherInputs": {"workItemType": "Bug"},
                "consumerInputs": {
                    "url": "http://127.0.0.1:1/hook",
                    "httpHeaders": "X-Token: secret\nX-More:1",
                    "basicAuthUsername": "u",
                    "basicAuthPassword": "p",
                    **inputs,
                },
            },
        )

    def test_only_administrators_subscribe(self, desk: BoardsDesk) -> None:
        assert self.subscribe(desk).status == 403
        administrator = desk.as_("sandbox-pat-administrator")
        made = json.loads(self.subscribe(administrator).body)
        assert made["consumerInputs"]["basicAuthPassword"] == "********"
        assert self.subscribe(administrator, "workitem.exploded").status == 400
        assert self.subscribe(administrator, url="http://10.0.0.1/hook").status == 400
        one = f"/sandbox/_apis/hooks/subscriptions/{made['id']}?api-version=7.1"
        assert administrator.ask("DELETE", one).status == 204
        assert administrator.json("GET", self.TARGET)["count"] == 0

    def test_an_update_names_the_item_apart(self, desk: BoardsDesk) -> None:
        self.subscribe(desk.as_("sandbox-pat-administrator"))
        desk.create(type="Task")
        id = desk.create("one")["id"]
        desk.patch(id, field("System.Title", "two"))
        sent = desk.vendor.deliveries.take_due(desk.vendor.clock.now())
        assert len(sent) == 1
        body = json.loads(sent[0].body)
        assert (body["eventType"], body["resource"]["id"], body["resource"]["workItemId"]) == (
            "workitem.updated",
            2,
            id,
        )
        assert body["resource"]["fields"]["System.Title"] == {"oldValue": "one", "newValue": "two"}
        assert sent[0].headers["X-Token"] == "secret"
        assert sent[0].headers["Authorization"] == "Basic dTpw"

    def test_who_never_answers_is_told_no_more(self, desk: BoardsDesk) -> None:
        self.subscribe(desk.as_("sandbox-pat-administrator"), "workitem.created")
        for _ in range(6):
            desk.create()
            for delivery in desk.vendor.deliveries.take_due(desk.vendor.clock.now()):
                desk.vendor.delivered(delivery, None)
        assert len(desk.vendor.deliveries.answered) == 5


def test_edits_of_people_follow_the_same_rules() -> None:
    desk = BoardsDesk()
    id = desk.create()["id"]
    desk.vendor.edit(str(id), {"System.Title": "by hand"}, "Triage Desk")
    item = desk.json("GET", f"/sandbox/_apis/wit/workitems/{id}")
    assert (item["fields"]["System.Title"], item["fields"]["System.ChangedBy"]["displayName"]) == (
        "by hand",
        "Triage Desk",
    )
    answer = desk.ask("PATCH", f"/sandbox/_apis/wit/workitems/{id}", [], Content_Type=PATCH)
    assert answer.status == 400
