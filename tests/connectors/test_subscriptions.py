"""Webhooks from end to end: subscribed to, sent by the simulated vendor, verified, and undone."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from backing.canaries import CANARY
from connectors.opened import Town, secret, town
from connectors.standin import StandIn
from syncline_common import errors
from syncline_common.connectors.azure_devops.subscriptions import AzureDevOpsHooks
from syncline_common.connectors.catalogue import hints_of
from syncline_common.schemas.connector import NewRecord
from syncline_common.schemas.records import Record, RecordRef
from syncline_common.sdk.ports import Hint
from syncline_sandbox.deliveries import Delivery
from syncline_sandbox.faults import Fault

URL = "http://127.0.0.1:9/sync/v1/hooks/some-token"
OLD, NEW = f"old-{CANARY}", f"new-{CANARY}"
ADMINISTRATOR = secret("pat", token="sandbox-pat-administrator")
PROJECT = "Fabrikam Web"


@pytest.fixture
async def place() -> AsyncIterator[Town]:
    async with town(records=1) as it:
        yield it


def hints(delivery: Delivery, *secrets: str, kind: str = "azure_devops") -> list[Hint]:
    headers = {name.lower(): value for name, value in delivery.headers.items()}
    return list(hints_of(kind, headers, delivery.body, secrets))


async def created(place: Town, title: str = "x") -> RecordRef:
    new = NewRecord("Bug", {"System.Title": title}, "sl-abcdefghij234567abcd", PROJECT)
    made = (await place.open("azure_devops").writer().create([new]))[0]
    assert isinstance(made, Record)
    return made.ref


async def test_a_change_is_posted_and_told_by_its_secret(place: Town) -> None:
    hooks = place.open("azure_devops", ADMINISTRATOR).hooks()
    subscribed = await hooks.subscribe(URL, OLD, ["Bug"])
    assert len(subscribed.ids) == 10, "two projects, five events"
    ref = await created(place)
    posted = place.boards.deliveries.take_due(place.boards.clock.now())
    assert {it.target for it in posted} == {URL}
    assert [hints(it, OLD) for it in posted] == [[Hint(ref)]]
    with pytest.raises(errors.Unauthenticated):
        hints(posted[0], NEW)


async def test_repeated_nothing_is_made_twice(place: Town) -> None:
    hooks = place.open("azure_devops", ADMINISTRATOR).hooks()
    first = await hooks.subscribe(URL, OLD, [])
    asked = len(place.boards.ledger.requests)
    assert await hooks.subscribe(URL, OLD, []) == first
    assert len(first.ids) == 10, "two projects, five events, whatever the record type"
    new = place.boards.ledger.requests[asked:]
    assert [it.operation for it in new if it.operation.startswith("hooks")] == ["hooks.list"] * 2
    await created(place)
    assert len(place.boards.deliveries.take_due(place.boards.clock.now())) == 1


async def test_what_the_vendor_has_switched_off_is_made_anew(place: Town) -> None:
    hooks = place.open("azure_devops", ADMINISTRATOR).hooks()
    first = await hooks.subscribe(URL, OLD, [])
    for it in list(place.boards.hooks.subscriptions.values())[:5]:
        it.status = "disabledBySystem"
    second = await hooks.subscribe(URL, OLD, [])
    assert len(second.ids) == 10 and len(set(second.ids) & set(first.ids)) == 5
    assert {it.status for it in place.boards.hooks.subscriptions.values()} == {"enabled"}
    assert len(place.boards.hooks.subscriptions) == 10


async def test_of_what_two_made_at_once_one_stays(place: Town) -> None:
    hooks = place.open("azure_devops", ADMINISTRATOR).hooks()
    both = await asyncio.gather(hooks.subscribe(URL, OLD, []), hooks.subscribe(URL, OLD, []))
    again = await hooks.subscribe(URL, OLD, [])
    assert len(again.ids) == len(place.boards.hooks.subscriptions) == 10
    assert set(again.ids) <= {id for it in both for id in it.ids}


async def test_a_secret_is_replaced_without_a_gap(place: Town) -> None:
    hooks = place.open("azure_devops", ADMINISTRATOR).hooks()
    await hooks.subscribe(URL, OLD, ["Bug"])
    await hooks.subscribe(f"{URL}-2", NEW, ["Bug"])
    ref = await created(place)
    meanwhile = place.boards.deliveries.take_due(place.boards.clock.now())
    assert [hints(it, NEW, OLD) for it in meanwhile] == [[Hint(ref)]] * 2
    for _ in range(2):
        await hooks.unsubscribe(URL)
    await created(place)
    after = place.boards.deliveries.take_due(place.boards.clock.now())
    assert len(after) == 1 and hints(after[0], NEW)


async def test_other_types_are_not_posted(place: Town) -> None:
    await place.open("azure_devops", ADMINISTRATOR).hooks().subscribe(URL, OLD, ["Task"])
    await created(place)
    assert place.boards.deliveries.take_due(place.boards.clock.now()) == []


async def test_who_may_not_subscribe_is_told_so_and_nothing_is_left(place: Town) -> None:
    with pytest.raises(errors.PermissionMissing, match="administrator"):
        await place.open("azure_devops").hooks().subscribe(URL, OLD, ["Bug"])
    assert not place.boards.hooks.subscriptions


async def test_what_was_made_before_a_failure_is_not_made_again(place: Town) -> None:
    hooks = place.open("azure_devops", ADMINISTRATOR).hooks()
    place.boards.faults.order("hooks.create", Fault.ERROR_AFTER, skip=3)
    with pytest.raises(errors.UnknownOutcome):
        await hooks.subscribe(URL, OLD, [])
    there = set(place.boards.hooks.subscriptions)
    assert len(there) == 4, "three were answered, and one that was made was not"
    place.boards.faults.lift()
    whole = await hooks.subscribe(URL, OLD, [])
    assert len(whole.ids) == len(place.boards.hooks.subscriptions) == 10 and there < set(whole.ids)


async def test_of_many_projects_the_first_ones(place: Town) -> None:
    projects = [{"id": f"p{it}", "name": f"P{it}", "state": "wellFormed"} for it in range(12)]
    where = "/_apis/hooks/subscriptions"
    out = StandIn(
        {
            "GET /_apis/projects": [{"value": projects}, {"value": []}],
            f"GET {where}": {"value": []},
            f"POST {where}": {},
        }
    )
    assert (await AzureDevOpsHooks(out).subscribe(URL, OLD, [])).left_out == ("P10", "P11")
    assert out.lines.count(f"POST {where}") == 50
    assert {it.json["resourceVersion"] for it in out.asked if it.method == "POST"} == {"1.0"}


async def test_of_many_projects_those_that_are_used_come_first(place: Town) -> None:
    projects = [{"id": f"p{it}", "name": f"P{it}", "state": "wellFormed"} for it in range(14)]
    where = "/_apis/hooks/subscriptions"
    answers: dict[str, Any] = {f"GET {where}": {"value": []}, f"POST {where}": {}}
    for used, left_out in (
        (["P11", "P12"], ("P8", "P9", "P10", "P13")),
        ([f"P{it}" for it in range(1, 13)], ("P0", "P13")),
    ):
        out = StandIn(answers | {"GET /_apis/projects": [{"value": projects}, {"value": []}]})
        assert (await AzureDevOpsHooks(out).subscribe(URL, OLD, [], used)).left_out == left_out
        assert out.lines.count(f"POST {where}") == 5 * (14 - len(left_out))


async def test_servicenow_has_no_api_for_it_so_a_rule_is_pasted(place: Town) -> None:
    hooks = place.open("servicenow").hooks()
    subscribed = await hooks.subscribe(f'{URL}?a="b"', OLD, ["incident", "problem"])
    assert subscribed.ids == () and [it.title for it in subscribed.by_hand] == [
        "Syncline: incident",
        "Syncline: problem",
    ]
    rule = subscribed.by_hand[0]
    assert (rule.fields["Table"], rule.fields["When"], rule.fields["Delete"]) == (
        "incident",
        "after",
        "ticked",
    )
    assert json.dumps(f'{URL}?a="b"') in rule.text and json.dumps(OLD) in rule.text
    assert rule.text.count("{") == rule.text.count("}")
    assert CANARY not in f"{subscribed!r}"
    assert place.instance.ledger.requests == []


async def test_what_such_a_rule_posts_is_understood(place: Town) -> None:
    place.instance.push("incident", URL, NEW)
    new = NewRecord("incident", {"short_description": "x"}, "sl-abcdefghij234567abcd")
    made = (await place.open("servicenow").writer().create([new]))[0]
    assert isinstance(made, Record)
    posted = place.instance.deliveries.take_due(place.instance.clock.now())
    assert [hints(it, OLD, NEW, kind="servicenow") for it in posted] == [[Hint(made.ref)]]


async def test_a_table_that_can_not_be_is_refused(place: Town) -> None:
    with pytest.raises(errors.RecordRejected):
        await place.open("servicenow").hooks().subscribe(URL, OLD, ["incident'); drop"])


def test_without_any_secret_nobody_is_believed() -> None:
    for kind in ("azure_devops", "servicenow"):
        with pytest.raises(errors.Unauthenticated):
            hints_of(kind, {}, b"{}", ())
