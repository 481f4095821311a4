"""`syncline people ...`"""

from typing import Annotated, Any

import typer

from syncline_cli.command import Cursor, IfVersion, Limit, PasswordStdin, Yes, command, group
from syncline_cli.completion import completing
from syncline_cli.desk import Desk
from syncline_cli.failures import Misused, Reply
from syncline_cli.lists import show_list
from syncline_cli.names import NETWORK, PERSON, Item, id_of, ids_of
from syncline_cli.output import shown, time
from syncline_cli.questions import confirm, new_password
from syncline_cli.roles import Networks, Role, count_of

app = group("The people of your account. For administrators.")
Given = Annotated[
    str, typer.Argument(metavar="PERSON", help="E-mail, name or id.", autocompletion=completing(PERSON))
]
AskPassword = Annotated[bool, typer.Option("--ask-password", help="Ask for a password.")]


def list_people(desk: Desk, *, limit: Limit = None, cursor: Cursor = None) -> None:
    """The people of your account."""
    show_list(
        desk,
        PERSON,
        ("e-mail", "name", "role", "networks", "password", "since", "id"),
        lambda it: (
            it["email"],
            it["name"],
            it["role"],
            count_of(it["network_ids"]),
            it["has_password"],
            time(it["created_at"]),
            it["id"],
        ),
        (limit, cursor),
    )


def show_person(desk: Desk, person: Given) -> None:
    """One person."""
    api = desk.signed_in()
    reply = api.get(f"{PERSON.path}/{id_of(api, PERSON, person)}", f"show the person {person}")
    desk.out.reply(reply, lambda _: _facts(desk, reply))


def add_person(  # noqa: PLR0913 (what a command is given by name)
    desk: Desk,
    email: Annotated[str, typer.Argument(help="By which they sign in.")],
    *,
    name: Annotated[str, typer.Option("--name", help="What they are called.")],
    role: Annotated[Role, typer.Option("--role")] = "viewer",
    network: Networks = None,
    ask_password: AskPassword = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Let somebody in. Without a password they can't sign in yet."""
    api = desk.signed_in()
    body: Item = {
        "email": email,
        "name": name,
        "role": role,
        "network_ids": ids_of(api, NETWORK, network or []),
    }
    if ask_password or password_stdin:
        body["password"] = new_password(from_stdin=password_stdin).get_secret_value()
    reply = api.post(PERSON.path, f"add {email}", body)
    desk.out.reply(reply, lambda it: desk.out.say(f"{it['email']} may come in as {it['role']}, {it['id']}."))


def change_person(  # noqa: PLR0913 (what a command is given by name)
    desk: Desk,
    person: Given,
    *,
    email: Annotated[str | None, typer.Option("--email")] = None,
    name: Annotated[str | None, typer.Option("--name")] = None,
    role: Annotated[Role | None, typer.Option("--role")] = None,
    network: Networks = None,
    no_networks: Annotated[bool, typer.Option("--no-networks", help="Take all networks away.")] = False,
    ask_password: AskPassword = False,
    password_stdin: PasswordStdin = False,
    if_version: IfVersion = None,
) -> None:
    """Change what is named; the rest stays. A new role, grant or password ends earlier sessions' tokens."""
    if network and no_networks:
        raise Misused("Either --network or --no-networks.")
    api = desk.signed_in()
    given: dict[str, Any] = {"email": email, "name": name, "role": role}
    change = {field: value for field, value in given.items() if value is not None}
    if network or no_networks:
        change["network_ids"] = ids_of(api, NETWORK, network or [])
    if ask_password or password_stdin:
        change["password"] = new_password(from_stdin=password_stdin).get_secret_value()
    if not change:
        raise Misused("Nothing is to be changed.", advice="Name what: --role, --name, --network ...")
    path = f"{PERSON.path}/{id_of(api, PERSON, person)}"
    reply = api.patch(path, f"change the person {person}", change, if_version)
    desk.out.reply(reply, lambda _: _facts(desk, reply))


def remove_person(desk: Desk, person: Given, *, yes: Yes = False) -> None:
    """End somebody's access. What they did stays in the audit log."""
    api = desk.signed_in()
    path = f"{PERSON.path}/{id_of(api, PERSON, person)}"
    confirm(f"{shown(person)} will lose access, and every session ends.", yes=yes)
    api.delete(path, f"remove the person {person}")
    desk.out.say(f"Removed {person}.")


def _facts(desk: Desk, reply: Reply) -> None:
    it = reply.document
    desk.out.facts(
        {
            "e-mail": it["email"],
            "name": it["name"],
            "role": it["role"],
            "networks": "all" if it["network_ids"] is None else shown(it["network_ids"]),
            "password": it["has_password"],
            "since": time(it["created_at"]),
            "version": reply.version,
            "id": it["id"],
        }
    )


command(app, "list")(list_people)
command(app, "show")(show_person)
command(app, "add")(add_person)
command(app, "change")(change_person)
command(app, "remove")(remove_person)
