"""Rotating what secrets are sealed with: started by the operator, followed until it is over."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from cli.calling import Syncline
from cli.middleman import Middleman, middleman
from cli.running import OPERATOR, Running
from cli.terminal import at_a_terminal

START, PROGRESS = "/registry/v1/keys/rotate", "/registry/v1/keys"


def state(left: int, name: str = "running") -> dict[str, Any]:
    return {"state": name, "primary": "kek-2", "left": left}


DONE = state(0, "done")


@pytest.fixture
def between(instance: Running) -> Iterator[Middleman]:
    """A rotation that takes its time."""
    with middleman(instance.port) as it:
        it.answers[START] = [(202, state(4))]
        it.answers[PROGRESS] = [(200, state(3)), (200, state(1)), (200, DONE)]
        yield it


def env_of(between: Middleman) -> dict[str, Any]:
    return {"SYNCLINE_URL": between.url, "SYNCLINE_OPERATOR_TOKEN": OPERATOR}


@pytest.mark.parametrize(("args", "data_keys"), [((), False), (("--data-keys",), True)])
def test_it_is_followed_until_it_is_over(
    outside: Syncline, between: Middleman, args: tuple[str, ...], data_keys: bool
) -> None:
    said = outside("secrets", "rotate", *args, **env_of(between))
    assert (said.out, said.err) == ("Everything is sealed with the new key, kek-2.\n", "")
    started, *asked = between.seen
    assert (started.method, json.loads(started.body)) == ("POST", {"data_keys": data_keys})
    assert [(it.method, it.path) for it in asked] == [("GET", PROGRESS)] * 3
    assert {it.headers["Authorization"] for it in between.seen} == {f"Bearer {OPERATOR}"}


def test_as_documents_it_is_the_beginning_and_the_end(outside: Syncline, between: Middleman) -> None:
    said = outside("secrets", "rotate", "--json", **env_of(between))
    assert said.documents == [state(4), DONE]


def test_where_nothing_is_to_be_done_nothing_is_asked(outside: Syncline, between: Middleman) -> None:
    between.answers[START] = [(202, DONE)]
    assert outside("secrets", "rotate", "--json", **env_of(between)).document == DONE
    assert len(between.seen) == 1


def test_one_that_stands_still_is_not_watched_for_ever(outside: Syncline, between: Middleman) -> None:
    between.answers[PROGRESS] = [(200, state(3))]
    said = outside("secrets", "rotate", "--patience", "1", status=1, **env_of(between))
    assert said.err.startswith(
        "Could not see the end of the rotation.\nWhy: Nothing has moved for a while; 3 are"
    )


def test_secrets_are_sealed_anew(syncline: Syncline, instance: Running) -> None:
    """The real thing: afterwards signing still works, with a key that was sealed before."""
    before = kek_ids(instance)
    syncline.as_operator("secrets", "rotate", "--data-keys", "--profile", "default")
    assert before and not before & kek_ids(instance)
    syncline.change_profile(access_token="no longer good")
    syncline("whoami")


def kek_ids(instance: Running) -> set[str]:
    return {row[0] for row in instance.rows("registry", "SELECT DISTINCT kek_id FROM data_key")}


def test_a_terminal_shows_how_far_it_is(outside: Syncline, between: Middleman) -> None:
    env = outside.whole_env(**env_of(between))
    it = at_a_terminal(outside.command("secrets", "rotate", "--json"), env, stdout_too=False)
    status, out = it.end()
    assert (status, out.count("\n")) == (0, 2)
    assert "Sealing anew" in it.seen and "75%" in it.seen


def test_only_the_operator_may(outside: Syncline, instance: Running) -> None:
    env = {"SYNCLINE_URL": instance.url, "SYNCLINE_OPERATOR_TOKEN": "somebody else's token"}
    said = outside("secrets", "rotate", status=1, **env)
    assert said.err.startswith("Could not start the rotation.")
    assert "somebody" not in said.err
