"""What the audit log shows of a change: what differs, never a secret, and not more than a person would read."""

import json
from collections.abc import Iterator
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr

from common.audited import ADA, rows
from syncline_common.audit.changes import LONGEST, as_text, changes
from syncline_common.audit.log import record
from syncline_common.db.tx import Database
from syncline_common.redaction import REDACTOR

CANARY = "canary-7c1f9e"  # a secret under a name that says nothing
ID = UUID("01900000-0000-7000-8000-00000000000a")


class Colour(Enum):
    RED = "red"


@pytest.fixture(autouse=True)
def nothing_was_learnt() -> Iterator[None]:
    """What was a secret in other tests of this process is a word here."""
    held = list(REDACTOR._learnt)
    for secret in held:
        REDACTOR._forget(secret, REDACTOR._learnt.pop(secret))
    yield
    for secret in held:
        REDACTOR.learn(secret)


@pytest.mark.parametrize(
    ("before", "after", "was", "now"),
    [
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, {"b": 2}, {"b": 3}),
        ({"a": 1}, {"a": 1}, {}, {}),
        ({"a": 1}, {"b": 1}, {"a": 1}, {"b": 1}),
        ({"a": None}, {"a": ""}, {"a": None}, {"a": ""}),
        (None, {"a": 1, "b": None}, None, {"a": 1, "b": None}),
        ({"a": 1}, None, {"a": 1}, None),
        (None, None, None, None),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, {"a": {"c": 2}}, {"a": {"c": 3}}),
        ({"a": [1, 2]}, {"a": [2, 1]}, {"a": [1, 2]}, {"a": [2, 1]}),
        ({"a": {1}}, {"a": {2, 1}}, {"a": [1]}, {"a": [1, 2]}),
    ],
)
def test_only_what_differs(before: Any, after: Any, was: Any, now: Any) -> None:
    assert changes(before, after) == (was, now)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "password",
            "new_password",
            "Password",
            "passphrase",
            "pin",
            "otp",
            "auth",
            "Authorization",
            "bearer",
        ),
        *("clientSecret", "client-secret", "api_key", "apiKey", "APIKEY", "key", "private_key_pem", "token"),
        *("refreshTokens", "credential", "cookie", "webhook_signature", "declared"),
    ],
)
@pytest.mark.parametrize(
    "secret", [CANARY, {"value": CANARY}, [CANARY], CANARY.encode(), SecretStr(CANARY), 12]
)
def test_a_secret_is_set_or_changed_and_not_shown(name: str, secret: Any) -> None:
    declared = ["declared"]
    assert changes(None, {name: secret}, declared) == (None, {name: "(set)"})
    assert changes({name: "x"}, {name: secret}, declared) == ({name: "(set)"}, {name: "(changed)"})
    nested = ({name: {"value": "x"}}, {name: {"value": secret}})
    assert changes(*nested, declared) == ({name: "(set)"}, {name: "(changed)"})
    assert changes({name: None}, {name: secret}, declared) == ({name: None}, {name: "(set)"})
    assert changes({name: secret}, {name: None}, declared) == ({name: "(set)"}, {name: None})
    assert changes({}, {name: secret}, declared) == ({}, {name: "(set)"})
    assert changes({"a": {name: "x"}}, {"a": {name: secret}}, declared)[1] == {"a": {name: "(changed)"}}
    assert changes(None, {"a": [{name: secret}]}, declared) == (None, {"a": [{name: "(set)"}]})


@pytest.mark.parametrize("name", ["name", "author", "monkey", "passenger", "pinned", "description"])
def test_other_names_hide_nothing(name: str) -> None:
    assert changes(None, {name: "x"}) == (None, {name: "x"})


def test_whether_there_is_one_may_be_shown() -> None:
    assert changes(None, {"has_password": False, "token": ""}) == (
        None,
        {"has_password": False, "token": None},
    )
    assert changes(None, {"a": SecretStr("x"), "b": SecretStr("")}) == (None, {"a": "(set)", "b": None})


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (True, True),
        (1.5, 1.5),
        (ID, str(ID)),
        (Colour.RED, "red"),
        (Decimal("1.10"), "1.10"),
        (b"abc", "(3 bytes)"),
        (("a", None), ["a", None]),
        (float("nan"), "(a large number)"),
        (10**5000, "(a large number)"),
        ("\ud800", "?"),
        ("x" * 2001, "x" * 200 + "... (2001 characters)"),
    ],
    ids=lambda it: str(type(it).__name__),
)
def test_values_of_all_kinds(value: Any, shown: Any) -> None:
    assert changes(None, {"a": value}) == (None, {"a": shown})


def test_no_end_of_nesting_ends() -> None:
    nested: Any = 1
    for _ in range(100):
        nested = {"a": [nested]}
    assert "(deeper)" in (as_text(changes(None, nested)[1]) or "")
    assert "(deeper)" in (as_text(changes({"a": {"a": 1}}, nested)[1]) or "")


def test_what_is_large_gives_way_to_its_size() -> None:
    text = as_text({"name": "x", "body": ["y" * 1000] * 100}) or ""
    assert json.loads(text) == {"name": "x", "body": "(100301 characters)"}
    many = as_text({f"{number}": "z" * 400 for number in range(1000)}) or ""
    assert json.loads(many) == {"(too long)": "1000 fields"}
    assert len(as_text({"a": "y" * 1000, "b": ["z" * 1000] * 30}) or "") < LONGEST


async def test_no_secret_is_in_a_row_wherever_it_hides(db: Database) -> None:
    """Known to the process, under harmless names, in every encoding."""
    REDACTOR.learn(CANARY)
    REDACTOR.learn("31415926535")
    hidden = {
        "name": f"it is {CANARY}!",
        "number": 31415926535,
        "list": [CANARY],
        f"{CANARY}": 1,
        "encoded": "Y2FuYXJ5LTdjMWY5ZQ==",
        "long": "x" * 196 + CANARY + "y" * 3000,
    }
    about: dict[str, Any] = {"noun": "thing", "noun_id": "1"}
    async with db.begin() as tx:
        await record(tx, ADA, "thing.changed", **about, before={"name": "old"}, after=hidden)
        await record(tx, ADA, "thing.gone", **about, before={**hidden, "password": CANARY})
    found = repr([tuple(row) for row in await rows(db)])
    assert "[secret]" in found and "(set)" in found
    for trace in (CANARY, "cana", "31415926535", "Y2FuYXJ5LTdjMWY5ZQ"):
        assert trace not in found
