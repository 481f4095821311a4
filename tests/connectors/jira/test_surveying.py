"""Jira Cloud: what a site offers, and what an account may do there, by the requests of the vendor's reference."""

from typing import Any

import pytest

from connectors.jira.answers import (
    API,
    DONE,
    ME,
    MYSELF,
    PERSON,
    PROJECTS,
    RIGHTS,
    SERVER,
    ZONED,
    world,
)
from connectors.standin import StandIn, Told
from syncline_common import errors
from syncline_common.configuration.conditions import Condition
from syncline_common.connectors.jira.reader import JiraReader
from syncline_common.schemas.values import FieldType
from syncline_common.sdk.answers import PageInstead
from syncline_common.sdk.ports import WebhookWay

ALL = ("BROWSE_PROJECTS", "CREATE_ISSUES", "EDIT_ISSUES", "TRANSITION_ISSUES", "ADD_COMMENTS")
MORE = ("CREATE_ATTACHMENTS", "LINK_ISSUES", "DELETE_ISSUES", "ADMINISTER")


def rights(**without: bool) -> dict[str, Any]:
    told = {it: {"key": it, "havePermission": without.get(it, True)} for it in (*ALL, *MORE)}
    return {"permissions": told}


def projects(*keys: str) -> dict[str, Any]:
    types = [{"id": "10004", "name": "Bug"}, {"id": "10000", "name": "Epic"}]
    found = [{"id": str(10_000 + at), "key": it, "issueTypes": types} for at, it in enumerate(keys)]
    return {"startAt": 0, "maxResults": 100, "total": len(keys), "isLast": True, "values": found}


def site(**answers: Any) -> dict[str, Any]:
    named = {"rights": RIGHTS, "server": SERVER, "me": MYSELF, "projects": PROJECTS}
    usual = {SERVER: {"deploymentType": "Cloud"}, MYSELF: ZONED, RIGHTS: rights(), PROJECTS: projects("ED")}
    return {**usual, **{named[name]: it for name, it in answers.items()}}


class TestChecking:
    async def test_says_who_and_what_it_may_and_writes_nothing(self) -> None:
        out = StandIn(site())
        survey = await JiraReader(out).survey()
        assert (survey.identity, survey.can_write, survey.findings) == ("sync@example.com", True, ())
        assert survey.found.webhooks is WebhookWay.API
        assert out.lines == [SERVER, MYSELF, RIGHTS, PROJECTS]
        assert out.asked[2].params == {"permissions": ",".join((*ALL, *MORE))}
        assert out.asked[3].params["action"] == "create"

    @pytest.mark.parametrize("right", ALL[:3])
    async def test_without_a_right_that_is_needed(self, right: str) -> None:
        with pytest.raises(errors.PermissionMissing):
            await JiraReader(StandIn(site(rights=rights(**{right: False})))).check()

    async def test_what_else_it_may_not_is_said(self) -> None:
        out = StandIn(site(rights=rights(ADD_COMMENTS=False, ADMINISTER=False)))
        survey = await JiraReader(out).survey()
        assert [it for it in survey.findings if "comment" in it] and len(survey.findings) == 1
        assert survey.found.webhooks is WebhookWay.BY_HAND

    async def test_who_may_write_in_no_project(self) -> None:
        with pytest.raises(errors.PermissionMissing, match="no project"):
            await JiraReader(StandIn(site(projects=projects()))).check()

    async def test_a_wrong_token(self) -> None:
        out = StandIn({**site(me=Told(status=401)), "GET /_edge/tenant_info": Told(status=404)})
        with pytest.raises(errors.CredentialRejected):
            await JiraReader(out).check()

    async def test_a_token_with_scopes_is_told_from_a_wrong_one(self) -> None:
        there = f"GET https://api.atlassian.com/ex/jira/c-1{API}/myself"
        edge = "GET /_edge/tenant_info"
        for answer, words in (
            (ZONED, "has scopes"),
            (Told(status=401), "401"),
            (errors.Unavailable("x"), "401"),
        ):
            out = StandIn({**site(me=Told(status=401)), edge: {"cloudId": "c-1"}, there: answer})
            with pytest.raises(errors.CredentialRejected, match=words):
                await JiraReader(out).check()
            assert out.lines == [SERVER, MYSELF, edge, there]

    @pytest.mark.parametrize("server", [Told(status=404), {"deploymentType": "Server"}])
    async def test_another_system(self, server: Any) -> None:
        with pytest.raises(errors.NotSuchSystem):
            await JiraReader(StandIn(site(server=server))).check()

    async def test_a_page_is_something_in_between(self) -> None:
        with pytest.raises(errors.Unavailable):
            await JiraReader(StandIn(site(server=PageInstead("a page")))).check()


class TestOffering:
    async def test_types_of_all_projects(self) -> None:
        out = StandIn(site(projects=projects("ED", "WEB")))
        streams = await JiraReader(out).streams()
        assert [(it.name, it.projects) for it in streams] == [("Bug", ("ED", "WEB")), ("Epic", ("ED", "WEB"))]
        assert out.asked[0].params == {
            "action": "browse",
            "expand": "issueTypes",
            "startAt": 0,
            "maxResults": 100,
        }
        assert [it.name for it in await JiraReader(out).projects()] == ["ED", "WEB"]

    async def test_fields_are_those_of_the_screen(self) -> None:
        meta = f"GET {API}/issue/createmeta/ED/issuetypes"
        severity = {
            "fieldId": "customfield_10011",
            "required": True,
            "hasDefaultValue": False,
            "allowedValues": [{"value": "Major"}],
        }
        summary = {"fieldId": "summary", "required": True, "hasDefaultValue": False}
        out = world(
            {
                meta: {"issueTypes": [{"id": "10004", "name": "Bug"}], "total": 1},
                f"{meta}/10004": {"fields": [severity, summary], "total": 2},
                f"GET {API}/project/ED/statuses": Told([{"name": "Bug", "statuses": [DONE]}]),
            }
        )
        told = {it.name: it for it in await JiraReader(out).fields("Bug", "ED")}
        assert (
            told["summary"].required_on_create and told["summary"].writable and not told["summary"].nullable
        )
        assert (
            told["customfield_10011"].choices == ("Major",) and told["customfield_10011"].required_on_create
        )
        assert told["status"].choices == ("Done",) and told["status"].writable
        assert "customfield_10014" not in told, "it is not on the screen"
        assert not told["duedate"].writable and not told["created"].writable
        assert told["description"].type is FieldType.TEXT

    async def test_people_are_sought_where_they_may_be_assigned(self) -> None:
        robot = {**PERSON, "accountId": "x", "accountType": "app"}
        out = world(
            {
                f"GET {API}/user/assignable/search": Told([PERSON, robot]),
                f"GET {API}/user/search": Told([PERSON]),
            }
        )
        [person] = await JiraReader(out).people("triage", "ED")
        assert (person.key, person.name, person.email) == (ME, "Triage Desk", None)
        assert out.asked[0].params == {"query": "triage", "project": "ED", "maxResults": 50}
        await JiraReader(out).people("triage")
        assert out.asked[1].params == {"query": "triage", "maxResults": 50}
        assert await JiraReader(out).people(" ") == []

    async def test_counting_is_an_estimate(self) -> None:
        count = f"POST {API}/search/approximate-count"
        out = world({count: {"count": 153}})
        told = [
            Condition("priority", "==", ("High",), "a"),
            Condition("customfield_10014", ">=", (5,), "b"),
            Condition("labels", "in", ("x", "y"), "c"),
            Condition("summary", "==", ("x",), "d"),
            Condition("nothing", "==", ("x",), "e"),
        ]
        counted = await JiraReader(out).count("Bug", ["ED"], told)
        assert (
            counted.records == 153
            and counted.left_out[:2] == ("d", "e")
            and "estimate" in counted.left_out[2]
        )
        assert out.asked[-1].json["jql"] == (
            'issuetype = "Bug" AND project in ("ED") AND priority = "High" AND cf[10014] >= 5 AND labels in ("x", "y")'
        )
