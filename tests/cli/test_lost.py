"""A connection that breaks while the answer is on its way: repeated where that is safe, told where it is not."""

from collections.abc import Iterator

import pytest

from cli.calling import Syncline
from cli.middleman import Middleman, middleman
from cli.running import PASSWORD, Running


@pytest.fixture
def between(syncline: Syncline, instance: Running) -> Iterator[Middleman]:
    with middleman(instance.port) as it:
        syncline.change_profile(url=it.url)
        yield it


def test_a_post_is_repeated_once_and_takes_effect_once(syncline: Syncline, between: Middleman) -> None:
    between.lose = 1
    made = syncline.json("networks", "create", "Support")
    first, second = between.of("POST")
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    assert (first.status, second.status) == (201, 201)
    assert syncline.json("networks", "list")["items"] == [made]


def test_every_command_has_a_key_of_its_own(syncline: Syncline, between: Middleman) -> None:
    for name in ("Support", "Sales"):
        syncline("networks", "create", name)
    assert len({it.headers["Idempotency-Key"] for it in between.of("POST")}) == 2


def test_it_is_not_repeated_for_ever(syncline: Syncline, between: Middleman) -> None:
    between.lose = 10
    assert "does not answer" in syncline("networks", "create", "Support", status=3).err
    assert len(between.of("POST")) == 2


def test_reading_is_repeated_too(syncline: Syncline, between: Middleman) -> None:
    between.lose, between.losing = 1, "GET"
    syncline("whoami")
    assert len(between.of("GET")) == 2


def test_a_key_that_was_made_and_lost_is_told(syncline: Syncline, between: Middleman) -> None:
    between.lose = 1
    said = syncline("keys", "create", "robot", status=1).err
    (key,) = syncline.json("keys", "list")["items"]
    assert "(already_done)" in said
    assert f"What to do: It was done, its answer was lost on the way. Its id: {key['id']}" in said


def test_a_change_is_not_repeated(syncline: Syncline, between: Middleman) -> None:
    syncline("networks", "create", "Support")
    between.lose, between.losing = 1, "PATCH"
    said = syncline("networks", "rename", "Support", "Help", status=3)
    assert said.err.startswith("Could not learn what came of it: rename the network Support.")
    assert "It may have happened." in said.err
    assert len(between.of("PATCH")) == 1


def test_neither_is_a_removal(syncline: Syncline, between: Middleman) -> None:
    syncline("people", "add", "eve@example.com", "--name", "Eve")
    between.lose, between.losing = 1, "DELETE"
    assert "It may have happened." in syncline("people", "remove", "Eve", "--yes", status=3).err
    assert len(between.of("DELETE")) == 1


def test_an_account_is_not_made_twice(syncline: Syncline, between: Middleman) -> None:
    """For the operator no answers are kept, so a repetition would be a second account."""
    between.lose = 1
    given = ("accounts", "create", "Second", "--email", "eve@second.example", "--password-stdin")
    syncline.as_operator(*given, "--profile", "default", stdin=f"{PASSWORD}\n", status=3)
    assert len(between.of("POST")) == 1


def test_a_refresh_token_is_not_sent_twice(syncline: Syncline, between: Middleman) -> None:
    """A second use would end the session for good."""
    syncline.change_profile(access_token="no longer good")
    between.lose = 1
    assert "It may have happened" in syncline("whoami", status=3).err
    assert len(between.of("POST")) == 1


def test_what_was_refreshed_is_kept_before_it_is_used(syncline: Syncline, between: Middleman) -> None:
    before = syncline.profile()["refresh_token"]
    refusal = {"title": "Not any more", "status": 401, "code": "unauthenticated"}
    between.answers["/registry/v1/me"] = [(401, refusal), (502, "<html>Bad Gateway</html>")]
    syncline("whoami", status=3)
    between.answers.clear()
    assert syncline.profile()["refresh_token"] != before
    syncline.change_profile(access_token="no longer good")
    syncline("whoami")
