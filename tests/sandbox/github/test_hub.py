"""GitHub: what it lets in, how it answers, and what it refuses or drops without a word."""

import hashlib
import hmac
import json

import pytest

from sandbox.github.desk import SHOP, HubDesk, failed, fault
from syncline_sandbox.github.begun import hub
from syncline_sandbox.github.paging import TOO_DEEP

URL = "http://127.0.0.1:9/hooks"
HOOK = {"name": "web", "events": ["issues"], "config": {"url": URL, "secret": "s", "content_type": "json"}}


@pytest.fixture
def desk() -> HubDesk:
    return HubDesk()


class TestWhoIsLetIn:
    def test_a_wrong_token_gets_a_401(self, desk: HubDesk) -> None:
        assert failed(desk.as_("ghp_wrong").ask("GET", "/user")) == (401, "Bad credentials")

    def test_a_password_is_no_token(self, desk: HubDesk) -> None:
        assert desk.ask("GET", "/user", Authorization="Basic eDp5").status == 401

    def test_nobody_sees_what_is_public_and_writes_nothing(self, desk: HubDesk) -> None:
        nobody = desk.as_("")
        assert nobody.ask("GET", "/repos/octo-org/app/issues").status == 200
        assert nobody.ask("GET", f"{SHOP}/issues").status == 404
        assert failed(nobody.ask("POST", "/repos/octo-org/app/issues", {"title": "x"}))[0] == 401
        assert failed(nobody.ask("GET", "/user")) == (401, "Requires authentication")

    def test_who_does_not_say_who_they_are_is_forbidden(self, desk: HubDesk) -> None:
        del desk.headers["User-Agent"]
        answer = desk.ask("GET", "/user")
        assert answer.status == 403 and b"User-Agent" in answer.body

    def test_versions_are_named_or_the_usual_one(self, desk: HubDesk) -> None:
        assert desk.ask("GET", "/user").headers["X-GitHub-Api-Version-Selected"] == "2022-11-28"
        assert desk.ask("GET", "/user", X_GitHub_Api_Version="2026-03-10").status == 200
        assert desk.ask("GET", "/user", X_GitHub_Api_Version="2020-01-01").status == 400
        assert desk.ask("GET", "/user", Accept="text/html").status == 415

    def test_scopes_are_told_of_classic_tokens_only(self, desk: HubDesk) -> None:
        assert desk.ask("GET", "/user").headers["X-OAuth-Scopes"] == "admin:repo_hook, repo"
        fine = desk.as_("github_pat_sandbox_issues").ask("GET", "/user")
        assert "X-OAuth-Scopes" not in fine.headers
        assert fine.headers["GitHub-Authentication-Token-Expiration"].startswith("2026-12-24")

    def test_without_a_scope_what_is_private_is_not_there(self, desk: HubDesk) -> None:
        stranger = desk.as_("ghp_sandbox_no_scope")
        assert failed(stranger.ask("GET", f"{SHOP}/issues")) == (404, "Not Found")
        assert stranger.ask("GET", "/repos/octo-org/app/issues").status == 200
        assert stranger.ask("POST", "/repos/octo-org/app/issues", {"title": "x"}).status == 404

    def test_a_permission_that_is_missing_is_named(self, desk: HubDesk) -> None:
        answer = desk.as_("github_pat_sandbox_read_only").ask("POST", f"{SHOP}/issues", {"title": "x"})
        assert failed(answer) == (403, "Resource not accessible by personal access token")
        assert answer.headers["X-Accepted-GitHub-Permissions"] == "issues=write"

    def test_a_slash_at_the_end_leads_nowhere(self, desk: HubDesk) -> None:
        assert desk.ask("GET", f"{SHOP}/issues/").status == 404

    def test_a_former_name_leads_on(self, desk: HubDesk) -> None:
        desk.create()
        desk.vendor.work.repositories[0].former.add("octo-org/store")
        moved = desk.ask("GET", "/repos/octo-org/store/issues/1?x=1")
        assert (moved.status, moved.headers["Location"]) == (
            301,
            "https://api.github.com/repositories/501/issues/1?x=1",
        )
        assert desk.ask("PATCH", "/repos/octo-org/store/issues/1", {"title": "y"}).status == 307
        assert desk.json("GET", "/repositories/501/issues/1")["number"] == 1

    @pytest.mark.parametrize("secondary", [False, True])
    def test_a_limit_is_a_403_with_headers(self, desk: HubDesk, secondary: bool) -> None:
        desk.vendor.budget.limit, desk.vendor.secondary = 1, secondary
        assert desk.ask("GET", "/user").headers["X-RateLimit-Remaining"] == "0"
        answer = desk.ask("GET", "/user")
        assert answer.status == 403 and b"rate limit" in answer.body
        assert ("Retry-After" in answer.headers) is secondary
        assert ("X-RateLimit-Reset" in answer.headers) is not secondary


class TestReading:
    def test_only_what_is_open_unless_asked(self, desk: HubDesk) -> None:
        desk.create()
        desk.create()
        desk.json("PATCH", f"{SHOP}/issues/1", {"state": "closed"})
        assert desk.numbers("") == [2]
        assert desk.numbers("state=all") == [2, 1]
        assert desk.numbers("state=closed") == [1]
        assert fault(desk.ask("GET", f"{SHOP}/issues?state=done")) == (422, "state", "invalid")

    def test_pull_requests_come_along(self, desk: HubDesk) -> None:
        desk.vendor.writing.add(desk.vendor.work.repositories[0], {"title": "Mend"}, "triage-desk", "pulls")
        assert "pull_request" in desk.json("GET", f"{SHOP}/issues")[0]
        assert "pull_request" in desk.json("GET", f"{SHOP}/issues/1")

    def test_since_is_inclusive_and_by_the_second(self, desk: HubDesk) -> None:
        first = desk.create()
        desk.hands.move(5)
        desk.create()
        assert desk.numbers(f"since={first['updated_at']}&sort=updated&direction=asc") == [1, 2]
        assert desk.numbers("since=2026-03-31T18:36:27Z") == [2]
        assert desk.ask("GET", f"{SHOP}/issues?since=yesterday").status == 422

    def test_thirty_to_a_page_and_never_more_than_a_hundred(self, desk: HubDesk) -> None:
        for _ in range(130):
            desk.create()
        assert len(desk.numbers("")) == 30
        assert len(desk.numbers("per_page=1000")) == 100

    def test_a_cursor_is_not_misled_by_what_goes(self, desk: HubDesk) -> None:
        for _ in range(5):
            desk.create()
        first = desk.ask("GET", f"{SHOP}/issues?per_page=2&sort=created&direction=asc")
        link = first.headers["Link"]
        assert "https://api.github.com/repositories/501/issues?" in link and 'rel="next"' in link
        desk.vendor.store.bin(desk.vendor.store.records["501/1"], "administrator")
        following = link[1:].partition(">")[0].removeprefix("https://api.github.com")
        assert [it["number"] for it in desk.json("GET", following)] == [3, 4]
        assert failed(desk.ask("GET", f"{SHOP}/issues?page=101")) == (422, TOO_DEEP)

    def test_older_servers_count_pages(self, desk: HubDesk) -> None:
        desk.vendor.reading.cursors = False
        for _ in range(5):
            desk.create()
        link = desk.ask("GET", f"{SHOP}/issues?per_page=2&page=2").headers["Link"]
        assert all(f'rel="{it}"' in link for it in ("next", "last", "first", "prev")) and "after" not in link

    def test_what_was_deleted_and_what_is_switched_off_is_gone(self, desk: HubDesk) -> None:
        desk.create()
        desk.vendor.store.bin(desk.vendor.store.records["501/1"], "administrator")
        assert failed(desk.ask("GET", f"{SHOP}/issues/1")) == (410, "This issue was deleted")
        assert desk.numbers("state=all") == []
        desk.vendor.work.repositories[0].has_issues = False
        assert desk.ask("GET", f"{SHOP}/issues").status == 410

    def test_repositories_are_those_of_ones_own(self, desk: HubDesk) -> None:
        listed = desk.json("GET", "/user/repos?affiliation=owner,organization_member")
        assert [it["full_name"] for it in listed] == ["octo-org/shop", "octo-org/app"]
        assert listed[0]["permissions"]["push"] and not listed[0]["permissions"]["admin"]
        assert desk.ask("GET", "/user/repos?affiliation=owner&type=all").status == 422


class TestWriting:
    def test_a_title_is_all_that_it_takes(self, desk: HubDesk) -> None:
        assert fault(desk.ask("POST", f"{SHOP}/issues", {})) == (422, "title", "missing_field")
        answer = desk.ask("POST", f"{SHOP}/issues", {"title": "x", "priority": 1})
        assert answer.status == 201 and answer.headers["Location"].endswith("/issues/1")
        assert "priority" not in json.loads(answer.body)
        assert desk.ask("POST", f"{SHOP}/issues", b"{").status == 400

    def test_who_may_not_push_has_labels_dropped(self, desk: HubDesk) -> None:
        desk.vendor.work.repositories[1].roles = {}
        given = {"title": "x", "labels": ["bug"], "assignees": ["triage-desk"]}
        made = desk.json("POST", "/repos/octo-org/app/issues", given)
        assert (made["labels"], made["assignees"]) == ([], [])

    def test_labels_replace_and_are_made_as_needed(self, desk: HubDesk) -> None:
        desk.create(labels=["bug"])
        changed = desk.json("PATCH", f"{SHOP}/issues/1", {"labels": ["BUG", "new"]})
        assert [it["name"] for it in changed["labels"]] == ["bug", "new"]

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"assignees": ["nobody"]}, "assignees"),
            ({"milestone": 7}, "milestone"),
            ({"state": "done"}, "state"),
            ({"state_reason": "bored"}, "state_reason"),
            ({"type": "Epic"}, "type"),
            ({"title": ""}, "title"),
            ({"body": "x" * 65_537}, "body"),
        ],
    )
    def test_what_can_not_be_is_refused(self, desk: HubDesk, given: dict[str, object], field: str) -> None:
        desk.create()
        assert fault(desk.ask("PATCH", f"{SHOP}/issues/1", given))[:2] == (422, field)

    def test_of_more_than_ten_people_the_first(self, desk: HubDesk) -> None:
        desk.vendor.work.repositories[0].roles = {f"p{it}": "push" for it in range(12)} | {
            "syncline-bot": "push"
        }
        assert len(desk.create(assignees=[f"p{it}" for it in range(12)])["assignees"]) == 10

    def test_a_reason_counts_with_its_state_alone(self, desk: HubDesk) -> None:
        desk.create()
        assert desk.json("PATCH", f"{SHOP}/issues/1", {"state_reason": "not_planned"})["state_reason"] is None
        ended = {"state": "closed", "state_reason": "not_planned"}
        assert desk.json("PATCH", f"{SHOP}/issues/1", ended)["state_reason"] == "not_planned"
        again = desk.json("PATCH", f"{SHOP}/issues/1", {"state": "open"})
        assert (again["state_reason"], again["closed_at"]) == ("reopened", None)

    def test_what_is_archived_is_read_only(self, desk: HubDesk) -> None:
        desk.vendor.work.repositories[0].archived = True
        assert desk.ask("POST", f"{SHOP}/issues", {"title": "x"}).status == 403
        assert desk.ask("GET", f"{SHOP}/issues").status == 200

    def test_a_comment_moves_the_issue(self, desk: HubDesk) -> None:
        made = desk.create()
        desk.hands.move(5)
        assert fault(desk.ask("POST", f"{SHOP}/issues/1/comments", {"body": " "}))[0] == 422
        note = desk.json("POST", f"{SHOP}/issues/1/comments", {"body": "Again"})
        assert note["issue_url"].endswith("/repos/octo-org/shop/issues/1")
        now = desk.json("GET", f"{SHOP}/issues/1")
        assert now["comments"] == 1 and now["updated_at"] > made["updated_at"]

    def test_a_sub_issue_has_one_parent_and_goes_by_its_id(self, desk: HubDesk) -> None:
        parent, child, other = desk.create(), desk.create(), desk.create()
        where = f"{SHOP}/issues/{parent['number']}/sub_issues"
        assert desk.ask("POST", where, {"sub_issue_id": child["number"]}).status == 404
        assert desk.ask("POST", where, {"sub_issue_id": str(child["id"])}).status == 422
        assert desk.ask("POST", where, {"sub_issue_id": child["id"]}).status == 201
        assert desk.ask("POST", where, {"sub_issue_id": child["id"]}).status == 422
        elsewhere = f"{SHOP}/issues/{other['number']}/sub_issues"
        assert desk.ask("POST", elsewhere, {"sub_issue_id": child["id"]}).status == 422
        back = f"{SHOP}/issues/{child['number']}/sub_issues"
        assert desk.ask("POST", back, {"sub_issue_id": parent["id"]}).status == 422
        assert desk.json("GET", f"{SHOP}/issues/{child['number']}/parent")["id"] == parent["id"]
        assert desk.ask("GET", f"{SHOP}/issues/{other['number']}/parent").status == 404


class TestSearching:
    def test_phrases_within_a_place(self, desk: HubDesk) -> None:
        desk.create("O'Brien pays", body="<!-- syncline:sl-abc -->")
        assert desk.found('"o brien"+in:title+is:issue+user:octo-org') == [1]
        assert desk.found('"sl-abc"+in:body+is:issue') == [1]
        assert desk.found('"sl-abc"+in:title+is:issue') == []
        assert desk.found('"pays o"+is:issue') == []

    def test_it_wants_to_know_what_of(self, desk: HubDesk) -> None:
        assert desk.ask("GET", "/search/issues?q=blank").status == 422
        assert desk.ask("GET", "/search/issues?q=").status == 422
        assert desk.ask("GET", "/search/issues?q=x+is:issue+user:nobody").status == 422
        assert desk.ask("GET", f"/search/issues?q={'x' * 300}+is:issue").status == 422


class TestHooks:
    def test_only_who_administers_makes_one(self, desk: HubDesk) -> None:
        assert desk.ask("POST", f"{SHOP}/hooks", HOOK).status == 404
        fine = desk.as_("github_pat_sandbox_issues").ask("GET", f"{SHOP}/hooks")
        assert fine.headers["X-Accepted-GitHub-Permissions"] == "repository_hooks=write"

    def test_what_is_posted_is_signed(self, desk: HubDesk) -> None:
        admin = desk.as_("ghp_sandbox_administrator")
        made = admin.json("POST", f"{SHOP}/hooks", HOOK)
        assert made["config"]["secret"] == "********"
        assert fault(admin.ask("POST", f"{SHOP}/hooks", HOOK))[2] == "custom"
        desk.create()
        ping, opened = desk.vendor.deliveries.take_due(desk.vendor.clock.now())
        assert [it.headers["X-GitHub-Event"] for it in (ping, opened)] == ["ping", "issues"]
        assert json.loads(opened.body)["action"] == "opened"
        signed = hmac.new(b"s", opened.body, hashlib.sha256).hexdigest()
        assert opened.headers["X-Hub-Signature-256"] == f"sha256={signed}"
        assert admin.ask("DELETE", f"{SHOP}/hooks/{made['id']}").status == 204

    def test_one_without_an_address_is_refused(self, desk: HubDesk) -> None:
        admin = desk.as_("ghp_sandbox_administrator")
        assert admin.ask("POST", f"{SHOP}/hooks", {"config": {}}).status == 422
        wrong = {**HOOK, "events": ["weather"]}
        assert admin.ask("POST", f"{SHOP}/hooks", wrong).status == 422


class TestTheDemo:
    def test_the_same_seed_gives_the_same(self) -> None:
        one, two = HubDesk().hands, HubDesk().hands
        first, second = hub(3, now=one), hub(3, now=two)
        told = [
            [(it.id, it.latest.at, dict(it.values)) for it in made.store.records.values()]
            for made in (first, second)
        ]
        assert (
            told[0] == told[1]
            and len([it for it in first.store.records.values() if it.stream == "issues"]) == 60
        )

    def test_people_may_edit_what_is_there(self) -> None:
        made = hub(count=9, now=HubDesk().hands)
        stored = next(iter(made.store.records.values()))
        given = {it.name: "" if it.adds else stored.values.get(it.name) for it in made.boxes(stored)}
        made.edit(stored.id, {**given, "title": "Anew", "milestone": "", "comment": "Seen"}, made.people[0])
        assert made.headline(stored) == "Anew" and stored.values["milestone"] is None
        assert made.create("issues", {"title": "New"}, "triage-desk").values["state"] == "open"
