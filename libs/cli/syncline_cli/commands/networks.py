"""`syncline networks ...`"""

from typing import Annotated

import typer

from syncline_cli.command import Cursor, IfVersion, Limit, Yes, command, group
from syncline_cli.completion import completing
from syncline_cli.desk import Desk
from syncline_cli.failures import Reply
from syncline_cli.lists import show_list
from syncline_cli.names import NETWORK, id_of
from syncline_cli.output import shown, time
from syncline_cli.questions import confirm

app = group("The networks of your account.")
Given = Annotated[
    str, typer.Argument(metavar="NETWORK", help="Name or id.", autocompletion=completing(NETWORK))
]
Text = Annotated[str, typer.Option("--description", help="What it is for.")]


def list_networks(desk: Desk, *, limit: Limit = None, cursor: Cursor = None) -> None:
    """The networks you may enter, oldest first."""
    show_list(
        desk,
        NETWORK,
        ("name", "description", "created", "id"),
        lambda it: (it["name"], it["description"], time(it["created_at"]), it["id"]),
        (limit, cursor),
    )


def show_network(desk: Desk, network: Given) -> None:
    """One network."""
    api = desk.signed_in()
    reply = api.get(f"{NETWORK.path}/{id_of(api, NETWORK, network)}", f"show the network {network}")
    desk.out.reply(reply, lambda _: _facts(desk, reply))


def create_network(
    desk: Desk,
    name: Annotated[str, typer.Argument(help="Unique in your account.")],
    *,
    description: Text = "",
) -> None:
    """Make a network: a place in which systems are connected."""
    body = {"name": name, "description": description}
    reply = desk.signed_in().post(NETWORK.path, f"create the network {name}", body)
    desk.out.reply(reply, lambda it: desk.out.say(f"Created the network {it['name']}, {it['id']}."))


def rename_network(
    desk: Desk,
    network: Given,
    new_name: Annotated[str, typer.Argument(metavar="NEW_NAME")],
    *,
    if_version: IfVersion = None,
) -> None:
    """Give a network another name."""
    api = desk.signed_in()
    path, what = f"{NETWORK.path}/{id_of(api, NETWORK, network)}", f"rename the network {network}"
    reply = api.patch(path, what, {"name": new_name}, if_version)
    desk.out.reply(reply, lambda it: desk.out.say(f"The network {network} is now {it['name']}."))


def remove_network(desk: Desk, network: Given, *, yes: Yes = False) -> None:
    """Remove a network that is not in use. What was done in it stays in the audit log."""
    api = desk.signed_in()
    path = f"{NETWORK.path}/{id_of(api, NETWORK, network)}"
    confirm(f"The network {shown(network)} will be gone, and nobody is granted it any more.", yes=yes)
    api.delete(path, f"remove the network {network}")
    desk.out.say(f"Removed {network}.")


def _facts(desk: Desk, reply: Reply) -> None:
    it = reply.document
    desk.out.facts(
        {
            "name": it["name"],
            "description": it["description"],
            "created": time(it["created_at"]),
            "version": reply.version,
            "id": it["id"],
        }
    )


command(app, "list")(list_networks)
command(app, "show")(show_network)
command(app, "create")(create_network)
command(app, "rename")(rename_network)
command(app, "remove")(remove_network)
