"""ServiceNow beside its tables: tokens, attachments, batches, counts, limits and what an administrator installs."""

import base64
import hashlib
import json
from typing import Any

import pytest

from sandbox.desk import InstanceDesk, failed
from syncline_sandbox.servicenow.tokens import REDIRECTS

TABLE = "/api/now/table/incident"
TOKEN = "/oauth_token.do"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def desk() -> InstanceDesk:
    return InstanceDesk()


class TestTokens:
    def token(self, desk: InstanceDesk, **form: str) -> Any:
        given = {"client_id": "sandbox-client", "client_secret": "sandbox-client-secret", **form}
        body = "&".join(f"{name}={value}" for name, value in given.items()).encode()
        answer = desk.ask("POST", TOKEN, body, Content_Type=FORM)
        return answer.status, json.loads(answer.body)

    def with_password(self, desk: InstanceDesk) -> Any:
        status, body = self.token(
            desk, grant_type="password", username="sync.account", password="sandbox-password"
        )
        assert status == 200
        return body

    def test_a_token_opens_the_door_until_it_ends(self, desk: InstanceDesk) -> None:
        body = self.with_password(desk)
        assert (body["token_type"], body["expires_in"]) == ("Bearer", 1799)
        bearer = f"Bearer {body['access_token']}"
        assert desk.ask("GET", TABLE, Authorization=bearer).status == 200
        desk.hands.move(1801)
        assert desk.ask("GET", TABLE, Authorization=bearer).status == 401

    def test_asking_again_gives_the_same_with_what_is_left(self, desk: InstanceDesk) -> None:
        first = self.with_password(desk)
        desk.hands.move(1700)
        second = self.with_password(desk)
        assert second["access_token"] == first["access_token"]
        assert second["expires_in"] == 99

    def test_the_refresh_token_stays(self, desk: InstanceDesk) -> None:
        first = self.with_password(desk)
        desk.hands.move(1801)
        status, second = self.token(desk, grant_type="refresh_token", refresh_token=first["refresh_token"])
        assert status == 200
        assert second["refresh_token"] == first["refresh_token"]
        assert second["access_token"] != first["access_token"]

    def test_json_and_parameters_in_the_address_do_not_count(self, desk: InstanceDesk) -> None:
        form = {"grant_type": "password", "client_id": "sandbox-client"}
        assert desk.ask("POST", TOKEN, form).status == 401
        assert desk.ask("POST", f"{TOKEN}?client_id=sandbox-client", b"", Content_Type=FORM).status == 401

    def test_the_account_has_to_be_active(self, desk: InstanceDesk) -> None:
        status, _ = self.token(
            desk, grant_type="password", username="retired", password="sandbox-retired-password"
        )
        assert status == 401

    def test_an_unknown_address_gives_way_to_the_first(self, desk: InstanceDesk) -> None:
        target = "/oauth_auth.do?response_type=code&client_id=sandbox-client&redirect_uri=https://x.example&state=s"
        location = desk.ask("GET", target).headers["Location"]
        assert location.startswith(f"{REDIRECTS[0]}?code=")
        code = location.partition("code=")[2].partition("&")[0]
        assert self.token(desk, grant_type="authorization_code", code=code)[0] == 200
        assert self.token(desk, grant_type="authorization_code", code=code)[0] == 401, "a code is for once"


class TestNeighbours:
    def test_attachments(self, desk: InstanceDesk) -> None:
        id = desk.create()["sys_id"]
        target = f"/api/now/attachment/file?table_name=incident&table_sys_id={id}&file_name=a.txt"
        made = desk.ask("POST", target, b"hello", Content_Type="text/plain")
        assert made.status == 201
        shown = json.loads(made.body)["result"]
        assert (shown["size_bytes"], shown["state"]) == ("5", "available")
        assert shown["hash"] == hashlib.sha256(b"hello").hexdigest()
        query = f"/api/now/attachment?sysparm_query=table_name=incident^table_sys_id={id}"
        assert [it["sys_id"] for it in desk.json("GET", query)["result"]] == [shown["sys_id"]]
        content = desk.ask("GET", f"/api/now/attachment/{shown['sys_id']}/file")
        assert (content.body, content.headers["Content-Type"]) == (b"hello", "text/plain")
        assert desk.rows(f"sys_id={id}")[0]["sys_mod_count"] == "0", "the record does not move"

    @pytest.mark.parametrize(("name", "status"), [("a.exe", 403), ("", 400)])
    def test_attachments_that_are_refused(self, desk: InstanceDesk, name: str, status: int) -> None:
        target = f"/api/now/attachment/file?table_name=incident&table_sys_id={desk.create()['sys_id']}&file_name={name}"
        assert desk.ask("POST", target, b"x", Content_Type="text/plain").status == status

    def test_a_form_has_the_file_last(self, desk: InstanceDesk) -> None:
        id = desk.create()["sys_id"]
        parts = [("table_name", "incident"), ("table_sys_id", id)]
        text = "".join(f'--b\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in parts)
        file = '--b\r\nContent-Disposition: form-data; name="f"; filename="p.png"\r\nContent-Type: image/png\r\n\r\nPNG\r\n'
        kind = "multipart/form-data; boundary=b"
        target = "/api/now/attachment/upload"
        good = desk.ask("POST", target, f"{text}{file}--b--\r\n".encode(), Content_Type=kind)
        assert json.loads(good.body)["result"]["file_name"] == "p.png"
        early = desk.ask("POST", target, f"{file}{text}--b--\r\n".encode(), Content_Type=kind)
        assert failed(early)[0] == 400

    def batch(self, desk: InstanceDesk, count: int) -> Any:
        requests = [
            {
                "id": str(number),
                "method": "POST",
                "url": "/api/now/table/incident",
                "headers": [{"name": "Content-Type", "value": "application/json"}],
                "body": base64.b64encode(b'{"short_description": "of a batch"}').decode(),
            }
            for number in range(count)
        ]
        return desk.json("POST", "/api/now/v1/batch", {"batch_request_id": "1", "rest_requests": requests})

    def test_tasks_are_related_as_often_as_somebody_says_so(self, desk: InstanceDesk) -> None:
        """Also to nothing, and nothing of it moves a task."""
        one, two = desk.create()["sys_id"], desk.create("problem")["sys_id"]
        for other in (two, two, "0" * 32):
            body = {"parent": one, "child": other}
            assert desk.ask("POST", "/api/now/table/task_rel_task", body).status == 201
        assert len(desk.rows(f"parent={one}^NQchild={one}", "task_rel_task")) == 3
        assert [it["sys_mod_count"] for it in desk.rows(f"sys_idIN{one},{two}", "task")] == ["0", "0"]

    def test_batches(self, desk: InstanceDesk) -> None:
        desk.vendor.budget.limit = 1
        answer = self.batch(desk, 2)
        assert [it["status_code"] for it in answer["serviced_requests"]] == [201, 201]
        body = json.loads(base64.b64decode(answer["serviced_requests"][0]["body"]))
        assert body["result"]["short_description"] == "of a batch"

    def test_what_does_not_fit_comes_back_unserved(self, desk: InstanceDesk) -> None:
        desk.vendor.batches.largest_out = 100
        assert self.batch(desk, 3)["unserviced_requests"] == ["1", "2"]
        assert len(desk.rows()) == 1

    def test_counting(self, desk: InstanceDesk) -> None:
        desk.create()
        stats = desk.json("GET", "/api/now/stats/incident?sysparm_count=true")
        assert stats["result"]["stats"]["count"] == "1"

    def test_the_limit_speaks_the_vendors_way(self, desk: InstanceDesk) -> None:
        desk.vendor.budget.limit = 1
        assert desk.ask("GET", TABLE).headers["X-RateLimit-Limit"] == "1"
        over = desk.ask("GET", TABLE)
        assert failed(over) == (429, "Rate limit exceeded")
        assert "1 requests per hour" in json.loads(over.body)["error"]["detail"]
        assert over.headers["Retry-After"] == "3600"
        desk.hands.move(3600)
        assert desk.ask("GET", TABLE).status == 200

    def test_a_business_rule_tells_what_to_read_again(self, desk: InstanceDesk) -> None:
        desk.vendor.push("incident", "http://127.0.0.1:1/hook", "token")
        id = desk.create()["sys_id"]
        desk.patch(id, urgency="1")
        desk.ask("DELETE", f"{TABLE}/{id}")
        sent = desk.vendor.deliveries.take_due(desk.vendor.clock.now())
        bodies = [json.loads(it.body) for it in sent]
        assert [(it["operation"], it["sys_mod_count"]) for it in bodies] == [
            ("insert", "0"),
            ("update", "1"),
            ("delete", "1"),
        ]
        assert sent[0].headers["X-Syncline-Token"] == "token"

    def test_files_follow_their_records_rights(self, desk: InstanceDesk) -> None:
        target = (
            f"/api/now/attachment/file?table_name=incident&table_sys_id={desk.create()['sys_id']}&file_name=a"
        )
        made = json.loads(desk.ask("POST", target, b"x", Content_Type="text/plain").body)["result"]["sys_id"]
        stranger = desk.as_("no.rights", "sandbox-no-rights-password")
        assert stranger.ask("POST", target, b"x", Content_Type="text/plain").status == 403
        one = f"/api/now/attachment/{made}"
        assert stranger.ask("DELETE", one).status == 403
        assert desk.json("GET", one)["result"]["file_name"] == "a"
        assert desk.ask("DELETE", one).status == 204
        assert desk.ask("GET", one).status == 404

    @pytest.mark.parametrize(
        ("table", "id", "status"), [("nothing", "x", 400), ("incident", "x", 404), ("problem", "", 404)]
    )
    def test_a_file_needs_a_record(self, desk: InstanceDesk, table: str, id: str, status: int) -> None:
        target = f"/api/now/attachment/file?table_name={table}&table_sys_id={id}&file_name=a"
        assert desk.ask("POST", target, b"x", Content_Type="text/plain").status == status

    @pytest.mark.parametrize(
        ("method", "target", "body", "status"),
        [
            ("POST", TABLE, b"{", 400),
            ("POST", TABLE, "text", 400),
            ("PATCH", TABLE, {}, 405),
            ("GET", "/api/now/nothing", None, 400),
            ("POST", "/api/now/v1/batch", {"rest_requests": []}, 400),
            ("GET", f"{TABLE}?sysparm_query=number={'x' * 9000}", None, 414),
            ("GET", f"{TABLE}?sysparm_query=number=javascript:gs.beginningOfLastWeek()", None, 400),
        ],
    )
    def test_malformed_requests(
        self, desk: InstanceDesk, method: str, target: str, body: Any, status: int
    ) -> None:
        assert failed(desk.ask(method, target, body))[0] == status

    def test_revoked_and_unavailable(self, desk: InstanceDesk) -> None:
        assert desk.vendor.unavailable().status == 503
        desk.vendor.revoked.add("sync.account")
        assert desk.ask("GET", TABLE).status == 401

    def test_edits_of_people_follow_the_same_rules(self, desk: InstanceDesk) -> None:
        id = desk.create()["sys_id"]
        desk.vendor.edit(id, {"urgency": "1", "comments": "hello"}, "service.desk")
        row = desk.rows(f"sys_id={id}")[0]
        assert (row["urgency"], row["priority"], row["sys_updated_by"]) == ("1", "3", "service.desk")
        assert len(desk.rows(f"element_id={id}", "sys_journal_field")) == 1
