"""Signing in and out: what is kept, where, for whom; and what is never shown."""

import json
from pathlib import Path

import pytest

from cli.calling import Done, Syncline
from cli.running import PASSWORD, Person, Running


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


def key_of(syncline: Syncline, *more: str) -> str:
    return str(syncline.json("keys", "create", "robot", *more)["key"])


def test_signing_in_says_who_one_is(outside: Syncline, ada: Person) -> None:
    said = outside.login(ada)
    assert said.out == f"Signed in at {outside.url} as Administrator (administrator), account Tests.\n"
    assert said.err == ""


def test_as_a_document_it_says_the_same_and_no_token(
    outside: Syncline, ada: Person, instance: Running
) -> None:
    me = outside.login(ada, "--json").document
    token = instance.tokens_of(ada)["access_token"]
    assert me == instance.ask("GET", "/registry/v1/me", token).json()


def test_the_profile_is_its_owners_only(syncline: Syncline) -> None:
    path = syncline.profile_path()
    assert (mode_of(path), mode_of(path.parent)) == (0o600, 0o700)
    assert [mode_of(it) for it in path.parent.iterdir()] == [0o600, 0o600]


def test_a_profile_that_others_could_read_is_closed(syncline: Syncline) -> None:
    syncline.profile_path().chmod(0o644)
    syncline("whoami")
    assert mode_of(syncline.profile_path()) == 0o600


def test_whoami(syncline: Syncline, ada: Person) -> None:
    facts = dict(line.split(maxsplit=1) for line in syncline("whoami").out.splitlines())
    assert facts["email"].strip() == ada.email
    assert facts["at"].strip() == syncline.url
    assert facts["networks"].strip() == "all"


def test_a_wrong_password_keeps_nothing(outside: Syncline, ada: Person) -> None:
    login = ("login", "--url", outside.url, "--email", ada.email, "--password-stdin")
    said = outside(*login, stdin="wrong wrong wrong\n", status=1)
    assert said.out == ""
    first, why, advice, trace = said.err.splitlines()
    assert first == f"Could not sign in at {outside.url} as {ada.email}."
    assert why == "Why: E-mail or password is not right. (unauthenticated)"
    assert advice.startswith("What to do: Check the e-mail address and the password")
    assert trace.startswith("Trace id: ")
    assert not outside.profile_path().exists()


def test_signing_out_ends_the_session_at_syncline(syncline: Syncline, instance: Running) -> None:
    refresh = syncline.profile()["refresh_token"]
    assert syncline("logout").out == f"Signed out of {syncline.url}.\n"
    assert instance.ask("POST", "/registry/v1/tokens", "", {"refresh_token": refresh}).status_code == 401
    assert set(syncline.profile()) == {"url", "email"}
    assert "You are signed out." in syncline("whoami", status=1).err
    assert syncline("logout").out == "You were not signed in.\n"


def test_nothing_is_forgotten_that_could_not_be_revoked(syncline: Syncline) -> None:
    syncline.change_profile(url="http://127.0.0.1:9")
    before = syncline.profile()
    syncline("logout", status=3)
    assert syncline.profile() == before


def test_signing_in_again_ends_the_session_before(syncline: Syncline, ada: Person, instance: Running) -> None:
    before = syncline.profile()["refresh_token"]
    syncline.login(ada)
    assert instance.ask("POST", "/registry/v1/tokens", "", {"refresh_token": before}).status_code == 401
    syncline("whoami")


def test_an_api_key_instead_of_a_person(syncline: Syncline, outside: Syncline) -> None:
    key = key_of(syncline, "--role", "manager")
    said = syncline("login", "--url", syncline.url, "--api-key-stdin", "--profile", "robot", stdin=f"{key}\n")
    assert "as robot (manager)" in said.out
    assert syncline.profile("robot") == {"url": syncline.url, "email": "", "api_key": key}
    assert syncline.json("whoami", "--profile", "robot")["kind"] == "api_key"
    said = syncline("logout", "--profile", "robot")
    assert "still works" in said.err
    assert "api_key" not in syncline.profile("robot")


def test_a_key_from_the_environment_needs_no_profile(syncline: Syncline, tmp_path: Path) -> None:
    program = Syncline(tmp_path / "nothing", syncline.url)
    env = {"SYNCLINE_API_KEY": key_of(syncline), "SYNCLINE_URL": syncline.url}
    assert program.json("whoami", **env)["name"] == "robot"
    assert not program.home.exists()


def test_a_profile_that_is_chosen_goes_before_the_environment(syncline: Syncline, ada: Person) -> None:
    env = {"SYNCLINE_API_KEY": "slk_nonsense", "SYNCLINE_URL": "http://127.0.0.1:9"}
    assert syncline.json("whoami", "--profile", "default", **env)["email"] == ada.email
    assert "API key is unknown" in syncline("whoami", status=1, **env | {"SYNCLINE_URL": syncline.url}).err


def test_a_session_is_not_shown_to_another_address(syncline: Syncline) -> None:
    said = syncline("whoami", status=2, SYNCLINE_URL="http://127.0.0.1:9")
    assert f"signed in at {syncline.url}, not at http://127.0.0.1:9" in said.err


def test_an_unknown_key_is_not_kept(outside: Syncline) -> None:
    outside("login", "--url", outside.url, "--api-key-stdin", stdin="slk_nonsense\n", status=1)
    assert not outside.profile_path().exists()


def test_profiles_stand_beside_each_other(syncline: Syncline, instance: Running, ada: Person) -> None:
    bob = instance.new_account()
    syncline.login(bob, "--profile", "bob")
    assert syncline.json("whoami")["email"] == ada.email
    assert syncline.json("whoami", "--profile", "bob")["email"] == bob.email
    assert syncline.json("whoami", SYNCLINE_PROFILE="bob")["email"] == bob.email


@pytest.mark.parametrize("text", ["", "{", "[]", '{"url": 1', '{"email": "ada"}'])
def test_a_damaged_profile_is_told(syncline: Syncline, text: str) -> None:
    syncline.profile_path().write_text(text)
    said = syncline("whoami", status=1)
    assert "Could not read the profile default." in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    "args",
    [
        ("login", "--email", "a@b"),  # nobody there to be asked
        ("login", "--api-key-stdin", "--email", "a@b"),
        ("login", "--email", "a@b", "--password", "secret"),
        ("login", "--email", "a@b", "--password-stdin", "--url", "ftp://x"),
        ("login", "--email", "a@b", "--password-stdin", "--url", "https://me:secret@x"),
        ("login", "--profile", "../x", "--password-stdin"),
        ("logout", "--profile", "a/b"),
        ("whoami", "--nonsense"),
        ("nonsense",),
    ],
)
def test_a_wrong_use_is_2(outside: Syncline, args: tuple[str, ...]) -> None:
    said = outside(*args, status=2)
    assert said.out == "" and said.err and "secret@" not in said.err


def test_plain_http_to_elsewhere_is_warned_of(outside: Syncline) -> None:
    given = ("--url", "http://syncline.invalid", "--email", "a@b", "--password-stdin")
    assert "plain HTTP" in outside("login", *given, stdin="x\n", status=3).err


def test_no_secret_is_ever_shown(syncline: Syncline, ada: Person) -> None:
    secrets = [PASSWORD, syncline.profile()["access_token"], syncline.profile()["refresh_token"]]
    said: list[Done] = [syncline.login(ada), syncline("whoami"), syncline("whoami", "--json")]
    secrets += [syncline.profile()["access_token"], syncline.profile()["refresh_token"]]
    syncline.change_profile(url="http://127.0.0.1:9")
    said += [syncline("whoami", status=3), syncline("logout", status=3)]
    told = json.dumps([(it.out, it.err) for it in said])
    assert [secret for secret in secrets if secret in told] == []
