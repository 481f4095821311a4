"""Records are counted by the vendors themselves, with the conditions that they understand; the rest is said."""

from collections.abc import AsyncIterator

import pytest

from connectors.opened import Town, town
from connectors.standin import StandIn
from syncline_common.configuration.conditions import conditions_in
from syncline_common.connectors.azure_devops.surveyor import MOST_COUNTED, AzureDevOpsSurveyor
from syncline_common.connectors.servicenow.surveyor import HIDDEN
from syncline_common.sdk.ports import Counted

WEB = "Fabrikam Web"


@pytest.fixture
async def place() -> AsyncIterator[Town]:
    async with town(records=30) as it:
        yield it


async def counted(place: Town, kind: str, stream: str, source: str = "", *projects: str) -> Counted:
    conditions, _ = conditions_in(source)
    return await place.open(kind).surveyor().count(stream, projects, conditions)


def bugs(place: Town, **wanted: object) -> int:
    """As they are in the system."""
    named = {name.replace("__", "."): it for name, it in wanted.items()}
    there = [it.values for it in place.boards.store.records.values() if it.stream == "Bug"]
    return sum(all(it.get(name) == value for name, value in named.items()) for it in there)


def incidents(place: Town, **wanted: str) -> int:
    there = [it.values for it in place.instance.store.records.values() if it.stream == "incident"]
    return sum(all(str(it.get(name)) == value for name, value in wanted.items()) for it in there)


async def test_azure_devops_answers_with_ids(place: Town) -> None:
    assert await counted(place, "azure_devops", "Bug") == Counted(bugs(place))
    mine = bugs(place, System__TeamProject=WEB)
    assert mine > 0 and await counted(place, "azure_devops", "Bug", "", WEB) == Counted(mine)
    state = next(
        it.values["System.State"] for it in place.boards.store.records.values() if it.stream == "Bug"
    )
    found = await counted(place, "azure_devops", "Bug", f'record.System.State == "{state}"')
    assert found == Counted(bugs(place, System__State=state)) and found.records
    some = await counted(place, "azure_devops", "Bug", 'record.System.State in ["New", "it\'s"]')
    assert some == Counted(bugs(place, System__State="New"))


async def test_azure_devops_is_not_asked_what_wiql_can_not_say(place: Town) -> None:
    for source in (
        "record.No.Such == 1",
        'record.System.Title < "x"',
        "record.System.Title == 5",
        'record.System.Title == ""',
    ):
        assert await counted(place, "azure_devops", "Bug", source) == Counted(bugs(place), left_out=(source,))


async def test_more_than_the_vendor_counts_is_at_least_so_many() -> None:
    ids = [{"id": it} for it in range(MOST_COUNTED)]
    out = StandIn({"POST /_apis/wit/wiql": {"workItems": ids}})
    assert await AzureDevOpsSurveyor(out).count("Bug", (), ()) == Counted(19_999, at_least=True)
    assert out.asked[0].params["$top"] == 19_999


async def test_servicenow_says_how_many_there_are(place: Town) -> None:
    asked = len(place.instance.ledger.requests)
    assert await counted(place, "servicenow", "incident") == Counted(incidents(place), left_out=(HIDDEN,))
    assert len(place.instance.ledger.requests) == asked + 1
    found = await counted(place, "servicenow", "incident", 'record.state == "1"')
    assert found == Counted(incidents(place, state="1"), left_out=(HIDDEN,))
    assert 0 < found.records < incidents(place)
    some = await counted(place, "servicenow", "incident", 'record.state in ["1", "2"]')
    assert some.records == incidents(place, state="1") + incidents(place, state="2")


async def test_servicenow_is_not_asked_what_it_would_drop_unseen(place: Town) -> None:
    for source in (
        'record.no_such == "1"',
        'record.state == "1^state=2"',
        'record.short_description < "x"',
        'record.state == ""',
    ):
        found = await counted(place, "servicenow", "incident", source)
        assert found == Counted(incidents(place), left_out=(source, HIDDEN))
