"""Things are found by id, by name, and by the beginning of their id; never by guessing."""

import pytest

from cli.calling import Syncline


@pytest.fixture
def ids(syncline: Syncline) -> dict[str, str]:
    return {name: syncline.json("networks", "create", name)["id"] for name in ("Help", "Helpdesk", "Sales")}


def found(syncline: Syncline, given: str) -> str:
    return str(syncline.json("networks", "show", given)["id"])


@pytest.mark.parametrize("given", ["Sales", "sales", "SALES"])
def test_by_name_whatever_its_case(syncline: Syncline, ids: dict[str, str], given: str) -> None:
    assert found(syncline, given) == ids["Sales"]


def test_by_id_and_its_beginning(syncline: Syncline, ids: dict[str, str]) -> None:
    for it in ids.values():
        assert found(syncline, it) == found(syncline, it.upper()) == found(syncline, it[:-1]) == it


@pytest.fixture
def bobs(syncline: Syncline) -> list[str]:
    names = (
        ("a@example.com", "Bob"),
        ("b@example.com", "BOB"),
        ("c@example.com", "Rob"),
        ("d@example.com", "Rob"),
    )
    return [syncline.json("people", "add", email, "--name", name)["id"] for email, name in names]


def test_the_exact_name_goes_first(syncline: Syncline, bobs: list[str]) -> None:
    assert [syncline.json("people", "show", it)["id"] for it in ("Bob", "BOB")] == bobs[:2]


def test_two_that_fit_are_named_and_neither_is_taken(syncline: Syncline, bobs: list[str]) -> None:
    said = syncline("people", "change", "Rob", "--name", "Gone", status=2)
    assert said.err.startswith("Rob is more than one person.")
    assert [it in said.err for it in bobs] == [False, False, True, True]
    assert "more than one" in syncline("people", "show", "bob", status=2).err
    assert "more than one" in syncline("people", "show", bobs[0][:4], status=2).err


def test_none_that_fits_is_told(syncline: Syncline, ids: dict[str, str]) -> None:
    said = syncline("networks", "show", "Sal", status=1)
    assert said.err.startswith("There is no network called Sal.")
    assert "Help, Helpdesk, Sales" in said.err


def test_people_by_email_or_name(syncline: Syncline) -> None:
    bob = syncline.json("people", "add", "bob@example.com", "--name", "Bob")["id"]
    syncline("people", "add", "bob@example.org", "--name", "Rob")
    for given in ("bob@example.com", "BOB@example.com", "Bob", "bob"):
        assert syncline.json("people", "show", given)["id"] == bob


def test_the_shell_is_offered_names(syncline: Syncline, ids: dict[str, str]) -> None:
    env = {
        "_SYNCLINE_COMPLETE": "complete_bash",
        "COMP_WORDS": "syncline networks show He",
        "COMP_CWORD": "3",
    }
    assert sorted(syncline.in_a_process(**env).out.split()) == ["Help", "Helpdesk"]
    syncline("logout")
    done = syncline.in_a_process(**env)
    assert (done.out.strip(), done.err) == ("", "")
