"""ServiceNow: what it lets in, how it answers, and what it refuses or passes over, each by an example of the reference."""

import json

import pytest

from sandbox.desk import InstanceDesk, failed

TABLE = "/api/now/table/incident"


@pytest.fixture
def desk() -> InstanceDesk:
    return InstanceDesk()


class TestWhoIsLetIn:
    @pytest.mark.parametrize(
        ("name", "password"),
        [
            ("sync.account", "wrong"),
            ("nobody", "x"),
            ("retired", "sandbox-retired-password"),
            ("service.desk", ""),
        ],
    )
    def test_others_get_a_401(self, desk: InstanceDesk, name: str, password: str) -> None:
        answer = desk.as_(name, password).ask("GET", TABLE)
        assert failed(answer) == (401, "User Not Authenticated")
        assert answer.headers["WWW-Authenticate"] == 'Basic realm="Service-now"'

    def test_a_good_answer_says_so(self, desk: InstanceDesk) -> None:
        assert desk.ask("GET", TABLE).headers["X-Is-Logged-In"] == "true"

    @pytest.mark.parametrize("table", ["incident", "sys_dictionary", "sys_choice", "sys_audit_delete"])
    def test_reading_needs_a_role(self, desk: InstanceDesk, table: str) -> None:
        stranger = desk.as_("no.rights", "sandbox-no-rights-password")
        assert failed(stranger.ask("GET", f"/api/now/table/{table}")) == (403, "User Not Authorized")

    def test_rules_of_rows_leave_them_out_without_a_word(self, desk: InstanceDesk) -> None:
        id = desk.create()["sys_id"]
        desk.vendor.tables.refuses_without_role = False
        stranger = desk.as_("no.rights", "sandbox-no-rights-password")
        answer = stranger.ask("GET", TABLE)
        assert (json.loads(answer.body), answer.headers["X-Total-Count"]) == ({"result": []}, "1")
        assert failed(stranger.ask("GET", f"{TABLE}/{id}")) == (404, "No Record found")

    def test_audits_need_an_administrator(self, desk: InstanceDesk) -> None:
        assert desk.ask("GET", "/api/now/table/sys_audit_delete").status == 403
        admin = desk.as_("admin", "sandbox-admin-password")
        assert admin.ask("GET", "/api/now/table/sys_audit_delete").status == 200

    def test_the_check_of_the_reference_finds_the_caller(self, desk: InstanceDesk) -> None:
        found = desk.rows(
            "user_name=javascript:gs.getUserName()", "sys_user", fields="user_name,time_zone", limit=1
        )
        assert found == [{"user_name": "sync.account", "time_zone": "GMT"}]

    def test_an_unknown_table_is_refused(self, desk: InstanceDesk) -> None:
        assert failed(desk.ask("GET", "/api/now/table/nothing")) == (400, "Invalid table nothing")

    def test_only_json_is_spoken(self, desk: InstanceDesk) -> None:
        assert desk.ask("GET", TABLE, Accept="text/csv").status == 406
        assert desk.ask("POST", TABLE, b"a=b", Content_Type="text/plain").status == 415


class TestReading:
    def test_all_values_are_text(self, desk: InstanceDesk) -> None:
        made = desk.create(impact=2, active=True)
        assert (made["impact"], made["active"], made["close_notes"]) == ("2", "true", "")
        assert made["sys_updated_on"] == "2026-03-31 18:36:26"

    def test_references_have_a_link_unless_it_is_not_wanted(self, desk: InstanceDesk) -> None:
        user = desk.rows("user_name=service.desk", "sys_user")[0]["sys_id"]
        made = desk.create(assigned_to=user)
        link = f"https://sandbox.service-now.com/api/now/table/sys_user/{user}"
        assert made["assigned_to"] == {"link": link, "value": user}
        assert made["caller_id"] == ""
        one = desk.rows(f"sys_id={made['sys_id']}", exclude_reference_link="true")[0]
        assert one["assigned_to"] == user
        shown = desk.rows(display_value="true", fields="assigned_to,state,assigned_to.email")[0]
        assert shown["assigned_to"] == {"display_value": "Service desk", "link": link}
        assert (shown["state"], shown["assigned_to.email"]) == ("New", "service.desk@contoso.example")
        both = desk.rows(display_value="all", fields="assigned_to")[0]["assigned_to"]
        assert both == {"display_value": "Service desk", "value": user, "link": link}

    def test_times_are_shown_in_the_callers_zone(self, desk: InstanceDesk) -> None:
        desk.create()
        pacific = desk.as_("pacific", "sandbox-pacific-password")
        assert pacific.rows(fields="sys_updated_on")[0]["sys_updated_on"] == "2026-03-31 18:36:26"
        shown = pacific.rows(fields="sys_updated_on", display_value="true")[0]
        assert shown["sys_updated_on"] == "2026-03-31 11:36:26"

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("sys_updated_on>=2026-03-31 18:36:26", 1),
            ("sys_updated_on>=javascript:gs.dateGenerate('2026-03-31','11:36:26')", 1),
            ("sys_updated_on>=javascript:gs.dateGenerate('2026-03-31','18:36:26')", 0),
        ],
    )
    def test_plain_times_are_utc_and_scripts_are_not(
        self, desk: InstanceDesk, query: str, count: int
    ) -> None:
        desk.create()
        assert len(desk.as_("pacific", "sandbox-pacific-password").rows(query)) == count

    def test_pages(self, desk: InstanceDesk) -> None:
        for number in range(5):
            desk.create(short_description=str(number))
        answer = desk.ask("GET", f"{TABLE}?sysparm_limit=2&sysparm_offset=2&sysparm_fields=number")
        assert answer.headers["X-Total-Count"] == "5"
        rels = {it.partition('rel="')[2].strip('"'): it for it in answer.headers["Link"].split(",")}
        assert set(rels) == {"first", "prev", "next", "last"}
        assert "sysparm_offset=4" in rels["next"]
        assert "sysparm_fields=number" in rels["next"]
        last = desk.ask("GET", f"{TABLE}?sysparm_limit=2&sysparm_offset=4")
        assert 'rel="next"' not in last.headers["Link"]
        even = desk.ask("GET", f"{TABLE}?sysparm_limit=5")
        assert 'rel="next"' not in even.headers["Link"], "a full page may be the last"
        bare = desk.ask("GET", f"{TABLE}?sysparm_no_count=true&sysparm_suppress_pagination_header=true")
        assert not {"X-Total-Count", "Link"} & set(bare.headers)

    def test_rights_make_pages_short_and_the_total_wrong(self, desk: InstanceDesk) -> None:
        bank = desk.rows("name=Woodgrove Bank", "core_company")[0]["sys_id"]
        hidden, _ = (desk.create(company=bank)["sys_id"] for _ in range(2))
        desk.create(description="for all to see")
        pacific = desk.as_("pacific", "sandbox-pacific-password")
        answer = pacific.ask("GET", f"{TABLE}?sysparm_limit=2")
        assert json.loads(answer.body)["result"] == []
        assert answer.headers["X-Total-Count"] == "3"
        assert 'rel="next"' in answer.headers["Link"]
        assert failed(pacific.ask("GET", f"{TABLE}/{hidden}")) == (404, "No Record found")
        assert "description" not in pacific.rows()[0], "a column that may not be read is left out"

    def test_an_invalid_clause_is_dropped(self, desk: InstanceDesk) -> None:
        desk.create()
        assert len(desk.rows("nothing=1")) == 1
        assert desk.rows("number=x^nothing=1") == []
        assert "nothing" not in desk.rows(fields="number,nothing")[0]
        desk.vendor.tables.invalid_query_returns_nothing = True
        assert desk.rows("nothing=1") == []

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("short_description=one", 1),
            ("short_description=ONE^impact=1", 1),
            ("short_description=one^impact=2", 0),
            ("short_description=one^ORshort_description=two", 2),
            ("impact=1^short_description=one^ORshort_description=two", 1),
            ("impact=2^NQshort_description=one", 2),
            ("short_descriptionINone,two", 2),
            ("short_descriptionSTARTSWITHt", 1),
            ("short_descriptionLIKEwo", 1),
            ("short_description!=one", 2),
            ("correlation_idISEMPTY", 3),
            ("correlation_idISNOTEMPTY", 0),
            ("impact>1", 2),
            ("short_description=a^^b", 1),
            ("company.name=Contoso", 1),
        ],
    )
    def test_queries(self, desk: InstanceDesk, query: str, count: int) -> None:
        company = desk.rows("name=Contoso", "core_company")[0]["sys_id"]
        desk.create(short_description="one", impact=1, company=company)
        desk.create(short_description="two", impact=2)
        desk.create(short_description="a^b", impact=3)
        assert len(desk.rows(query)) == count

    def test_order(self, desk: InstanceDesk) -> None:
        for text in ("b", "c", "a"):
            desk.create(short_description=text)

        def shown(query: str) -> list[str]:
            return [it["short_description"] for it in desk.rows(query)]

        assert shown("ORDERBYshort_description") == ["a", "b", "c"]
        assert shown("impact=3^ORDERBYDESCshort_description") == ["c", "b", "a"]

    def test_a_parent_returns_its_children(self, desk: InstanceDesk) -> None:
        desk.create()
        desk.create("problem")
        assert {it["sys_class_name"] for it in desk.rows(table="task")} == {"incident", "problem"}

    def test_the_dictionary_knows_where_a_column_is(self, desk: InstanceDesk) -> None:
        found = desk.rows("nameINtask,incident^element=close_code^ORelement=state", "sys_dictionary")
        assert {(it["name"], it["element"]) for it in found} == {
            ("incident", "close_code"),
            ("task", "state"),
        }
        labels = [it["label"] for it in desk.rows("name=task^element=state^ORDERBYsequence", "sys_choice")]
        assert labels == ["New", "In Progress", "On Hold", "Resolved", "Closed", "Canceled"]

    def test_a_search_may_lag(self, desk: InstanceDesk) -> None:
        desk.vendor.store.lag = desk.vendor.granularity * 5
        made = desk.create()
        assert desk.rows() == []
        assert desk.ask("GET", f"{TABLE}/{made['sys_id']}").status == 200
        desk.hands.move(5)
        assert len(desk.rows()) == 1


class TestWriting:
    def test_statuses(self, desk: InstanceDesk) -> None:
        answer = desk.ask("POST", TABLE, {"short_description": "x"})
        id = json.loads(answer.body)["result"]["sys_id"]
        assert answer.status == 201
        assert answer.headers["Location"].endswith(f"{TABLE}/{id}")
        assert desk.patch(id, urgency="1").status == 200
        assert desk.ask("PUT", f"{TABLE}/{id}", {"impact": "1"}).status == 200
        assert desk.ask("DELETE", f"{TABLE}/{id}").status == 204
        assert failed(desk.ask("GET", f"{TABLE}/{id}")) == (404, "No Record found")

    def test_only_the_first_of_several_is_taken(self, desk: InstanceDesk) -> None:
        assert desk.ask("POST", TABLE, [{"short_description": "a"}, {"short_description": "b"}]).status == 201
        assert [it["short_description"] for it in desk.rows()] == ["a"]

    def test_an_unknown_column_is_passed_over_and_an_unknown_choice_is_kept(self, desk: InstanceDesk) -> None:
        made = desk.create(nothing="x", category="nonsense", sys_id="x", sys_mod_count="9")
        assert "nothing" not in made
        assert (made["category"], made["sys_mod_count"]) == ("nonsense", "0")

    def test_each_update_counts_though_the_second_is_the_same(self, desk: InstanceDesk) -> None:
        id = desk.create()["sys_id"]
        one, two = (json.loads(desk.patch(id, urgency=it).body)["result"] for it in ("1", "2"))
        assert one["sys_updated_on"] == two["sys_updated_on"]
        assert (one["sys_mod_count"], two["sys_mod_count"]) == ("1", "2")
        assert json.loads(desk.patch(id, urgency="2").body)["result"]["sys_mod_count"] == "2"

    def test_priority_is_computed(self, desk: InstanceDesk) -> None:
        assert desk.create(impact="1", urgency="2", priority="5")["priority"] == "2"

    @pytest.mark.parametrize(
        ("values", "status"),
        [
            ({"state": "6"}, 403),
            ({"state": "6", "close_code": "Duplicate"}, 403),
            ({"state": "6", "close_code": "Duplicate", "close_notes": "done"}, 200),
            ({"state": "3"}, 403),
            ({"state": "3", "hold_reason": "1"}, 200),
        ],
    )
    def test_data_policies_hold(self, desk: InstanceDesk, values: dict[str, str], status: int) -> None:
        answer = desk.patch(desk.create()["sys_id"], **values)
        assert answer.status == status
        if status == 403:
            assert failed(answer) == (403, "Operation Failed")

    def test_a_change_goes_step_by_step(self, desk: InstanceDesk) -> None:
        id = desk.create("change_request")["sys_id"]
        target = f"/api/now/table/change_request/{id}"
        assert desk.ask("PATCH", target, {"state": "-2"}).status == 403
        assert desk.ask("PATCH", target, {"state": "-4"}).status == 200
        assert desk.ask("PATCH", target, {"state": "4"}).status == 200

    def test_labels_may_be_written_if_that_is_said(self, desk: InstanceDesk) -> None:
        made = desk.create()
        target = f"{TABLE}/{made['sys_id']}?sysparm_input_display_value=true"
        given = {"state": "In Progress", "assigned_to": "Service desk"}
        changed = desk.json("PATCH", target, given)["result"]
        assert changed["state"] == "2"
        assert changed["assigned_to"]["value"] == desk.rows("user_name=service.desk", "sys_user")[0]["sys_id"]

    def test_an_answer_may_be_small(self, desk: InstanceDesk) -> None:
        assert desk.ask("POST", TABLE, {}, X_no_response_body="true").body == b""
        small = desk.json("POST", f"{TABLE}?sysparm_fields=sys_id", {})["result"]
        assert set(small) == {"sys_id"}

    def test_notes_are_an_update_and_are_read_elsewhere(self, desk: InstanceDesk) -> None:
        closed = {"state": "7", "close_code": "Duplicate", "close_notes": "done"}
        id = desk.create(**closed)["sys_id"]
        noted = json.loads(desk.patch(id, work_notes="internal").body)["result"]
        assert (noted["work_notes"], noted["sys_mod_count"]) == ("", "1")
        entries = desk.rows(f"element_id={id}", "sys_journal_field")
        assert [(it["element"], it["value"], it["sys_created_by"]) for it in entries] == [
            ("work_notes", "internal", "sync.account")
        ]
        shown = desk.rows(f"sys_id={id}", display_value="true", fields="work_notes")[0]["work_notes"]
        assert shown.startswith("2026-03-31 18:36:26 - Syncline Account (Work notes)\ninternal")
        assert desk.ask("DELETE", f"/api/now/table/sys_journal_field/{entries[0]['sys_id']}").status == 403

    def test_a_delete_leaves_a_trace_for_administrators(self, desk: InstanceDesk) -> None:
        id = desk.create()["sys_id"]
        desk.ask("DELETE", f"{TABLE}/{id}")
        traces = desk.as_("admin", "sandbox-admin-password").rows(table="sys_audit_delete")
        assert [(it["tablename"], it["documentkey"]) for it in traces] == [("incident", id)]
