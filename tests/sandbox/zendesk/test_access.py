"""Who is let into the simulated Zendesk, to what, and how often."""

import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from sandbox.desk import basic
from sandbox.zendesk.clients import AGENT, CUSTOMER, FORMER, ROOT, bearer, by_token, desk, said

EXPORT = f"{ROOT}/incremental/tickets/cursor?start_time=1"
TICKET = {"ticket": {"subject": "x", "comment": {"body": "x"}}}


@pytest.mark.parametrize(
    "authorization",
    [
        by_token(token="wrong"),
        by_token("nobody@fabrikam.example"),
        basic("sandbox-api-token", "sync.account@fabrikam.example"),  # without /token: a password
        by_token(FORMER),
        "Basic %%%",
    ],
)
def test_a_wrong_credential(authorization: str) -> None:
    assert said(desk(authorization).ask("GET", f"{ROOT}/tickets")) == (401, "Couldn't authenticate you")


def test_a_wrong_token_is_told_otherwise() -> None:
    assert said(desk(bearer("wrong")).ask("GET", f"{ROOT}/users/me")) == (401, "invalid_token")


def test_whoever_comes_without_a_credential_is_nobody() -> None:
    """And that is no error: who tests a credential by it has to look."""
    found = desk("").json("GET", f"{ROOT}/users/me")["user"]
    assert found["id"] is None and found["role"] == "end-user"
    assert desk("").ask("GET", f"{ROOT}/tickets").status == 401


def test_a_token_is_anybodys_of_the_account() -> None:
    assert desk(by_token(AGENT)).json("GET", f"{ROOT}/users/me")["user"]["email"] == AGENT
    assert said(desk(by_token(CUSTOMER)).ask("GET", f"{ROOT}/tickets")) == (403, "Forbidden")


def test_exports_and_webhooks_take_an_administrator() -> None:
    agent = desk(by_token(AGENT))
    assert agent.ask("GET", f"{ROOT}/tickets").status == 200
    assert said(agent.ask("GET", EXPORT)) == (403, "Forbidden")
    assert said(agent.ask("GET", f"{ROOT}/webhooks")) == (403, "Forbidden")


def test_a_scope_that_is_missing() -> None:
    reading = desk(bearer("sandbox-oauth-read-only"))
    assert reading.ask("GET", EXPORT).status == 200
    assert said(reading.ask("POST", f"{ROOT}/tickets", TICKET)) == (403, "Forbidden")
    assert reading.vendor.ledger.effects == []


def test_a_token_tells_its_scopes_and_an_api_token_has_none() -> None:
    told = desk().json("GET", f"{ROOT}/oauth/tokens/current")["token"]
    assert told["scopes"] == ["read", "write"] and told["token"] != "sandbox-oauth-read-write"
    assert said(desk(by_token()).ask("GET", f"{ROOT}/oauth/tokens/current")) == (404, "RecordNotFound")


def asked(**form: str) -> bytes:
    given = {"client_id": "sandbox-client", "client_secret": "sandbox-client-secret", **form}
    return urlencode(given).encode()


FORM = {"Content_Type": "application/x-www-form-urlencoded"}


def test_a_clients_token_lasts_for_a_while_and_its_refresh_token_once() -> None:
    nobody = desk("")
    first = nobody.json(
        "POST", "/oauth/tokens", asked(grant_type="client_credentials", scope="read write"), **FORM
    )
    mine = nobody.as_(bearer(first["access_token"]))
    assert mine.ask("GET", f"{ROOT}/tickets").status == 200
    again = asked(grant_type="refresh_token", refresh_token=first["refresh_token"])
    second = nobody.json("POST", "/oauth/tokens", again, **FORM)
    assert mine.ask("GET", f"{ROOT}/tickets").status == 401, "a new pair ends both old ones"
    assert said(nobody.ask("POST", "/oauth/tokens", again, **FORM)) == (400, "invalid_grant")
    renewed = nobody.as_(bearer(second["access_token"]))
    assert renewed.ask("GET", f"{ROOT}/tickets").status == 200
    nobody.hands.move(second["expires_in"])
    assert renewed.ask("GET", f"{ROOT}/tickets").status == 401


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_secret": "wrong", "grant_type": "client_credentials"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "client_credentials", "scope": "everything"}, 400, "invalid_scope"),
    ],
)
def test_tokens_that_are_not_given(form: dict[str, str], status: int, error: str) -> None:
    assert said(desk("").ask("POST", "/oauth/tokens", asked(**form), **FORM)) == (status, error)


def test_a_limit_is_told_with_every_answer() -> None:
    mine = desk()
    mine.vendor.budget.limit = 2
    first = mine.ask("GET", f"{ROOT}/tickets").headers
    assert (first["X-Rate-Limit"], first["X-Rate-Limit-Remaining"], first["ratelimit-reset"]) == (
        "2",
        "1",
        "60",
    )
    mine.ask("GET", f"{ROOT}/tickets")
    over = mine.ask("GET", f"{ROOT}/tickets")
    assert said(over) == (429, "APIRateLimitExceeded") and over.headers["Retry-After"] == "60"
    mine.hands.move(60)
    assert mine.ask("GET", f"{ROOT}/tickets").status == 200


def test_exports_are_counted_apart() -> None:
    mine = desk()
    assert {mine.ask("GET", EXPORT).status for _ in range(10)} == {200}
    over = mine.ask("GET", EXPORT)
    assert over.status == 429 and over.headers["Retry-After"] == "60"
    assert mine.ask("GET", f"{ROOT}/tickets").status == 200


def test_so_are_updates_of_one_ticket() -> None:
    mine = desk()
    one, other = mine.create()["id"], mine.create()["id"]
    for number in range(30):
        assert mine.put(one, subject=f"{number}").status == 200
    over = mine.put(one, subject="once more")
    assert over.status == 429 and over.headers["zendesk-ratelimit-per-ticket-updates"].startswith("total=30;")
    assert mine.put(other, subject="x").status == 200
    mine.hands.move(timedelta(minutes=10).total_seconds())
    assert mine.put(one, subject="later").status == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"{ROOT}/unheard_of", 404),
        ("PATCH", f"{ROOT}/tickets/1", 405),
        ("GET", f"{ROOT}/tickets/1", 404),
    ],
)
def test_what_is_not_there(method: str, path: str, status: int) -> None:
    assert desk().ask(method, path).status == status


def test_an_older_form_of_an_address_still_works() -> None:
    assert json.loads(desk().ask("GET", f"{ROOT}/tickets.json").body)["tickets"] == []
