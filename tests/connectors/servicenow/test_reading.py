"""ServiceNow: the requests made are those of the vendor's reference, and what it answers is not taken on trust."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.servicenow.answers import (
    DICTIONARY,
    INCIDENTS,
    JOURNAL,
    MARKER,
    ONE,
    OVERRIDES,
    RAW,
    ROLES,
    SINCE,
    TREE,
    TWO,
    USERS,
    row,
    rows,
    world,
)
from connectors.standin import StandIn, Told
from syncline_common import errors
from syncline_common.connectors.servicenow import CONNECTOR
from syncline_common.connectors.servicenow.reader import ServiceNowReader
from syncline_common.schemas.connector import RepeatClass
from syncline_common.schemas.records import Feed, RecordRef
from syncline_common.sdk.answers import PageInstead
from syncline_common.sdk.learnt import Learnt
from syncline_common.sdk.ports import NOT_CHECKED


class TestChecking:
    def answers(self, **more: Any) -> dict[str, Any]:
        newest = {"sys_id": ONE, "sys_updated_on": "2026-07-14 00:28:44"}
        return {
            INCIDENTS: [rows({"sys_id": ONE}), rows(newest), rows({"sys_id": ONE})],
            USERS: rows({"sys_id": TWO, "user_name": "syncline", "time_zone": "GMT"}),
            ROLES: rows({"role.name": "itil"}),
            **more,
        }

    async def test_reads_a_row_and_the_users_roles_and_writes_nothing(self) -> None:
        out = StandIn(self.answers())
        survey = await ServiceNowReader(out).survey()
        assert (survey.identity, survey.can_write, survey.findings) == ("syncline", True, ())
        assert {it.method for it in out.asked} == {"GET"}
        assert out.asked[1].params["sysparm_query"] == "user_name=javascript:gs.getUserName()"
        assert out.asked[-1].params["sysparm_query"] == f"sys_updated_on=2026-07-14 00:28:44^sys_id={ONE}"

    async def test_without_a_role_to_write_with(self) -> None:
        with pytest.raises(errors.PermissionMissing, match="itil"):
            await ServiceNowReader(
                StandIn(self.answers(**{ROLES: rows({"role.name": "snc_read_only"})}))
            ).check()

    async def test_who_sees_none_of_the_rows_that_there_are_can_not_read(self) -> None:
        out = StandIn(self.answers(**{INCIDENTS: [rows(total=3), rows(total=3)]}))
        with pytest.raises(errors.PermissionMissing, match="none of the incidents"):
            await ServiceNowReader(out).check()

    async def test_one_row_that_is_hidden_proves_nothing(self) -> None:
        newest = {"sys_id": ONE, "sys_updated_on": "2026-07-14 00:28:44"}
        some = [rows(total=3), rows(newest, total=3), rows(newest), rows(newest)]
        assert (await ServiceNowReader(StandIn(self.answers(**{INCIDENTS: some}))).survey()).findings == ()

    async def test_what_can_not_be_known_is_said(self) -> None:
        out = StandIn(self.answers(**{ROLES: Told(status=403), USERS: rows()}))
        survey = await ServiceNowReader(out).survey()
        assert survey.can_write is None
        assert any("Roles" in it for it in survey.findings) and any(
            "sys_user" in it for it in survey.findings
        )

    async def test_a_time_zone_other_than_gmt_is_told(self) -> None:
        out = StandIn(self.answers(**{USERS: rows({"user_name": "s", "time_zone": "US/Pacific"})}))
        assert "US/Pacific" in (await ServiceNowReader(out).survey()).findings[0]

    async def test_times_that_are_read_in_another_zone_are_told(self) -> None:
        newest = rows({"sys_id": ONE, "sys_updated_on": "2026-07-14 00:28:44"})
        out = StandIn(self.answers(**{INCIDENTS: [rows({"sys_id": ONE}), newest, rows()]}))
        assert "UTC" in (await ServiceNowReader(out).survey()).findings[0]

    async def test_a_wrong_password(self) -> None:
        with pytest.raises(errors.CredentialRejected):
            await ServiceNowReader(StandIn({INCIDENTS: Told(status=401)})).check()

    async def test_a_sleeping_instance_is_asked_again_later(self) -> None:
        with pytest.raises(errors.Unavailable, match="sleeps"):
            await ServiceNowReader(StandIn({INCIDENTS: PageInstead("a page")})).check()

    async def test_json_without_a_result_is_no_answer(self) -> None:
        with pytest.raises(errors.ContractBroken):
            await ServiceNowReader(StandIn({INCIDENTS: Told({"status": "failure"})})).check()


class TestChanges:
    async def read(self, out: StandIn, token: str | None = None) -> Any:
        return await ServiceNowReader(out).changes("incident", Feed.RECORDS, SINCE, token)

    async def test_asks_in_the_order_of_time_and_id(self) -> None:
        out = world(incidents=rows(row(ONE, 2, short_description="Late"), row(TWO, 3, sys_created_on="?")))
        page = await self.read(out)
        assert out.asked[0].params == {
            "sysparm_query": "sys_updated_on>=2026-07-14 00:28:44^ORDERBYsys_updated_on^ORDERBYsys_id",
            "sysparm_limit": 500,
            "sysparm_offset": 0,
            **RAW,
        }
        assert [(it.ref.id, it.version) for it in page.changed] == [(ONE, "2"), (TWO, "3")]
        assert [it.values["short_description"] for it in page.records] == ["Late"], "what can't be read waits"
        assert page.changed[0].changed_at == datetime(2026, 7, 14, 0, 28, 44, tzinfo=UTC)
        assert page.next is None

    async def test_goes_on_after_the_last_row_of_the_same_second(self) -> None:
        out = world(incidents=[rows(row(ONE), total=501), rows(row(TWO))])
        first = await self.read(out)
        assert first.next == f"2026-07-14 00:28:44|{ONE}|0"
        second = await self.read(out, first.next)
        asked = [it.params["sysparm_query"] for it in out.asked if it.line == INCIDENTS]
        assert asked[1] == (
            "sys_updated_on>=2026-07-14 00:28:44^sys_updated_on>2026-07-14 00:28:44"
            f"^ORsys_id>{ONE}^ORDERBYsys_updated_on^ORDERBYsys_id"
        )
        assert second.next is None

    async def test_a_page_that_is_hidden_from_us_is_not_the_end(self) -> None:
        out = world(incidents=[rows(total=501), rows(row(ONE), total=501)])
        first = await self.read(out)
        assert (list(first.changed), first.next) == ([], "2026-07-14 00:28:44||500")
        second = await self.read(out, first.next)
        assert out.asked[1].params["sysparm_offset"] == 500 and second.next is None

    async def test_a_condition_that_was_dropped_is_noticed(self) -> None:
        with pytest.raises(errors.ContractBroken, match="keep to the query"):
            await self.read(StandIn({INCIDENTS: rows(row(at="2026-07-14 00:28:43"))}))

    async def test_an_order_that_was_dropped_is_noticed(self) -> None:
        with pytest.raises(errors.ContractBroken, match="keep to the query"):
            await self.read(StandIn({INCIDENTS: rows(row(at="2026-07-14 01:00:00"), row(TWO))}))

    @pytest.mark.parametrize("ready", [{}, {"result": []}, {"result": [row()]}])
    async def test_rows_before_an_error_are_no_page(self, ready: dict[str, Any]) -> None:
        cancelled = {**ready, "error": {"message": "Transaction cancelled"}, "status": "failure"}
        with pytest.raises(errors.Unavailable, match="broke its answer off"):
            await self.read(StandIn({INCIDENTS: Told(cancelled, headers={"x-total-count": "1"})}))

    async def test_without_a_count_there_is_no_end_mark(self) -> None:
        with pytest.raises(errors.ContractBroken, match="how many"):
            await self.read(StandIn({INCIDENTS: Told({"result": []})}))

    async def test_columns_that_may_not_be_read_are_named(self) -> None:
        with pytest.raises(errors.PermissionMissing, match="sys_mod_count"):
            await self.read(
                StandIn({INCIDENTS: rows({"sys_id": ONE, "sys_updated_on": "2026-07-14 00:28:44"})})
            )

    @pytest.mark.parametrize("name", ["incident^x", "../oauth_token.do", "Incident", ""])
    async def test_a_name_that_is_no_table_is_not_asked_for(self, name: str) -> None:
        out = StandIn({})
        with pytest.raises(errors.RecordRejected):
            await ServiceNowReader(out).changes(name, Feed.RECORDS, SINCE, None)
        assert out.asked == []

    async def test_the_inventory_goes_by_id(self) -> None:
        out = StandIn({INCIDENTS: [rows(row(ONE), total=501), rows(total=501), rows(row(TWO))]})
        reader = ServiceNowReader(out)
        first = await reader.inventory("incident", None)
        second = await reader.inventory("incident", first.next)
        third = await reader.inventory("incident", second.next)
        assert [first.next, second.next, third.next] == [f"{ONE}|0", f"{ONE}|500", None]
        assert [it.params["sysparm_query"] for it in out.asked] == [
            "ORDERBYsys_id",
            f"sys_id>{ONE}^ORDERBYsys_id",
            f"sys_id>{ONE}^ORDERBYsys_id",
        ]


class TestReading:
    async def test_values_by_the_types_of_the_dictionary(self) -> None:
        told = row(
            ONE,
            5,
            short_description="12",
            active="true",
            opened_at="2026-07-13 08:00:00",
            assigned_to="",
            work_notes="",
            state="2",
        )
        found = await ServiceNowReader(world(incidents=rows(told))).fetch("incident", [ONE, TWO])
        assert list(found) == [ONE]
        values = found[ONE].values
        assert values["short_description"] == "12" and values["active"] is True and values["state"] == "2"
        assert values["opened_at"] == "2026-07-13T08:00:00Z" and values["assigned_to"] is None
        assert "work_notes" not in values and found[ONE].version == "5"

    async def test_ids_that_can_not_be_real_are_not_put_into_a_query(self) -> None:
        out = world(incidents=rows())
        await ServiceNowReader(out).fetch("incident", [ONE, "x^ORsys_idISNOTEMPTY"])
        assert out.asked[-1].params["sysparm_query"] == f"sys_idIN{ONE}"

    async def test_rows_that_were_not_asked_for_are_noticed(self) -> None:
        with pytest.raises(errors.ContractBroken):
            await ServiceNowReader(world(incidents=rows(row(TWO)))).fetch("incident", [ONE])

    async def test_a_marker_is_looked_up_and_compared(self) -> None:
        bearing, other = row(TWO, correlation_id=MARKER), row(ONE, correlation_id="theirs")
        out = world(incidents=rows(other, bearing))
        assert [it.ref.id for it in await ServiceNowReader(out).find("incident", MARKER)] == [TWO]
        assert out.asked[-1].params["sysparm_query"] == f"correlation_id={MARKER}^ORDERBYsys_created_on"

    @pytest.mark.parametrize("hidden", [Told(status=403), rows()])
    async def test_without_a_dictionary_values_are_the_texts_they_are(self, hidden: Told) -> None:
        out = StandIn({TREE: hidden, INCIDENTS: rows(row(active="true"))})
        found = await ServiceNowReader(out).fetch("incident", [ONE])
        assert found[ONE].values["active"] == "true"

    async def test_fields_of_the_table_go_before_those_of_its_parents(self) -> None:
        choices = rows(
            {"element": "state", "value": "1", "name": "task", "label": "Open"},
            {"element": "state", "value": "6", "name": "task", "label": "6"},
            {"element": "state", "value": "1", "name": "incident", "label": "New"},
        )
        out = world(**{"GET /api/now/table/sys_choice": choices})
        found = {it.name: it for it in await ServiceNowReader(out).fields("incident")}
        assert found["state"].required_on_create
        assert found["state"].choices == ("1",), "a table with choices of its own has none of its parents'"
        assert found["state"].choice_labels == {"1": "New"}
        assert found["assigned_to"].type.value == "person"
        dictionary = next(it for it in out.asked if it.line == DICTIONARY)
        assert dictionary.params["sysparm_query"] == (
            "nameINincident,task^elementISNOTEMPTY^active=true^ORDERBYsys_id"
        )

    async def test_a_table_may_say_otherwise_of_its_parents_columns(self) -> None:
        says = {"name": "incident", "element": "opened_at", "read_only": "true", "read_only_override": "true"}
        but = {"name": "task", "element": "opened_at", "mandatory": "true", "mandatory_override": "true"}
        kept = {"name": "incident", "element": "state", "mandatory": "false", "mandatory_override": "false"}
        choices = {"GET /api/now/table/sys_choice": rows()}
        reader = ServiceNowReader(world(**{OVERRIDES: rows(says, but, kept)}, **choices))
        found = {it.name: it for it in await reader.fields("incident")}
        opened, state = found["opened_at"], found["state"]
        assert not opened.writable and opened.required_on_create and state.required_on_create
        assert "comments" not in found, "a journal is no field"
        hidden = ServiceNowReader(world(**{OVERRIDES: Told(status=403)}, **choices))
        assert next(it for it in await hidden.fields("incident") if it.name == "opened_at").writable

    async def test_tables_that_are_there(self) -> None:
        out = StandIn(
            {TREE: rows({"name": "incident", "label": "Incident"}, {"name": "sc_task", "label": ""})}
        )
        found = await ServiceNowReader(out).streams()
        assert [(it.name, it.label, it.projects) for it in found] == [
            ("incident", "Incident", ()),
            ("sc_task", "sc_task", ()),
        ]
        assert "sn_customerservice_case" in out.asked[0].params["sysparm_query"]

    async def test_a_journal_that_is_hidden_is_not_empty(self) -> None:
        ref = RecordRef("incident", ONE)
        with pytest.raises(errors.PermissionMissing, match="sys_journal_field"):
            await ServiceNowReader(StandIn({JOURNAL: rows(total=2)})).comments(ref)
        assert await ServiceNowReader(StandIn({JOURNAL: rows()})).comments(ref) == []

    async def test_a_dictionary_that_is_hidden_is_told(self) -> None:
        with pytest.raises(errors.PermissionMissing, match="sys_dictionary"):
            await ServiceNowReader(world(**{DICTIONARY: rows(total=80)})).fields("incident")

    async def test_journals_are_comments_and_work_notes(self) -> None:
        def entry(id: str, element: str) -> dict[str, str]:
            return {
                "sys_id": id,
                "element": element,
                "value": "x",
                "sys_created_on": "2026-07-14 00:00:00",
                "sys_created_by": "ada",
            }

        out = StandIn({JOURNAL: rows(entry("a", "comments"), entry("b", "work_notes"))})
        found = await ServiceNowReader(out).comments(RecordRef("incident", ONE))
        assert [(it.id, it.public, it.author) for it in found] == [("a", True, "ada"), ("b", False, "ada")]

    async def test_people_are_sought_by_name_login_and_address(self) -> None:
        out = StandIn(
            {
                USERS: rows(
                    {
                        "sys_id": ONE,
                        "name": "Service desk",
                        "user_name": "desk",
                        "email": "",
                        "active": "false",
                    }
                )
            }
        )
        [found] = await ServiceNowReader(out).people("Ser")
        assert (found.key, found.login, found.email, found.active) == (ONE, "desk", None, False)
        assert await ServiceNowReader(out).people("a^ORactive=true") == []
        assert len(out.asked) == 1


def test_tables_without_a_place_for_the_marker_are_left_to_a_person() -> None:
    reader = CONNECTOR.reader(StandIn({}), NOT_CHECKED, Learnt())
    assert reader.traits("incident").creates is RepeatClass.K2
    assert reader.traits("u_parking_lot").creates is RepeatClass.K3
    assert reader.traits("incident").conditional is False and reader.traits("incident").looks is True
