"""The simulated Jira refuses what the vendor refuses, in the vendor's own form."""

import json
from datetime import timedelta
from typing import Any

import pytest

from sandbox.jira_desk import ADMINISTRATOR, API, READER, SiteDesk, errors_of, said

ADF = {
    "type": "doc",
    "version": 1,
    "content": [{"type": "paragraph", "content": [{"type": "text", "text": "x"}]}],
}


@pytest.fixture
def desk() -> SiteDesk:
    return SiteDesk()


class TestWhoAsks:
    def test_a_wrong_token_is_nobody_and_nobody_sees_nothing(self, desk: SiteDesk) -> None:
        desk.create()
        nobody = desk.as_("sync@fabrikam.example", "wrong")
        refused = nobody.ask("GET", f"{API}/myself")
        assert refused.status == 401 and refused.headers["X-Seraph-LoginReason"] == "AUTHENTICATED_FAILED"
        assert nobody.json("GET", f"{API}/project/search")["values"] == []
        assert nobody.search('labels = "x"')["issues"] == []
        assert "does not exist for the field" in said(
            nobody.ask("POST", f"{API}/search/jql", {"jql": "type = Bug"})
        )
        assert nobody.ask("POST", f"{API}/issue", {}).status == 401

    def test_rights_have_to_be_named(self, desk: SiteDesk) -> None:
        assert desk.ask("GET", f"{API}/mypermissions").status == 400
        assert desk.ask("GET", f"{API}/mypermissions?permissions=FLY").status == 400
        told = desk.json("GET", f"{API}/mypermissions?permissions=EDIT_ISSUES,ADMINISTER")["permissions"]
        assert [told[it]["havePermission"] for it in ("EDIT_ISSUES", "ADMINISTER")] == [True, False]

    def test_who_may_only_read(self, desk: SiteDesk) -> None:
        id, reader = desk.create(), desk.as_(*READER)
        assert reader.json("GET", f"{API}/issue/{id}")["id"] == id
        for method, path, body in (
            ("PUT", f"/issue/{id}", {"fields": {"summary": "y"}}),
            ("DELETE", f"/issue/{id}", None),
            ("POST", f"/issue/{id}/comment", {"body": ADF}),
        ):
            assert reader.ask(method, f"{API}{path}", body).status == 403
        assert reader.json("GET", f"{API}/issue/{id}/transitions")["transitions"] == []
        assert reader.json("GET", f"{API}/project/search?action=create")["values"] == []

    def test_a_limit_is_told_in_the_vendors_words(self, desk: SiteDesk) -> None:
        desk.vendor.budget.limit = 1
        assert desk.ask("GET", f"{API}/myself").headers["X-RateLimit-Remaining"] == "0"
        over = desk.ask("GET", f"{API}/myself")
        assert over.status == 429
        assert (over.headers["Retry-After"], over.headers["RateLimit-Reason"]) == ("1", "jira-burst-based")
        assert over.headers["X-RateLimit-Reset"] == "2026-03-31T18:36Z"


class TestSearching:
    @pytest.mark.parametrize(
        ("jql", "words"),
        [
            ("", "Unbounded"),
            ("ORDER BY key", "Unbounded"),
            ("nothing = 1", "does not exist"),
            ("type = Dragon", "does not exist for the field"),
            ("summary = x", "not supported by the 'summary' field"),
            ('updated >= "2026-03-31T18:36:26"', "is invalid. Valid formats"),
            ("updated >= 1700000000000", "is invalid"),
            ("type = Bug AND", "ends where"),
            ("type = Bug Task", "Expecting either"),
            ("type in (Bug", "ends where"),
            ("type = Bug ORDER BY nothing", "Not able to sort"),
            ("type ! Bug", "Error in the JQL Query"),
        ],
    )
    def test_what_is_not_understood_is_refused(self, desk: SiteDesk, jql: str, words: str) -> None:
        answer = desk.ask("POST", f"{API}/search/jql", {"jql": jql})
        assert answer.status == 400 and words in said(answer)

    def test_times_are_minutes_in_the_zone_of_who_asks(self, desk: SiteDesk) -> None:
        """It is 18:36:26 by UTC, and 11:36 where our account is."""
        id = desk.create()
        assert (
            desk.ids('updated >= "2026-03-31 11:36"') == [id]
            and desk.ids('updated >= "2026-03-31 11:37"') == []
        )
        assert desk.as_(*ADMINISTRATOR).ids('updated >= "2026-03-31 18:36"') == [id]
        told = desk.json("GET", f"{API}/issue/{id}")["fields"]["updated"]
        assert told == "2026-03-31T11:36:26.230-0700"

    def test_without_fields_there_are_ids_and_no_total(self, desk: SiteDesk) -> None:
        desk.create()
        told = desk.search("type = Bug")
        assert set(told) == {"issues", "isLast"} and told["isLast"] is True
        assert "fields" not in told["issues"][0] or told["issues"][0]["fields"] == {}

    def test_pages_are_cut_and_go_on_after_what_was_read(self, desk: SiteDesk) -> None:
        ids = [desk.create() for _ in range(130)]
        ask: dict[str, Any] = {"fields": ["summary"], "maxResults": 500}
        first = desk.search("type = Bug ORDER BY updated ASC", **ask)
        assert len(first["issues"]) == 100 and first["isLast"] is False
        desk.hands.move(1)
        desk.ask("PUT", f"{API}/issue/{ids[0]}", {"fields": {"summary": "edited"}})
        second = desk.search("type = Bug ORDER BY updated ASC", nextPageToken=first["nextPageToken"], **ask)
        assert [it["id"] for it in second["issues"]] == [*ids[100:], ids[0]]
        assert desk.search("type = Bug ORDER BY updated ASC", maxResults=5000)["isLast"] is True

    def test_a_token_is_of_one_question(self, desk: SiteDesk) -> None:
        for _ in range(2):
            desk.create()
        token = desk.search("type = Bug", maxResults=1)["nextPageToken"]
        for jql, given in (("type = Task", token), ("type = Bug", "nonsense")):
            assert desk.ask("POST", f"{API}/search/jql", {"jql": jql, "nextPageToken": given}).status == 400

    def test_texts_are_found_by_their_words(self, desk: SiteDesk) -> None:
        id = desk.create(summary="He said “no”", description=ADF)
        assert desk.ids('summary ~ "no HE"') == [id] and desk.ids('summary ~ "never"') == []
        assert desk.ids('description ~ "x" OR summary ~ "never"') == [id]

    def test_what_was_just_written_may_be_missing(self, desk: SiteDesk) -> None:
        desk.vendor.store.lag = timedelta(seconds=30)
        id = desk.create(labels=["late"])
        assert desk.ids("labels = late") == []
        fetched = desk.json("POST", f"{API}/issue/bulkfetch", {"issueIdsOrKeys": [id]})
        assert [it["id"] for it in fetched["issues"]] == [id]
        desk.hands.move(31)
        assert desk.ids("labels = late") == [id]

    def test_the_old_search_is_gone(self, desk: SiteDesk) -> None:
        assert desk.ask("POST", f"{API}/search", {"jql": "type = Bug"}).status == 410

    def test_counting(self, desk: SiteDesk) -> None:
        desk.create()
        count = desk.json("POST", f"{API}/search/approximate-count", {"jql": "type = Bug"})
        assert count == {"count": 1}

    def test_a_hundred_are_fetched_and_no_more(self, desk: SiteDesk) -> None:
        ids = [str(it) for it in range(101)]
        assert desk.ask("POST", f"{API}/issue/bulkfetch", {"issueIdsOrKeys": ids}).status == 400
        told = desk.json("POST", f"{API}/issue/bulkfetch", {"issueIdsOrKeys": ids[:100]})
        assert told["issues"] == [] and told["issueErrors"] == []


class TestWriting:
    @pytest.mark.parametrize(
        ("fields", "id"),
        [
            ({"summary": ""}, "summary"),
            ({"summary": "x" * 256}, "summary"),
            ({"summary": "a\nb"}, "summary"),
            ({"description": "plain"}, "description"),
            ({"description": {"type": "doc", "content": []}}, "description"),
            (
                {"description": {"type": "doc", "version": 1, "content": [{"type": "text", "text": "x"}]}},
                "description",
            ),
            ({"customfield_10031": ADF}, "customfield_10031"),
            ({"labels": ["two words"]}, "labels"),
            ({"labels": "one"}, "labels"),
            ({"priority": {"name": "Urgent"}}, "priority"),
            ({"customfield_10033": "Major"}, "customfield_10033"),
            ({"customfield_10033": {"name": "Major"}}, "customfield_10033"),
            ({"assignee": {"name": "triage"}}, "assignee"),
            ({"duedate": "31.12.2026"}, "duedate"),
            ({"customfield_10037": "2026-12-31T00:00:00Z"}, "customfield_10037"),
            ({"customfield_10035": "5"}, "customfield_10035"),
            ({"status": {"name": "Done"}}, "status"),
            ({"resolution": {"name": "Done"}}, "resolution"),
            ({"created": "2026-12-31"}, "created"),
            ({"customfield_1": "x"}, "customfield_1"),
            ({"issuetype": {"name": "Dragon"}}, "issuetype"),
            ({"project": {"key": "NOPE"}}, "project"),
            ({"parent": {"key": "WEB-99"}}, "parent"),
        ],
    )
    def test_what_a_field_does_not_take_is_said_of_the_field(
        self, desk: SiteDesk, fields: dict[str, Any], id: str
    ) -> None:
        assert list(desk.refused(**fields)) == [id]
        assert desk.vendor.store.records == {}

    def test_of_many_those_are_made_that_can_be(self, desk: SiteDesk) -> None:
        good = {"project": {"key": "WEB"}, "issuetype": {"name": "Bug"}, "summary": "x"}
        told = desk.json("POST", f"{API}/issue/bulk", {"issueUpdates": [{"fields": good}, {"fields": {}}]})
        assert len(told["issues"]) == 1
        [error] = told["errors"]
        assert (error["status"], error["failedElementNumber"]) == (400, 1)
        assert "project" in error["elementErrors"]["errors"]
        several: tuple[list[Any], ...] = ([{"fields": {}}], [], [{"fields": good}] * 51)
        for updates in several:
            assert desk.ask("POST", f"{API}/issue/bulk", {"issueUpdates": updates}).status == 400

    def test_an_update_says_what_it_has_become_if_asked(self, desk: SiteDesk) -> None:
        id = desk.create()
        assert desk.ask("PUT", f"{API}/issue/{id}", {"fields": {"summary": "y"}}).status == 204
        desk.hands.move(1)
        asked = f"{API}/issue/{id}?returnIssue=true&expand=changelog"
        told = desk.json("PUT", asked, {"update": {"labels": [{"add": "a"}]}})
        assert told["fields"]["labels"] == ["a"]
        assert [it["items"][0]["fieldId"] for it in told["changelog"]["histories"]] == ["labels", "summary"]
        before = len(desk.vendor.store.records[id].history)
        desk.ask("PUT", asked, {"fields": {"labels": ["a"]}})
        assert len(desk.vendor.store.records[id].history) == before, "what changes nothing is no change"

    def test_what_an_update_refuses(self, desk: SiteDesk) -> None:
        id = desk.create()
        bodies: tuple[dict[str, Any], ...] = (
            {"fields": {"status": {"name": "Done"}}},
            {"fields": {"labels": []}, "update": {"labels": [{"add": "a"}]}},
            {"fields": {"summary": " "}},
            {"dragons": {}},
        )
        for body in bodies:
            assert desk.ask("PUT", f"{API}/issue/{id}", body).status == 400
        assert desk.ask("PUT", f"{API}/issue/99999", {"fields": {}}).status == 404
        assert desk.ask("PUT", f"{API}/issue/{id}", b"{", Content_Type="application/json").status == 400
        assert desk.ask("PUT", f"{API}/issue/{id}", b"x", Content_Type="text/plain").status == 415

    def test_a_workflow_goes_its_own_ways(self, desk: SiteDesk) -> None:
        id = desk.create(project="OPS")
        where = f"{API}/issue/{id}/transitions"
        [start] = desk.json("GET", where)["transitions"]
        assert start["to"]["name"] == "Waiting" and "fields" not in start
        assert desk.ask("POST", where, {"transition": {"id": "5"}}).status == 400
        assert desk.ask("POST", where, {"transition": {"id": start["id"]}}).status == 204
        [resolve] = desk.json("GET", f"{where}?expand=transitions.fields")["transitions"]
        assert resolve["fields"]["resolution"]["required"]
        assert list(errors_of(desk.ask("POST", where, {"transition": {"id": "5"}}))) == ["resolution"]
        body = {"transition": {"id": "5"}, "fields": {"resolution": {"name": "Duplicate"}}}
        assert desk.ask("POST", where, body).status == 204
        fields = desk.json("GET", f"{API}/issue/{id}?fields=status,resolution")["fields"]
        assert (fields["status"]["statusCategory"]["key"], fields["resolution"]["name"]) == (
            "done",
            "Duplicate",
        )

    def test_a_parent_stands_one_level_above(self, desk: SiteDesk) -> None:
        epic, task = desk.create("Epic"), desk.create("Task")
        bug = desk.create("Bug", parent={"id": epic})
        assert desk.json("GET", f"{API}/issue/{bug}")["fields"]["parent"]["id"] == epic
        assert list(desk.refused(parent={"id": task})) == ["parent"]
        below = desk.create("Sub-task", parent={"id": task})
        assert "deleteSubtasks" in said(desk.ask("DELETE", f"{API}/issue/{task}"))
        assert desk.ask("DELETE", f"{API}/issue/{task}?deleteSubtasks=true").status == 204
        assert desk.ask("GET", f"{API}/issue/{below}").status == 404

    def test_links_are_answered_with_nothing_and_made_once(self, desk: SiteDesk) -> None:
        one, other = desk.create(), desk.create()
        body = {"type": {"name": "Relates"}, "inwardIssue": {"id": one}, "outwardIssue": {"id": other}}
        for _ in range(2):
            answer = desk.ask("POST", f"{API}/issueLink", body)
            assert (answer.status, answer.body) == (201, b"")
        [link] = desk.json("GET", f"{API}/issue/{one}?fields=issuelinks")["fields"]["issuelinks"]
        assert link["outwardIssue"]["id"] == other
        for wrong in (
            {"type": {"name": "Likes"}},
            {"outwardIssue": {"id": "9"}},
            {"outwardIssue": {"id": one}},
        ):
            assert desk.ask("POST", f"{API}/issueLink", {**body, **wrong}).status in (400, 404)


class TestWhatHangsOnAnIssue:
    def test_a_comment_is_a_document(self, desk: SiteDesk) -> None:
        id = desk.create()
        where = f"{API}/issue/{id}/comment"
        for body in ("plain", {**ADF, "version": 2}, None, {"type": "doc", "version": 1, "content": []}):
            assert desk.ask("POST", where, {"body": body}).status == 400
        desk.hands.move(1)
        made = desk.json("POST", where, {"body": ADF})
        assert made["jsdPublic"] is True
        listed = desk.json("GET", f"{where}?orderBy=created")
        assert (listed["total"], listed["comments"][0]["id"]) == (1, made["id"])
        assert desk.json("GET", f"{API}/issue/{id}")["fields"]["updated"].startswith("2026-03-31T11:36:27")
        assert desk.ask("GET", f"{where}?orderBy=updated").status == 400

    def test_only_a_service_desk_has_internal_ones(self, desk: SiteDesk) -> None:
        internal = [{"key": "sd.public.comment", "value": {"internal": True}}]
        for project, type, public in (("HELP", "Incident", False), ("WEB", "Bug", True)):
            where = f"{API}/issue/{desk.create(type, project)}/comment"
            assert desk.json("POST", where, {"body": ADF, "properties": internal})["jsdPublic"] is public

    def test_a_file_needs_a_header_against_forgery(self, desk: SiteDesk) -> None:
        where = f"{API}/issue/{desk.create()}/attachments"
        form = (
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhello\r\n--b--\r\n'
        )
        kind = "multipart/form-data; boundary=b"
        refused = desk.ask("POST", where, form, Content_Type=kind)
        assert (refused.status, refused.body) == (403, b"XSRF check failed")
        [made] = desk.json("POST", where, form, Content_Type=kind, X_Atlassian_Token="no-check")
        assert (made["filename"], made["size"]) == ("a.txt", 5)
        other = form.replace(b'name="file"', b'name="upload"')
        assert desk.ask("POST", where, other, Content_Type=kind, X_Atlassian_Token="no-check").status == 400
        desk.vendor.board.largest_file = 4
        assert desk.ask("POST", where, form, Content_Type=kind, X_Atlassian_Token="no-check").status == 413
        sent = desk.ask("GET", f"{API}/attachment/content/{made['id']}")
        assert (
            sent.status == 303
            and desk.ask("GET", sent.headers["Location"].partition(".net")[2]).body == b"hello"
        )
        assert desk.ask("GET", f"{API}/attachment/content/{made['id']}?redirect=false").body == b"hello"


class TestWebhooks:
    def test_those_of_apps_are_not_for_tokens(self, desk: SiteDesk) -> None:
        answer = desk.as_(*ADMINISTRATOR).ask("POST", f"{API}/webhook", {"webhooks": []})
        assert answer.status == 403 and "OAuth 2.0" in said(answer)

    def test_an_administrator_makes_others_and_they_are_signed(self, desk: SiteDesk) -> None:
        where, body = (
            "/rest/webhooks/1.0/webhook",
            {
                "name": "x",
                "url": "http://127.0.0.1/hook",
                "events": ["jira:issue_updated"],
                "filters": {"issue-related-events-section": "project = WEB"},
                "secret": "s",
            },
        )
        assert desk.ask("POST", where, body).status == 403
        made = desk.as_(*ADMINISTRATOR).json("POST", where, body)
        assert made["isSigned"] is True and "secret" not in made
        for project in ("OPS", "WEB"):
            id = desk.create(project=project)
            desk.ask("PUT", f"{API}/issue/{id}", {"fields": {"summary": "y"}})
        [sent] = desk.vendor.deliveries.take_due(desk.vendor.clock.now())
        event = json.loads(sent.body)
        assert (
            event["webhookEvent"] == "jira:issue_updated"
            and event["changelog"]["items"][0]["fieldId"] == "summary"
        )
        assert sent.headers["X-Hub-Signature"].startswith("sha256=")
