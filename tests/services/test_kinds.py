"""The kinds of systems over HTTP: what the wizard shows, and what partners read."""

from collections.abc import AsyncIterator

import pytest
from httpx2 import AsyncClient

from common.served import People, calling, problem_of
from conftest import ON_SQLITE
from syncline_common.db.tx import Database
from syncline_common.runtime.host import application_of
from syncline_common.runtime.service import Service
from syncline_registry.app import SERVICE

pytestmark = ON_SQLITE  # nothing is read from it
KINDS = "/registry/v1/kinds"


@pytest.fixture
def service() -> Service:
    return SERVICE


@pytest.fixture
async def http(db: Database) -> AsyncIterator[AsyncClient]:
    async with calling(application_of(SERVICE), db, People()) as http:
        yield http


async def test_all_eleven_are_listed_and_say_which_are_installed(http: AsyncClient) -> None:
    answer = (await http.get(KINDS)).json()
    assert [it["kind"] for it in answer["items"]] == (
        [
            "azure_devops",
            "servicenow",
            "freshdesk",
            "freshservice",
            "jira",
            "github",
            "zendesk",
            "salesforce",
            "syncro",
            "itglue",
            "xmatters",
        ]
    )
    assert all(it["installed"] for it in answer["items"])
    assert answer["next_cursor"] is None


async def test_one_is_told_whole(http: AsyncClient) -> None:
    answer = (await http.get(f"{KINDS}/azure_devops")).json()
    assert answer["label"] == "Azure DevOps"
    assert "https://dev.azure.com/fabrikam/Web" in answer["url_shapes"]
    [pat] = answer["auth"]
    assert pat["scheme"] == "pat" and [(it["name"], it["secret"]) for it in pat["fields"]] == [
        ("token", True)
    ]
    assert {"label", "help", "required", "pattern"} < set(pat["fields"][0])
    assert any("Work Items (read & write)" in it for it in answer["prerequisites"])
    assert any("internal comments" in it for it in answer["limitations"])
    [stream] = answer["capabilities"]["streams"]
    assert answer["capabilities"]["projects"] == "Project"
    assert stream["operations"] == ["create", "update", "close", "delete", "comment", "attach", "link"]
    assert stream["conditional_updates"] is True and stream["feeds"] == ["records"]


async def test_an_unknown_one_is_not_found(http: AsyncClient) -> None:
    problem_of(await http.get(f"{KINDS}/acme"), 404, "not_found")


async def test_strangers_are_told_nothing(http: AsyncClient) -> None:
    answer = await http.get(KINDS, headers={"Authorization": "Bearer nobody"})
    problem_of(answer, 401, "unauthenticated")
