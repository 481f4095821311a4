"""What the trigger says is a hint: only with our signature, and only about which cases."""

import hmac
import json
from typing import Any

import pytest

from backing.canaries import CANARY
from connectors.standin import StandIn
from syncline_common.connectors.catalogue import hints_of
from syncline_common.connectors.salesforce import hints
from syncline_common.connectors.salesforce.triggers import SalesforceHooks
from syncline_common.errors import Invalid, RecordRejected, Unauthenticated
from syncline_common.schemas.records import RecordRef
from syncline_common.sdk.ports import Hint
from syncline_sandbox.salesforce.organisation import Organisation

SECRET, OLDER = f"{CANARY}-hook", f"{CANARY}-older"
URL = "https://syncline.example/hooks/7?it's=\\"
ONE, TWO = "5003000000D8cuIAAR", "5003000000D8cuJAAR"
TOLD = {"object": "Case", "operation": "update", "ids": [ONE, TWO]}


def signed(told: Any, secret: str = SECRET) -> tuple[dict[str, str], bytes]:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    signature = hmac.new(secret.encode(), body, "sha256").hexdigest()
    return {"x-syncline-signature": f"sha256={signature}"}, body


def test_each_case_by_its_id() -> None:
    expected = (Hint(RecordRef("Case", ONE)), Hint(RecordRef("Case", TWO)))
    assert hints(*signed(TOLD), SECRET) == expected


def test_a_deletion_says_so_and_coming_back_is_a_change() -> None:
    for operation, deleted in (("delete", True), ("undelete", False), ("insert", False)):
        told = {**TOLD, "operation": operation, "ids": [ONE]}
        assert hints(*signed(told), SECRET) == (Hint(RecordRef("Case", ONE), deleted=deleted),)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-syncline-signature": "sha256="},
        {"x-syncline-signature": "sha256=é"},
        {"x-syncline-signature": SECRET},
        signed(TOLD, "another")[0],
        signed({**TOLD, "ids": []})[0],
    ],
)
def test_strangers_are_turned_away(headers: dict[str, str]) -> None:
    with pytest.raises(Unauthenticated) as caught:
        hints(headers, signed(TOLD)[1], SECRET)
    assert CANARY not in f"{caught.value!r} {vars(caught.value)}"


def test_an_empty_secret_lets_nobody_in() -> None:
    with pytest.raises(Unauthenticated):
        hints(*signed(TOLD, ""), "")


def test_an_older_secret_counts_while_it_is_being_replaced() -> None:
    assert len(hints_of("salesforce", *signed(TOLD, OLDER), (SECRET, OLDER))) == 2


@pytest.mark.parametrize(
    "told",
    [
        b"no json",
        [],
        {},
        {**TOLD, "object": "Account"},
        {**TOLD, "operation": "read"},
        {**TOLD, "ids": ["x' OR Id != '"]},
        {**TOLD, "ids": [5]},
        {**TOLD, "ids": None},
    ],
)
def test_what_can_not_be_read_is_said_so(told: Any) -> None:
    with pytest.raises(Invalid):
        hints(*signed(told), SECRET)


async def test_a_trigger_a_class_and_a_remote_site_are_pasted() -> None:
    out = StandIn({})
    subscribed = await SalesforceHooks(out).subscribe(URL, SECRET, ["Case"])
    site, code, trigger = subscribed.by_hand
    assert (subscribed.ids, out.asked) == ((), [])
    assert (site.into, site.text) == ("Remote Site URL", "https://syncline.example")
    assert "'https://syncline.example/hooks/7?it\\u0027s=\\u005c'" in code.text
    assert f"Blob.valueOf('{SECRET}')" in code.text and "@future(callout=true)" in code.text
    for it in (code, trigger):
        assert it.text.count("{") == it.text.count("}") and it.text.count("(") == it.text.count(")")
    for when in ("after insert", "after update", "after delete", "after undelete"):
        assert when in trigger.text
    assert CANARY not in f"{subscribed!r}{trigger.text}"


async def test_only_cases_can_be_subscribed_to() -> None:
    with pytest.raises(RecordRejected):
        await SalesforceHooks(StandIn({})).subscribe(URL, SECRET, ["Account"])


def test_what_such_a_trigger_posts_is_understood() -> None:
    made = Organisation()
    made.push("Case", URL, SECRET)
    stored = made.create("Case", {"Subject": "x"}, "triage@contoso.example")
    made.writing.delete(stored, "triage@contoso.example")
    posted = made.deliveries.take_due(made.clock.now())
    told = [hints({name.lower(): it for name, it in one.headers.items()}, one.body, SECRET) for one in posted]
    ref = RecordRef("Case", stored.id)
    assert told == [(Hint(ref),), (Hint(ref, deleted=True),)]
