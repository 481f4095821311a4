"""Azure DevOps: the requests made are those of the vendor's reference, and each refusal says what is to be done."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.azure_devops.answers import (
    CHECKS,
    FIELDS,
    ITEMS,
    KNOWN,
    MARKER,
    PROBE,
    PROJECTS,
    SINCE,
    TYPES,
    WIQL,
    a_bug,
    hits,
    item,
    listed,
)
from connectors.standin import StandIn, Told
from syncline_common import errors
from syncline_common.connectors.azure_devops import CONNECTOR
from syncline_common.connectors.azure_devops.reader import AzureDevOpsReader
from syncline_common.connectors.azure_devops.writer import AzureDevOpsWriter
from syncline_common.schemas.connector import NewRecord, RepeatClass, Update
from syncline_common.schemas.records import Feed, RecordRef
from syncline_common.sdk.learnt import Learnt
from syncline_common.sdk.ports import NOT_CHECKED, Found


class TestChecking:
    async def test_three_steps_and_nothing_is_written(self) -> None:
        out = StandIn(CHECKS)
        survey = await AzureDevOpsReader(out).survey()
        assert survey.can_write is True
        assert out.lines == [PROJECTS, PROJECTS, WIQL, TYPES, PROBE, FIELDS]
        assert out.asked[-2].params == {"validateOnly": "true", "api-version": "7.1"}
        assert all(it.headers["X-TFS-FedAuthRedirect"] == "Suppress" for it in out.asked)

    async def test_a_rule_that_speaks_means_that_it_may_write(self) -> None:
        survey = await AzureDevOpsReader(StandIn({**CHECKS, PROBE: Told(status=400)})).survey()
        assert survey.can_write is True

    async def test_projects_in_which_nothing_can_be_written_are_named(self) -> None:
        names = [{"id": it, "name": it, "state": "wellFormed"} for it in ("A", "B")]
        types = {f"GET /{it}/_apis/wit/workitemtypes": listed({"name": "Bug"}) for it in ("A", "B")}
        probes = {
            "POST /A/_apis/wit/workitems/$Bug": Told(status=403),
            "POST /B/_apis/wit/workitems/$Bug": {"id": 0, "fields": {}},
        }
        world = {PROJECTS: [listed(*names), listed()], WIQL: hits(), FIELDS: KNOWN, **types, **probes}
        survey = await AzureDevOpsReader(StandIn(world)).survey()
        assert survey.can_write is True and survey.findings == ("Nothing can be written in A",)

    async def test_a_project_without_record_types_takes_none(self) -> None:
        with pytest.raises(errors.PermissionMissing):
            await AzureDevOpsReader(StandIn({**CHECKS, TYPES: listed()})).check()

    async def test_a_field_for_markers_is_found_where_every_project_has_it(self) -> None:
        names = [{"id": it, "name": it, "state": "wellFormed"} for it in ("A", "B")]
        marker = {"referenceName": "Custom.SynclineId", "name": "Syncline id", "type": "string"}
        kinds = {f"GET /{it}/_apis/wit/workitemtypes" for it in ("A", "B")}
        fields = {f"{kind}/{name}/fields": listed(marker) for kind in kinds for name in ("Bug", "Task")}
        world = {
            PROJECTS: [listed(*names), listed()],
            WIQL: hits(),
            FIELDS: listed(*KNOWN["value"], marker),
            **dict.fromkeys(kinds, listed({"name": "Bug"}, {"name": "Task"})),
            **fields,
            "GET /B/_apis/wit/workitemtypes/Task/fields": listed(),
            **{f"POST /{it}/_apis/wit/workitems/$Bug": {"id": 0, "fields": {}} for it in ("A", "B")},
        }
        found = (await AzureDevOpsReader(StandIn(world)).survey()).found
        assert (found.marker_in("Bug"), found.marker_in("Task")) == ("Custom.SynclineId", None)

    async def test_an_owner_who_may_write_nowhere(self) -> None:
        with pytest.raises(errors.PermissionMissing, match="Contributor"):
            await AzureDevOpsReader(StandIn({**CHECKS, PROBE: Told(status=403)})).check()

    async def test_a_wrong_token(self) -> None:
        with pytest.raises(errors.CredentialRejected):
            await AzureDevOpsReader(StandIn({PROJECTS: Told(status=401)})).check()

    @pytest.mark.parametrize(("step", "word"), [(WIQL, "read work items"), (PROBE, "write work items")])
    async def test_a_missing_scope_is_no_wrong_token(self, step: str, word: str) -> None:
        with pytest.raises(errors.PermissionMissing, match=word):
            projects = [*CHECKS[PROJECTS], *CHECKS[PROJECTS]]
            await AzureDevOpsReader(StandIn({**CHECKS, PROJECTS: projects, step: Told(status=401)})).check()

    async def test_a_token_that_was_revoked_meanwhile_is_no_missing_scope(self) -> None:
        refused = Told(status=401)
        out = StandIn({**CHECKS, PROJECTS: [*CHECKS[PROJECTS], refused], WIQL: refused})
        with pytest.raises(errors.CredentialRejected):
            await AzureDevOpsReader(out).check()

    async def test_without_a_project_nothing_can_be_done(self) -> None:
        with pytest.raises(errors.PermissionMissing, match="project"):
            await AzureDevOpsReader(StandIn({PROJECTS: listed()})).check()

    async def test_a_repeated_page_of_projects_ends(self) -> None:
        page = listed({"id": "p1", "name": "Web", "state": "wellFormed"})
        with pytest.raises(errors.ContractBroken):
            await AzureDevOpsReader(StandIn({PROJECTS: page})).check()


AT = "2026-03-31T18:37:{:02}.5Z"


class TestChanges:
    async def read(self, out: StandIn, token: str | None = None) -> Any:
        return await AzureDevOpsReader(out).changes("Bug", Feed.RECORDS, SINCE, token)

    async def test_asks_with_times_and_reads_what_it_finds(self) -> None:
        late = item(7, 4, "2026-03-31T18:39:00.1Z", Title="Late")
        out = StandIn({WIQL: hits(7, 5), ITEMS: listed(late, item(5, 2)), FIELDS: KNOWN})
        page = await self.read(out)
        assert out.asked[0].params == {"$top": 10_000, "timePrecision": "true", "api-version": "7.1"}
        assert out.asked[0].json == {
            "query": "SELECT [System.Id] FROM WorkItems WHERE [System.WorkItemType] = 'Bug' "
            "AND [System.ChangedDate] >= '2026-03-31T18:36:26Z' ORDER BY [System.ChangedDate], [System.Id]"
        }
        assert out.asked[1].params == {"ids": "7,5", "errorPolicy": "omit", "api-version": "7.1"}
        assert [(it.ref.id, it.version) for it in page.changed] == [("5", "2"), ("7", "4")]
        assert [(it.ref.id, it.version) for it in page.records] == [("7", "4"), ("5", "2")]
        assert page.records[0].values["System.Title"] == "Late"
        assert page.records[0].values["Custom.Empty"] is None
        assert page.next is None and page.vendor_now == datetime(2026, 3, 31, 18, 40, tzinfo=UTC)

    async def test_one_that_can_not_be_read_is_told_of_and_left_to_be_fetched(self) -> None:
        broken = item(7)
        del broken["fields"]["System.CreatedDate"]
        out = StandIn({WIQL: hits(7, 5), ITEMS: listed(broken, item(5)), FIELDS: KNOWN})
        page = await self.read(out)
        assert [it.ref.id for it in page.changed] == ["5", "7"]
        assert [it.ref.id for it in page.records] == ["5"]

    async def test_what_a_question_found_beyond_the_page_is_not_asked_for_again(self) -> None:
        """By the reader that asked; another one asks from the token on."""
        ids = range(1, 302)
        pages = [
            listed(*(item(it, 1, AT.format(it // 10)) for it in some)) for some in (ids[:200], ids[200:])
        ]
        out = StandIn({WIQL: [hits(*ids), hits(*ids[200:])], ITEMS: [*pages, pages[1]], FIELDS: KNOWN})
        reader = AzureDevOpsReader(out)
        first = await reader.changes("Bug", Feed.RECORDS, SINCE, None)
        second = await reader.changes("Bug", Feed.RECORDS, SINCE, first.next)
        assert [it.ref.id for it in second.changed] == [str(it) for it in ids[200:]] and second.next is None
        assert second.vendor_now == first.vendor_now and out.lines.count(WIQL) == 1
        assert (await self.read(out, first.next)).changed == second.changed
        assert (
            "'2026-03-31T18:37:20Z'"
            in next(it for it in reversed(out.asked) if it.line == WIQL).json["query"]
        )

    async def test_a_name_with_a_quote_can_not_break_out(self) -> None:
        out = StandIn({WIQL: hits()})
        await AzureDevOpsReader(out).changes("Bug' OR 'x", Feed.RECORDS, None, None)
        assert "[System.WorkItemType] = 'Bug'' OR ''x' AND" in out.asked[0].json["query"]

    async def test_a_full_page_goes_on_from_its_last_second(self) -> None:
        ids = range(1, 201)
        items = listed(*(item(it, 1, AT.format(it // 10)) for it in ids))
        out = StandIn({WIQL: hits(*ids, 201), ITEMS: items, FIELDS: KNOWN})
        page = await self.read(out)
        assert page.next == "2026-03-31T18:37:20Z|"
        assert len(page.changed) == 200

    async def test_what_was_edited_meanwhile_does_not_carry_the_place_away(self) -> None:
        ids = range(1, 201)
        items = [item(it, 1, "2026-03-31T18:37:00Z") for it in ids]
        items[3] = item(4, 2, "2026-03-31T18:40:00.7Z")  # after the question
        page = await self.read(StandIn({WIQL: hits(*ids, 201), ITEMS: listed(*items), FIELDS: KNOWN}))
        assert page.next == "2026-03-31T18:37:00Z|"

    async def test_a_second_with_more_than_a_page_is_read_by_id(self) -> None:
        ids = range(1, 201)
        full = listed(*(item(it) for it in ids))
        asked = [hits(*ids, 203), hits(*ids, 203), hits(203)]
        out = StandIn({WIQL: asked, ITEMS: [full, full, listed(item(203))], FIELDS: KNOWN})
        first = await self.read(out)
        assert first.next == "2026-03-31T18:36:26Z|0"
        second = await self.read(out, first.next)
        assert second.next == "2026-03-31T18:36:26Z|200"
        assert (
            [it for it in out.asked if it.line == WIQL][1]
            .json["query"]
            .endswith(
                "AND [System.ChangedDate] >= '2026-03-31T18:36:26Z' AND [System.ChangedDate] < '2026-03-31T18:36:27Z' "
                "AND [System.Id] > 0 ORDER BY [System.Id]"
            )
        )
        third = await self.read(out, second.next)
        assert third.next == "2026-03-31T18:36:27Z|"

    async def test_who_still_holds_the_answer_does_not_ask_about_that_second_again(self) -> None:
        pages = [
            listed(*(item(it) for it in ids)) for ids in (range(1, 201), range(201, 401), range(401, 403))
        ]
        out = StandIn({WIQL: [hits(*range(1, 403))], ITEMS: pages, FIELDS: KNOWN})
        reader = AzureDevOpsReader(out)
        first = await reader.changes("Bug", Feed.RECORDS, SINCE, None)
        second = await reader.changes("Bug", Feed.RECORDS, SINCE, first.next)
        assert (first.next, second.next) == ("2026-03-31T18:36:26Z|0", "2026-03-31T18:36:26Z|0|1")
        third = await reader.changes("Bug", Feed.RECORDS, SINCE, second.next)
        assert [it.ref.id for it in third.changed] == ["401", "402"] and third.next is None
        assert out.lines.count(WIQL) == 1

    async def test_nothing_is_the_end(self) -> None:
        page = await self.read(StandIn({WIQL: hits()}))
        assert (list(page.changed), page.next) == ([], None)

    async def test_a_question_may_be_asked_again_and_no_write(self) -> None:
        out = StandIn(
            {
                WIQL: hits(),
                "PATCH /_apis/wit/workitems/7": item(7, 4),
                "POST /Web%20Shop/_apis/wit/workitems/$Bug": item(8),
            }
        )
        await self.read(out)
        await AzureDevOpsWriter(out).update([Update(a_bug(), {"System.Title": "x"})])
        await AzureDevOpsWriter(out).create([NewRecord("Bug", {"System.Title": "x"}, MARKER, "Web Shop")])
        assert [it.repeatable for it in out.asked] == [True, False, False]
        assert out.asked[1].json[0]["op"] == "test"

    async def test_the_inventory_goes_by_id(self) -> None:
        ids = range(11, 211)
        pages = [listed(*(item(it) for it in ids)), listed(item(211))]
        out = StandIn({WIQL: hits(*ids, 211), ITEMS: pages})
        reader = AzureDevOpsReader(out)
        page = await reader.inventory("Bug", "10")
        rest = await reader.inventory("Bug", page.next)
        assert [it.ref.id for it in rest.changed] == ["211"] and rest.next is None
        assert (
            out.lines.count(WIQL) == 1
            and page.next == "210"
            and "[System.Id] > 10 ORDER BY [System.Id]" in out.asked[0].json["query"]
        )


class TestReading:
    async def test_what_is_gone_is_missing_and_what_is_empty_is_none(self) -> None:
        out = StandIn({FIELDS: KNOWN, ITEMS: listed(item(7, Title="Late"), None)})
        found = await AzureDevOpsReader(out).fetch("Bug", ["7", "8"])
        assert list(found) == ["7"]
        assert found["7"].values["System.Title"] == "Late" and found["7"].values["Custom.Empty"] is None
        assert found["7"].project == "Web Shop"

    async def test_no_more_ids_than_the_vendor_takes(self) -> None:
        out = StandIn({FIELDS: KNOWN, ITEMS: listed()})
        await AzureDevOpsReader(out).fetch("Bug", [str(it) for it in range(450)])
        assert [len(it.params["ids"].split(",")) for it in out.asked[1:]] == [200, 200, 50]

    async def test_a_marker_is_found_by_tag_oldest_first(self) -> None:
        younger = item(9, Tags=f"x; {MARKER}", CreatedDate="2026-03-31T18:30:00Z")
        out = StandIn(
            {WIQL: hits(9, 7, 8), FIELDS: KNOWN, ITEMS: listed(younger, item(7, Tags=MARKER), item(8))}
        )
        found = await AzureDevOpsReader(out).find("Bug", MARKER)
        assert [it.ref.id for it in found] == ["7", "9"]
        assert f"[System.Tags] CONTAINS '{MARKER}'" in out.asked[0].json["query"]

    async def test_or_by_a_field_of_its_own(self) -> None:
        bearing = item(7)
        bearing["fields"]["Custom.SynclineId"] = MARKER
        out = StandIn({WIQL: hits(7), FIELDS: KNOWN, ITEMS: listed(bearing)})
        found = await AzureDevOpsReader(out, Found(marker_field="Custom.SynclineId")).find("Bug", MARKER)
        assert [it.marker for it in found] == [MARKER]
        assert f"[Custom.SynclineId] = '{MARKER}'" in out.asked[0].json["query"]

    async def test_comments_of_all_pages(self) -> None:
        def page(id: int, **more: str) -> dict[str, Any]:
            one = {"id": id, "text": "<b>x</b>", "version": 2, "createdDate": "2026-03-31T18:36:26.2Z"}
            return {"comments": [{**one, "createdBy": {"uniqueName": "desk@example.com"}}], **more}

        path = "GET /Web%20Shop/_apis/wit/workItems/7/comments"
        out = StandIn(
            {"GET /_apis/wit/workitems/7": item(7), path: [page(1, continuationToken="t"), page(2)]}
        )
        found = await AzureDevOpsReader(out).comments(RecordRef("Bug", "7"))
        assert [(it.id, it.version, it.author, it.public) for it in found] == [
            ("1", "2", "desk@example.com", True),
            ("2", "2", "desk@example.com", True),
        ]
        assert out.asked[1].params["api-version"] == "7.1-preview.4"
        assert out.asked[2].params["continuationToken"] == "t"

    async def test_fields_are_described_where_a_project_is_known(self) -> None:
        types = [
            ("System.Title", "string", {}),
            ("System.Tags", "plainText", {}),
            ("System.AssignedTo", "string", {"isIdentity": True}),
            ("Custom.Size", "double", {}),
            ("System.Description", "html", {}),
        ]
        everywhere = listed(
            *({"referenceName": it, "name": it, "type": kind, **more} for it, kind, more in types)
        )
        here = listed(
            {"referenceName": "System.Title", "alwaysRequired": True},
            {"referenceName": "Custom.Size", "allowedValues": ["1", "2"]},
        )
        out = StandIn({FIELDS: everywhere, "GET /Web/_apis/wit/workitemtypes/Bug/fields": here})
        title, size = await AzureDevOpsReader(out).fields("Bug", "Web")
        assert (title.name, title.required_on_create, title.nullable) == ("System.Title", True, False)
        assert (size.type.value, size.choices) == ("number", ("1", "2"))
        kinds = {it.name: it.type.value for it in await AzureDevOpsReader(out).fields("Bug")}
        assert kinds == {
            "System.Title": "text",
            "System.Tags": "list",
            "System.AssignedTo": "person",
            "Custom.Size": "number",
            "System.Description": "rich_text",
        }

    async def test_types_of_all_projects(self) -> None:
        projects = [{"id": it, "name": it, "state": "wellFormed"} for it in ("A", "B")]
        out = StandIn(
            {
                PROJECTS: [listed(*projects, {"id": "C", "name": "C", "state": "deleting"}), listed()],
                "GET /A/_apis/wit/workitemtypes": listed({"name": "Bug"}, {"name": "Task"}),
                "GET /B/_apis/wit/workitemtypes": listed({"name": "Bug"}),
            }
        )
        found = await AzureDevOpsReader(out).streams()
        assert [(it.name, it.projects) for it in found] == [("Bug", ("A", "B")), ("Task", ("A",))]
        assert out.asked[1].params["$skip"] == 3

    async def test_people_are_members_of_teams(self) -> None:
        desk = {"identity": {"id": "1", "displayName": "Service desk", "uniqueName": "desk@example.com"}}
        other = {"identity": {"id": "2", "displayName": "Build", "uniqueName": "FABRIKAM\\build"}}
        team = "GET /_apis/projects/Web/teams"
        out = StandIn(
            {
                team: [listed({"id": "t1"}), listed({"id": "t2"}), listed()] * 2,
                **{
                    f"{team}/{it}/members": [listed(desk), listed(other), listed()] * 2 for it in ("t1", "t2")
                },
            }
        )
        [found] = await AzureDevOpsReader(out).people("SERVICE", "Web")
        assert (found.key, found.name, found.email) == (
            "desk@example.com",
            "Service desk",
            "desk@example.com",
        )
        [build] = await AzureDevOpsReader(out).people("build", "Web")
        assert build.email is None

    async def test_without_the_scope_for_teams_they_are_those_named_in_the_latest_records(self) -> None:
        ada = {"displayName": "Service desk", "uniqueName": "desk@example.com"}
        record = {"id": 7, "fields": {"System.AssignedTo": ada, "System.CreatedBy": {"id": "nobody"}}}
        out = StandIn(
            {
                "GET /_apis/projects/Web/teams": Told(status=401),
                PROJECTS: [*CHECKS[PROJECTS], *CHECKS[PROJECTS]],
                "POST /_apis/wit/wiql": {"workItems": [{"id": 7}]},
                "GET /_apis/wit/workitems": listed(record),
            }
        )
        [found] = await AzureDevOpsReader(out).people("DESK", "Web")
        assert (found.key, found.email) == ("desk@example.com", "desk@example.com")
        [question] = [it.json["query"] for it in out.asked if it.path.endswith("wiql")]
        assert question.endswith("[System.TeamProject] = 'Web' ORDER BY [System.ChangedDate] DESC")


def test_it_is_offered_with_both_ports() -> None:
    reader = CONNECTOR.reader(StandIn({}), NOT_CHECKED, Learnt())
    traits = reader.traits("Anything")
    assert (traits.creates, traits.conditional, traits.batch) == (RepeatClass.K2, True, 200)
