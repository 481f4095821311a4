"""`syncline keys ...`"""

from typing import Annotated

import typer

from syncline_cli.command import Cursor, Limit, Yes, command, group
from syncline_cli.completion import completing
from syncline_cli.desk import Desk
from syncline_cli.lists import show_list
from syncline_cli.names import KEY, NETWORK, Item, id_of, ids_of
from syncline_cli.output import shown, time
from syncline_cli.questions import confirm
from syncline_cli.roles import Networks, Role, count_of
from syncline_cli.times import instant

app = group("API keys: how programs come in. For administrators.")
Given = Annotated[str, typer.Argument(metavar="KEY", help="Name or id.", autocompletion=completing(KEY))]


def list_keys(desk: Desk, *, limit: Limit = None, cursor: Cursor = None) -> None:
    """The API keys of your account; of each key only its last four characters."""
    show_list(
        desk,
        KEY,
        ("name", "role", "networks", "ends in", "created", "expires", "id"),
        lambda it: (
            it["name"],
            it["role"],
            count_of(it["network_ids"]),
            it["last4"],
            time(it["created_at"]),
            time(it["expires_at"]),
            it["id"],
        ),
        (limit, cursor),
    )


def create_key(
    desk: Desk,
    name: Annotated[str, typer.Argument(help="What it is for.")],
    *,
    role: Annotated[Role, typer.Option("--role")] = "viewer",
    network: Networks = None,
    expires: Annotated[str | None, typer.Option("--expires", help="A day, or an instant, in UTC.")] = None,
) -> None:
    """Make a key for a program. It is shown once and never again."""
    api = desk.signed_in()
    body: Item = {"name": name, "role": role, "network_ids": ids_of(api, NETWORK, network or [])}
    if expires is not None:
        body["expires_at"] = instant(expires)
    reply = api.post(KEY.path, f"create the API key {name}", body)
    desk.out.reply(reply, lambda it: _show_once(desk, it))


def revoke_key(desk: Desk, key: Given, *, yes: Yes = False) -> None:
    """End a key: everywhere within a minute, mostly within seconds."""
    api = desk.signed_in()
    path = f"{KEY.path}/{id_of(api, KEY, key)}"
    confirm(f"Programs that use the key {shown(key)} will be refused.", yes=yes)
    api.delete(path, f"revoke the API key {key}")
    desk.out.say(f"Revoked {key}.")


def _show_once(desk: Desk, it: Item) -> None:
    """The key alone on stdout: it can be piped, and no line break gets into it."""
    desk.out.note(f"Created the API key {it['name']} ({it['role']}), {it['id']}. It is not shown again:")
    desk.out.document(it["key"])


command(app, "list")(list_keys)
command(app, "create")(create_key)
command(app, "revoke")(revoke_key)
