"""Networks, people, keys, accounts: for people and as documents."""

from collections.abc import Callable
from typing import Any

from cli.calling import Syncline
from cli.middleman import middleman
from cli.running import OPERATOR, PASSWORD, Person, Running, until
from syncline_common.ids import new_id

NEW = "a new password of hers"


def got(syncline: Syncline, instance: Running, path: str) -> Any:
    """The same, asked past the command line."""
    answer = instance.ask("GET", f"/registry/v1/{path}", syncline.profile()["access_token"])
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_networks_for_people(syncline: Syncline) -> None:
    assert "There are no networks." in syncline("networks", "list").err
    made = syncline("networks", "create", "Support", "--description", "Tickets [bold]of[/bold] all teams").out
    assert made.startswith("Created the network Support, ")
    head, row = syncline("networks", "list").out.splitlines()
    assert head.split() == ["NAME", "DESCRIPTION", "CREATED", "ID"]
    assert row.startswith("Support  Tickets [bold]of[/bold] all teams  20")
    assert made.rstrip().rstrip(".").endswith(row.split()[-1])
    shown = dict(line.split(maxsplit=1) for line in syncline("networks", "show", "Support").out.splitlines())
    assert (shown["name"].strip(), shown["version"].strip()) == ("Support", "1")
    said = syncline("networks", "rename", "Support", "Help").out
    assert said == "The network Support is now Help.\n"
    assert "version      2" in syncline("networks", "show", "Help").out
    assert "Say so with --yes" in syncline("networks", "remove", "Help", status=2).err
    assert syncline("networks", "remove", "Help", "--yes").out == "Removed Help.\n"
    assert "There are no networks." in syncline("networks", "list").err


def test_networks_as_documents(syncline: Syncline, instance: Running) -> None:
    made = syncline.json("networks", "create", "Support")
    assert made == got(syncline, instance, f"networks/{made['id']}")
    assert syncline.json("networks", "show", "Support") == made
    assert syncline.json("networks", "list") == got(syncline, instance, "networks")
    renamed = syncline.json("networks", "rename", "Support", "Help")
    assert renamed == made | {"name": "Help"}


def test_lists_are_followed_to_their_end(syncline: Syncline) -> None:
    names = [f"Network {number}" for number in range(5)]
    for name in names:
        syncline("networks", "create", name)
    assert [it["name"] for it in syncline("networks", "list", "--json").items] == names
    first = syncline.json("networks", "list", "--limit", "2")
    assert [it["name"] for it in first["items"]] == names[:2]
    rest = syncline.json("networks", "list", "--cursor", first["next_cursor"])
    assert [it["name"] for it in rest["items"]] == names[2:]
    assert rest["next_cursor"] is None
    assert len(syncline("networks", "list", "--limit", "3").out.splitlines()) == 1 + 3


def test_every_page_is_fetched(syncline: Syncline, instance: Running) -> None:
    names = ("Support", "Sales", "Help")
    items = [{"id": it, "name": it, "description": "", "created_at": "2026-01-01T00:00:00Z"} for it in names]
    pages = [{"items": items[:2], "next_cursor": "after-2"}, {"items": items[2:], "next_cursor": None}]
    with middleman(instance.port) as between:
        syncline.change_profile(url=between.url)
        for args in ((), ("--json",), ("--limit", "501", "--json")):
            between.answers["/registry/v1/networks"] = [(200, page) for page in pages]
            said = syncline("networks", "list", *args)
            assert said.documents == pages if args else len(said.out.splitlines()) == 1 + len(names)
        asked = [it.path.partition("?")[2] for it in between.seen]
    assert asked[:2] == ["limit=500", "limit=500&cursor=after-2"]
    assert asked[4:] == ["limit=500", "limit=499&cursor=after-2"]


def test_people(syncline: Syncline, instance: Running, another: Callable[[Person], Syncline]) -> None:
    network = syncline.json("networks", "create", "Support")["id"]
    given = ("--name", "Bob", "--role", "manager", "--network", "Support", "--password-stdin")
    bob = syncline.json("people", "add", "bob@example.com", *given, stdin=f"{PASSWORD}\n")
    assert bob == got(syncline, instance, f"people/{bob['id']}")
    assert (bob["role"], bob["network_ids"], bob["has_password"]) == ("manager", [network], True)
    assert syncline.json("people", "show", "bob@example.com") == bob
    assert syncline.json("people", "list") == got(syncline, instance, "people")
    row = syncline("people", "list").out.splitlines()[-1].split()
    assert row[:5] == ["bob@example.com", "Bob", "manager", "1", "yes"]
    his = another(Person("bob@example.com", "", PASSWORD))
    assert his.json("whoami")["role"] == "manager"

    changed = syncline.json(
        "people", "change", "Bob", "--role", "viewer", "--no-networks", "--name", "Robert"
    )
    assert changed == bob | {"role": "viewer", "network_ids": [], "name": "Robert"}
    syncline("people", "change", "Robert", "--password-stdin", stdin=f"{NEW}\n")
    assert "This session has ended" in his("whoami", status=1).err
    his.login(Person("bob@example.com", "", NEW))

    assert syncline("people", "remove", "Robert", "--yes").out == "Removed Robert.\n"
    assert len(syncline.json("people", "list")["items"]) == 1
    assert "session has ended" in his("whoami", status=1).err


def test_somebody_without_a_password(syncline: Syncline) -> None:
    said = syncline("people", "add", "eve@example.com", "--name", "Eve").out
    assert said.startswith("eve@example.com may come in as viewer, ")
    shown = dict(line.split(maxsplit=1) for line in syncline("people", "show", "Eve").out.splitlines())
    assert (shown["password"].strip(), shown["networks"].strip()) == ("no", "none")


def test_keys(syncline: Syncline, instance: Running) -> None:
    network = syncline.json("networks", "create", "Support")["id"]
    given = ("--role", "manager", "--network", "Support", "--expires", "2099-12-31")
    made = syncline.json("keys", "create", "robot", *given)
    assert (made["network_ids"], made["expires_at"]) == ([network], "2099-12-31T00:00:00Z")
    assert instance.ask("GET", "/registry/v1/me", made["key"]).json()["name"] == "robot"
    listed = syncline.json("keys", "list")
    assert listed == got(syncline, instance, "api-keys")
    assert listed["items"] == [{name: it for name, it in made.items() if name != "key"}]
    row = syncline("keys", "list").out.splitlines()[-1]
    assert made["last4"] in row and made["key"] not in row
    assert syncline("keys", "revoke", "robot", "--yes", "--json").out == ""
    until(lambda: instance.ask("GET", "/registry/v1/me", made["key"]).status_code == 401)


def test_for_people_the_key_stands_alone(syncline: Syncline, instance: Running) -> None:
    said = syncline("keys", "create", "robot")
    assert instance.ask("GET", "/registry/v1/me", said.out.strip()).status_code == 200
    assert "It is not shown again" in said.err and said.out.strip() not in said.err


def test_accounts(outside: Syncline, another: Callable[[Person], Syncline]) -> None:
    email = f"{new_id().hex}@second.example"
    given = ("--email", email, "--password-stdin")
    made = outside.as_operator(
        "accounts", "create", "Second", *given, "--json", stdin=f"{PASSWORD}\n"
    ).document
    assert made["administrator"]["email"] == email
    hers = another(Person(email, made["id"]))
    assert hers.json("whoami")["account"] == {"id": made["id"], "name": "Second"}
    said = outside.as_operator("accounts", "create", "Third", *given, stdin=f"{PASSWORD}\n").out
    assert said.startswith("Created the account Third, ") and said.endswith(f"{email} may sign in.\n")


def test_an_operator_is_not_believed_lightly(outside: Syncline) -> None:
    given = ("accounts", "create", "Second", "--email", "eve@second.example", "--password-stdin")
    env = {"SYNCLINE_URL": outside.url, "SYNCLINE_OPERATOR_TOKEN": f"not {OPERATOR}"}
    said = outside(*given, stdin=f"{PASSWORD}\n", status=1, **env)
    assert "Check the operator's token" in said.err and OPERATOR not in said.err
    assert "Set SYNCLINE_OPERATOR_TOKEN" in outside(*given, status=2, SYNCLINE_URL=outside.url).err


def test_what_cannot_be_undone_is_confirmed(syncline: Syncline) -> None:
    syncline("people", "add", "eve@example.com", "--name", "Eve")
    assert "Say so with --yes" in syncline("people", "remove", "Eve", status=2).err
    assert len(syncline.json("people", "list")["items"]) == 2


def test_nothing_to_change_is_a_wrong_use(syncline: Syncline, ada: Person) -> None:
    syncline("people", "change", ada.email, status=2)
    syncline("people", "change", ada.email, "--network", "x", "--no-networks", status=2)
    syncline("keys", "create", "robot", "--expires", "tomorrow", status=2)
    syncline("keys", "create", "robot", "--role", "king", status=2)
