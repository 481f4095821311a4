"""A session that goes on by itself, is refreshed once however many commands run, and ends with a clear word."""

import fcntl
import json

from cli.calling import Syncline, finished
from cli.running import Person, Running, until

AT_ONCE = 4
ROUTE, ME = "/registry/v1/tokens", "/registry/v1/me"


def expire(syncline: Syncline) -> str:
    """As good as ten minutes later: the access token is refused. Returns the refresh token."""
    syncline.change_profile(access_token="no longer good")
    return syncline.profile()["refresh_token"]


def test_an_expired_token_is_refreshed_unseen(syncline: Syncline, ada: Person) -> None:
    before = expire(syncline)
    said = syncline("whoami", "--json")
    assert (said.document["email"], said.err) == (ada.email, "")
    after = syncline.profile()
    assert after["refresh_token"] != before
    assert after["access_token"] != "no longer good"
    assert (after["url"], after["email"]) == (syncline.url, ada.email)
    assert syncline.profile_path().stat().st_mode & 0o777 == 0o600


def test_a_refused_post_is_done_once_with_the_new_token(syncline: Syncline) -> None:
    expire(syncline)
    syncline("networks", "create", "Support")
    assert len(syncline.json("networks", "list")["items"]) == 1


def test_of_processes_at_once_one_refreshes(syncline: Syncline, ada: Person, instance: Running) -> None:
    """A second use of the refresh token would end the session for all of them."""
    expire(syncline)
    before = instance.requests_to(ROUTE, "POST")
    processes = [syncline.start("whoami", "--json") for _ in range(AT_ONCE)]
    done = [finished(it) for it in processes]
    assert [it.status for it in done] == [0] * AT_ONCE, [it.err for it in done]
    assert {json.loads(it.out)["email"] for it in done} == {ada.email}
    assert instance.requests_to(ROUTE, "POST") == before + 1
    syncline("whoami")


def test_whoever_waits_takes_what_the_other_got(syncline: Syncline, instance: Running) -> None:
    """Its token was refused, and by the time the lock is free there is another one."""
    before, asked = instance.requests_to(ROUTE, "POST"), instance.requests_to(ME, "GET")
    good = syncline.profile()["access_token"]
    expire(syncline)
    with syncline.profile_path().with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        waiting = syncline.start("whoami", "--json")
        until(lambda: instance.requests_to(ME, "GET") == asked + 1)
        syncline.change_profile(access_token=good)
    assert finished(waiting).status == 0
    assert instance.requests_to(ROUTE, "POST") == before


def test_a_revoked_session_is_told_clearly(syncline: Syncline, instance: Running, ada: Person) -> None:
    refresh = expire(syncline)
    instance.ask("POST", "/registry/v1/tokens/revoke", "", {"refresh_token": refresh})
    said = syncline("networks", "list", status=1)
    assert said.out == ""
    assert said.err.splitlines()[:3] == [
        f"Could not go on with the session of {ada.email} at {syncline.url}.",
        "Why: This session has ended; sign in again. (unauthenticated)",
        "What to do: Sign in: syncline login",
    ]
    assert set(syncline.profile()) == {"url", "email"}
    assert "You are signed out." in syncline("networks", "list", status=1).err
    syncline.login(ada)
    syncline("networks", "list")


def test_as_a_document_it_is_the_problem(syncline: Syncline, instance: Running) -> None:
    refresh = expire(syncline)
    instance.ask("POST", "/registry/v1/tokens/revoke", "", {"refresh_token": refresh})
    problem = syncline("whoami", "--json", status=1).document
    assert (problem["status"], problem["code"]) == (401, "unauthenticated")


def test_a_session_that_was_stolen_ends(syncline: Syncline, instance: Running) -> None:
    stolen = expire(syncline)
    assert instance.ask("POST", ROUTE, "", {"refresh_token": stolen}).status_code == 200
    assert "This session has ended" in syncline("whoami", status=1).err


def test_a_refresh_that_nobody_answers_spends_nothing(syncline: Syncline) -> None:
    expire(syncline)
    url = syncline.profile()["url"]
    syncline.change_profile(url="http://127.0.0.1:9")
    before = syncline.profile()
    syncline("whoami", status=3)
    assert syncline.profile() == before
    syncline.change_profile(url=url)
    syncline("whoami")


def test_where_nothing_can_be_saved_nothing_is_spent(syncline: Syncline, instance: Running) -> None:
    """The lock's own folder is in the way, which holds for root as well."""
    expire(syncline)
    before = instance.requests_to(ROUTE, "POST")
    lock = syncline.profile_path().with_suffix(".lock")
    lock.unlink()
    lock.mkdir()
    assert "Could not save the profile default." in syncline("whoami", status=1).err
    assert instance.requests_to(ROUTE, "POST") == before
