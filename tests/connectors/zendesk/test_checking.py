"""What an account is asked while a connection is set up: who calls, what it may, and what there is."""

from typing import Any

import pytest

from connectors.standin import StandIn, Told
from connectors.zendesk.answers import (
    BRANDS,
    FIELDS,
    GROUPS,
    ME,
    OUR_BRANDS,
    OWN,
    STATUSES,
    TOKEN,
    listed,
    world,
)
from syncline_common import errors
from syncline_common.configuration.conditions import Condition
from syncline_common.connectors.zendesk.surveyor import ENDS, ZendeskSurveyor
from syncline_common.schemas.values import FieldType
from syncline_common.sdk.answers import SentElsewhere
from syncline_common.sdk.ports import WebhookWay

ADMIN = {"user": {"id": 35436, "email": "sync@fabrikam.example", "role": "admin", "suspended": False}}


def token(*scopes: str) -> dict[str, Any]:
    return {
        "token": {
            "id": 223443,
            "user_id": 35436,
            "client_id": 41,
            "scopes": list(scopes),
            "token": "af3345kdj3",
        }
    }


def person(**more: Any) -> dict[str, Any]:
    return {"user": {**ADMIN["user"], **more}}


async def test_role_and_scopes_are_asked_for_and_nothing_is_written() -> None:
    out = StandIn({ME: ADMIN, TOKEN: token("read", "write")})
    survey = await ZendeskSurveyor(out).survey()
    assert (survey.identity, survey.can_write, survey.findings) == ("sync@fabrikam.example", True, ())
    assert survey.found.webhooks is WebhookWay.API
    assert out.lines == [ME, TOKEN]


@pytest.mark.parametrize(
    "refusal",
    [Told(status=404), Told(status=403), Told(status=400), errors.CredentialRejected("no token of OAuth")],
)
async def test_an_api_token_has_no_scopes_and_ends_some_day(refusal: Told | Exception) -> None:
    survey = await ZendeskSurveyor(StandIn({ME: ADMIN, TOKEN: refusal})).survey()
    assert survey.can_write is True and survey.findings == (ENDS,)


@pytest.mark.parametrize(
    ("me", "scopes", "kind"),
    [
        (errors.CredentialRejected("401"), ("read",), errors.CredentialRejected),
        (person(id=None, role="end-user"), ("read",), errors.CredentialRejected),  # nobody is answered, too
        (person(role="agent"), ("read", "write"), errors.PermissionMissing),
        (person(role="end-user"), ("read", "write"), errors.PermissionMissing),
        (ADMIN, ("read",), errors.PermissionMissing),
        (ADMIN, ("write",), errors.PermissionMissing),
        (ADMIN, ("hc:read",), errors.PermissionMissing),
        (Told(status=404), ("read",), errors.NotSuchSystem),
        (SentElsewhere("302", "/hc"), ("read",), errors.NotSuchSystem),
        (errors.Unavailable("503"), ("read",), errors.Unavailable),
    ],
)
async def test_what_is_wrong_is_told_apart(me: Any, scopes: tuple[str, ...], kind: type[Exception]) -> None:
    with pytest.raises(kind):
        await ZendeskSurveyor(StandIn({ME: me, TOKEN: token(*scopes)})).survey()


async def test_scopes_of_tickets_alone_will_do() -> None:
    out = StandIn({ME: ADMIN, TOKEN: token("tickets:read", "tickets:write")})
    assert (await ZendeskSurveyor(out).survey()).can_write is True


async def test_brands_are_projects() -> None:
    surveyor = ZendeskSurveyor(StandIn({BRANDS: OUR_BRANDS}))
    assert [(it.id, it.name) for it in await surveyor.projects()] == [("47", "Fabrikam")]
    [stream] = await surveyor.streams()
    assert (stream.name, stream.projects) == ("tickets", ("Fabrikam",))


async def test_fields_of_the_system_and_of_the_account() -> None:
    groups = listed("groups", {"id": 98738, "name": "Support"})
    statuses = {"custom_statuses": [{"id": 1006, "agent_label": "Waits", "active": True}]}
    out = world(groups=groups, statuses=statuses)
    found = {it.name: it for it in await ZendeskSurveyor(out).fields("tickets")}
    product = found["custom_field_27643"]
    assert (product.label, product.type, product.choices) == (
        "Product",
        FieldType.CHOICE,
        ("web_shop", "app"),
    )
    assert product.choice_labels == {"web_shop": "Web shop", "app": "App"}
    assert found["custom_field_27644"].type is FieldType.BOOLEAN
    assert found["custom_field_27646"].type is FieldType.LIST
    assert not found["custom_field_27648"].writable and "custom_field_27649" not in found
    assert found["group_id"].choice_labels == {"98738": "Support"}
    assert found["custom_status_id"].choices == ("1006",)
    assert found["status"].choices == ("new", "open", "pending", "hold", "solved", "closed")
    assert found["requester_id"].type is FieldType.PERSON and not found["problem_id"].writable
    assert [it.name for it in found.values() if it.required_on_create] == ["subject", "description"]


async def test_an_account_without_statuses_of_its_own() -> None:
    out = world(groups=listed("groups"), statuses=Told(status=404))
    found = {it.name: it for it in await ZendeskSurveyor(out).fields("tickets")}
    assert found["custom_status_id"].choices is None
    assert set(out.lines) == {FIELDS, GROUPS, BRANDS, STATUSES}


async def test_lists_are_read_to_their_end() -> None:
    pages = [
        listed("ticket_fields", *OWN["ticket_fields"][:2], after="b2Zm"),
        listed("ticket_fields", *OWN["ticket_fields"][2:]),
    ]
    out = StandIn({FIELDS: pages, BRANDS: OUR_BRANDS})
    known = await ZendeskSurveyor(out).known()
    assert "custom_field_27642" in known.fields and "custom_field_27643" in known.fields
    assert [it.params for it in out.asked[:2]] == [
        {"page[size]": 100},
        {"page[size]": 100, "page[after]": "b2Zm"},
    ]


async def test_people_by_the_beginning_of_a_name_or_by_an_address() -> None:
    found = {"users": [{"id": 7, "name": "Triage", "email": "triage@fabrikam.example", "suspended": True}]}
    autocomplete, search = "GET /api/v2/users/autocomplete", "GET /api/v2/users/search"
    out = StandIn({autocomplete: found, search: found})
    [one] = await ZendeskSurveyor(out).people("Tri")
    assert (one.key, one.name, one.email, one.active) == ("7", "Triage", "triage@fabrikam.example", False)
    await ZendeskSurveyor(out).people("triage@fabrikam.example")
    assert await ZendeskSurveyor(out).people("T") == []
    assert [(it.line, it.params) for it in out.asked] == [
        (autocomplete, {"name": "Tri"}),
        (search, {"query": "email:triage@fabrikam.example"}),
    ]


async def test_counting_by_search() -> None:
    out = world(**{"GET /api/v2/search/count": {"count": 41}})
    conditions = [
        Condition("status", "==", ("open",), "record.status == 'open'"),
        Condition("priority", ">=", ("high",), "record.priority >= 'high'"),
        Condition("subject", "==", ("x",), "record.subject == 'x'"),
    ]
    counted = await ZendeskSurveyor(out).count("tickets", ["Fabrikam"], conditions)
    assert out.asked[-1].params == {"query": 'type:ticket brand:47 status:"open" priority>=high'}
    assert counted.records == 41 and "record.subject == 'x'" in counted.left_out
