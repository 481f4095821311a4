"""Every way of being refused: exit status 1, what happened, why, what to do; the trace id last."""

from collections.abc import Callable
from typing import Any

import pytest

from cli.calling import Syncline
from cli.middleman import middleman
from cli.running import PASSWORD, Person, Running

NOBODY = "01900000-0000-7000-8000-000000000000"


def viewer(syncline: Syncline, another: Callable[[Person], Syncline]) -> Syncline:
    add = ("people", "add", "vic@example.com", "--name", "Vic", "--password-stdin")
    syncline(*add, stdin=f"{PASSWORD}\n")
    return another(Person("vic@example.com", ""))


def refused(syncline: Syncline, code: str, *args: str, **how: Any) -> list[str]:
    """The lines in between, once the outside is as promised, in words and as a document."""
    problem = syncline(*args, "--json", status=1, **how).document
    assert problem["code"] == code
    said = syncline(*args, status=1, **how)
    assert said.out == ""
    first, why, *middle, last = said.err.splitlines()
    assert first.startswith("Could not ") and first.endswith(".")
    assert why == f"Why: {problem['title'].rstrip('.')}. ({code})"
    assert last.startswith("Trace id: ")
    return middle


def test_a_field_that_is_not_valid(syncline: Syncline) -> None:
    middle = refused(syncline, "invalid", "networks", "create", "x" * 121)
    assert middle[0].startswith("What to do: ")
    assert middle[1].startswith("  /name  ")


def test_several_fields_are_each_named(syncline: Syncline) -> None:
    given = ("people", "add", "nobody", "--name", " ", "--password-stdin")
    middle = refused(syncline, "invalid", *given, stdin="short\n")
    assert [it.split()[0] for it in middle[1:]] == ["/email", "/name", "/password"]
    assert not any("short" in it.replace("should", "") for it in middle)


def test_forbidden(syncline: Syncline, another: Callable[[Person], Syncline]) -> None:
    his = viewer(syncline, another)
    assert "Ask an administrator" in refused(his, "forbidden", "networks", "create", "X")[0]
    refused(his, "forbidden", "keys", "list")
    refused(his, "forbidden", "parked", "list")


def test_not_found(syncline: Syncline) -> None:
    assert "Check the name or id" in refused(syncline, "not_found", "networks", "show", NOBODY)[0]
    refused(syncline, "not_found", "keys", "revoke", NOBODY, "--yes")


def test_a_name_that_is_taken(syncline: Syncline) -> None:
    syncline("networks", "create", "Support")
    assert "another name" in refused(syncline, "name_taken", "networks", "create", "Support")[0]


def test_the_last_administrator_is_in_use(syncline: Syncline, ada: Person) -> None:
    refused(syncline, "in_use", "people", "change", ada.email, "--role", "viewer")


def test_what_somebody_else_has_changed(syncline: Syncline) -> None:
    syncline("networks", "create", "Support")
    syncline("networks", "rename", "Support", "Help", "--if-version", "1")
    again = ("networks", "rename", "Help", "Sales", "--if-version", "1")
    assert "Look at it again" in refused(syncline, "stale", *again)[0]
    syncline("networks", "rename", "Help", "Sales", "--if-version", "2")


def test_too_many_tries(outside: Syncline, ada: Person, instance: Running) -> None:
    login = ("login", "--url", outside.url, "--email", ada.email, "--password-stdin")
    said = ""
    for _ in range(60):  # on a slow machine tries are forgiven meanwhile
        said = outside(*login, stdin="wrong wrong wrong\n", status=1).err
        if "(rate_limited)" in said:
            break
    assert "(rate_limited)" in said and "What to do: Wait " in said


def test_whatever_else_is_answered_is_shown(syncline: Syncline, instance: Running) -> None:
    problem = {
        "title": "Not from here",
        "status": 409,
        "code": "illegal_move",
        "detail": "It is paused.",
        "allowed": ["resume", "delete"],
        "errors": [{"pointer": "/a", "message": "is odd", "fix": "even it"}],
        "trace_id": "abc",
    }
    with middleman(instance.port) as between:
        syncline.change_profile(url=between.url)
        between.answers["/registry/v1/networks"] = [(409, problem)]
        assert syncline("networks", "list", status=1).err.splitlines() == [
            "Could not list the networks.",
            "Why: Not from here. (illegal_move)",
            "     It is paused.",
            "What to do: Possible now: resume, delete.",
            "  /a  is odd. To mend it: even it",
            "Trace id: abc",
        ]


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (502, "<html>Bad Gateway</html>"),
        (504, {"code": "timeout", "title": "x", "status": 504}),
        (404, "<html>Not here</html>"),
        (404, {"detail": "Not Found"}),
        (200, "<html>A home page</html>"),
        (302, ""),
    ],
)
def test_an_answer_that_is_not_synclines_is_3(
    syncline: Syncline, instance: Running, status: int, content: Any
) -> None:
    with middleman(instance.port) as between:
        syncline.change_profile(url=between.url)
        between.answers["/registry/v1/networks"] = [(status, content)]
        said = syncline("networks", "list", "--json", status=3)
    assert said.out == ""
    assert "but not as Syncline does" in said.err


def test_nobody_there_is_3(syncline: Syncline) -> None:
    syncline.change_profile(url="http://127.0.0.1:9")
    said = syncline("networks", "list", status=3)
    first, why, advice = said.err.splitlines()
    assert (said.out, first) == ("", "Could not list the networks.")
    assert why.startswith("Why: Syncline at http://127.0.0.1:9 does not answer: ")
    assert advice.startswith("What to do: Is it running there?")
    syncline("status", "--url", "http://127.0.0.1:9", status=3)


def test_nobody_signed_in_is_1(outside: Syncline) -> None:
    said = outside("networks", "list", status=1)
    assert said.err.splitlines()[0] == "You are not signed in."
    assert "syncline login --profile other" in outside("whoami", "--profile", "other", status=1).err


def test_a_fault_of_our_own_shows_no_secret(syncline: Syncline, instance: Running) -> None:
    """An answer that breaks the contract ends in a traceback; it names no values."""
    with middleman(instance.port) as between:
        syncline.change_profile(url=between.url)
        between.answers["/registry/v1/me"] = [(200, {"unexpected": PASSWORD})]
        done = syncline.in_a_process("whoami")
    assert done.status == 1 and "KeyError" in done.err
    told = done.out + done.err
    assert syncline.profile()["access_token"] not in told and PASSWORD not in told
