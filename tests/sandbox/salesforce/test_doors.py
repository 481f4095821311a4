"""Who is let in, for how long, and what a limit looks like."""

import json

import pytest

from sandbox.salesforce.counter import DATA, Counter, failed
from syncline_sandbox.salesforce.accounts import CLIENT_ID, CLIENT_SECRET
from syncline_sandbox.salesforce.ids import is_id, whole


@pytest.fixture
def counter() -> Counter:
    return Counter()


def test_a_token_says_where_to_go_and_not_how_long_it_lasts(counter: Counter) -> None:
    told = json.loads(counter.token(client_id=CLIENT_ID, client_secret=CLIENT_SECRET).body)
    assert told["instance_url"] == counter.vendor.address and told["token_type"] == "Bearer"
    assert "expires_in" not in told and "refresh_token" not in told
    identity = counter.json("GET", f"{DATA}/")["identity"]
    assert identity == told["id"] and is_id(identity.rpartition("/")[2], "005")


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"client_id": CLIENT_ID, "client_secret": "wrong"}, "invalid_client"),
        ({"client_id": "unheard", "client_secret": CLIENT_SECRET}, "invalid_client_id"),
        ({"grant_type": "password", "username": "x", "password": "y"}, "unsupported_grant_type"),
    ],
)
def test_who_gets_no_token(counter: Counter, form: dict[str, str], error: str) -> None:
    answer = counter.token(**form)
    assert (answer.status, json.loads(answer.body)["error"]) == (400, error)


def test_a_session_ends(counter: Counter) -> None:
    assert counter.rows("SELECT Id FROM Case") == []
    counter.hands.move(7201)
    assert failed(counter.query("SELECT Id FROM Case")) == (401, "INVALID_SESSION_ID")
    counter.headers = {}
    assert failed(counter.query("SELECT Id FROM Case")) == (401, "INVALID_SESSION_ID")


def test_without_the_right_to_the_api(counter: Counter) -> None:
    other = counter.as_("3MVG9sandboxNoApi", "sandbox-no-api-secret")
    assert failed(other.ask("GET", f"{DATA}/")) == (403, "API_DISABLED_FOR_ORG")


def test_what_is_not_there(counter: Counter) -> None:
    assert failed(counter.ask("GET", "/services/data/v20.0/limits")) == (404, "NOT_FOUND")
    assert failed(counter.ask("GET", f"{DATA}/nothing")) == (404, "NOT_FOUND")
    assert failed(counter.ask("PUT", f"{DATA}/sobjects/Case", {})) == (405, "METHOD_NOT_ALLOWED")
    assert failed(counter.ask("POST", f"{DATA}/sobjects/Case", b"x", Content_Type="text/plain"))[0] == 415
    assert "62.0" in {it["version"] for it in json.loads(counter.ask("GET", "/services/data/").body)}


def test_the_day_is_counted_and_then_it_is_over(counter: Counter) -> None:
    answer = counter.query("SELECT Id FROM Case")
    assert answer.headers["Sforce-Limit-Info"] == "api-usage=1/100000"
    day = counter.json("GET", f"{DATA}/limits")["DailyApiRequests"]
    assert (day["Max"], day["Remaining"]) == (100_000, 99_999)
    counter.vendor.budget.limit = 1
    assert counter.query("SELECT Id FROM Case").status == 200
    over = counter.query("SELECT Id FROM Case")
    assert failed(over) == (403, "REQUEST_LIMIT_EXCEEDED") and "Retry-After" not in over.headers


def test_ids_know_their_capitals() -> None:
    """As the vendor's own examples have it."""
    assert whole("5003000000D8cuI") == "5003000000D8cuIAAR"
    assert whole("0015000000VALDt") == "0015000000VALDtAAP"
