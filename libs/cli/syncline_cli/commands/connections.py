"""`syncline connections ...`: looked at, made, published, paused, resumed, deleted"""

from typing import Annotated, Any

import typer

from syncline_cli.api import Api
from syncline_cli.building import follow_build
from syncline_cli.command import Cursor, Limit, Yes, command, group
from syncline_cli.completion import completing
from syncline_cli.desk import Desk
from syncline_cli.documents import read_document
from syncline_cli.failures import Misused, Reply
from syncline_cli.lists import pages_of, show_pages
from syncline_cli.names import CONNECTION, NETWORK, SYSTEM, id_of
from syncline_cli.output import shown, time
from syncline_cli.questions import confirm

app = group("The connections of your account.")
Given = Annotated[
    str, typer.Argument(metavar="CONNECTION", help="Name or id.", autocompletion=completing(CONNECTION))
]
InNetwork = Annotated[
    str | None, typer.Option("--network", help="Name or id.", autocompletion=completing(NETWORK))
]
System = "Its address; or its name or id, if it is registered."
NoWait = Annotated[bool, typer.Option("--no-wait", help="Don't follow the build.")]


def list_connections(
    desk: Desk,
    *,
    network: InNetwork = None,
    state: Annotated[str | None, typer.Option("--state", help="For instance active.")] = None,
    limit: Limit = None,
    cursor: Cursor = None,
) -> None:
    """The connections of the networks you may enter, oldest first."""
    api = desk.signed_in()
    wanted = {"network_id": None if network is None else id_of(api, NETWORK, network), "state": state}
    pages = pages_of(api, CONNECTION.path, "list the connections", (limit, cursor), wanted)
    if desk.out.as_json:
        show_pages(desk, pages)
        return
    rows = (_row(it) for page in pages for it in page.document["items"])
    desk.out.table(("name", "state", "a", "b", "version", "id"), rows, none="There are no connections.")


def show_connection(desk: Desk, connection: Given) -> None:
    """One connection."""
    api = desk.signed_in()
    reply = api.get(_path(api, connection), f"show the connection {connection}")
    desk.out.reply(reply, lambda it: _facts(desk, reply, _unreached(api, it)))


def create_connection(  # noqa: PLR0913 (what a connection is made of)
    desk: Desk,
    name: Annotated[str, typer.Argument(help="Unique between the two systems.")],
    *,
    network: Annotated[
        str, typer.Option("--network", help="Name or id.", autocompletion=completing(NETWORK))
    ],
    a: Annotated[str, typer.Option("--a", help=f"The system of side a. {System}")],
    b: Annotated[str, typer.Option("--b", help=f"The system of side b. {System}")],
    description: Annotated[str, typer.Option("--description", help="What it is for.")] = "",
    template: Annotated[str, typer.Option("--template", help="work_items, people or assets.")] = "work_items",
    credentials: Annotated[
        str | None,
        typer.Option(
            "--credentials",
            help="A file, or - for standard input: {a: {scheme: ..., <field>: ...}, b: {...}}; for new systems.",
        ),
    ] = None,
    no_wait: NoWait = False,
) -> None:
    """Connect two systems, registering those that are new, and follow the build."""
    api = desk.signed_in()
    secrets = {} if credentials is None else _credentials(read_document(credentials))
    body = {
        "network_id": id_of(api, NETWORK, network),
        "name": name,
        "description": description,
        "template": template,
        "a": _end(api, a, secrets.get("a")),
        "b": _end(api, b, secrets.get("b")),
    }
    reply = api.post(CONNECTION.path, f"create the connection {name}", body)
    made = reply.document["id"]
    if not no_wait:
        follow_build(desk, api, made)
        reply = api.get(f"{CONNECTION.path}/{made}", f"show the connection {name}")
    desk.out.reply(reply, lambda it: desk.out.say(f"{it['name']} is {_state(it)}, {it['id']}."))


def retry_build(desk: Desk, connection: Given, *, no_wait: NoWait = False) -> None:
    """Go on with the step that failed."""
    api = desk.signed_in()
    path = _path(api, connection)
    reply = api.post(f"{path}/build/retry", f"retry the build of {connection}", {})
    if not no_wait:
        follow_build(desk, api, reply.document["id"])
        reply = api.get(path, f"show the connection {connection}")
    desk.out.reply(reply, lambda it: desk.out.say(f"{it['name']} is {_state(it)}."))


def publish_connection(desk: Desk, connection: Given) -> None:
    """Let the draft take effect, all of it at once."""
    reply = _verb(desk, connection, "publish")
    said = "Version {published_version} of {name} is published."
    desk.out.reply(reply, lambda it: desk.out.say(said.format(**it)))


def pause_connection(desk: Desk, connection: Given) -> None:
    """Let changes wait; none is lost."""
    desk.out.reply(_verb(desk, connection, "pause"), lambda it: desk.out.say(f"{it['name']} is paused."))


def resume_connection(desk: Desk, connection: Given) -> None:
    """Let changes flow again, those that waited first."""
    desk.out.reply(_verb(desk, connection, "resume"), lambda it: desk.out.say(f"{it['name']} is active."))


def delete_connection(
    desk: Desk,
    connection: Given,
    *,
    remove_systems: Annotated[
        bool, typer.Option("--remove-systems", help="Also the systems that only it used.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Delete a connection and its configuration. Nothing is deleted in the systems themselves."""
    api = desk.signed_in()
    path = _path(api, connection)
    confirm(f"The connection {shown(connection)} will be gone, with all its versions.", yes=yes)
    api.delete(path, f"delete the connection {connection}", {"remove_systems": remove_systems})
    desk.out.say(f"Deleted {connection}.")


def _verb(desk: Desk, connection: str, verb: str) -> Reply:
    api = desk.signed_in()
    return api.post(f"{_path(api, connection)}/{verb}", f"{verb} the connection {connection}")


def _path(api: Api, connection: str) -> str:
    return f"{CONNECTION.path}/{id_of(api, CONNECTION, connection)}"


def _end(api: Api, given: str, auth: Any) -> dict[str, Any]:
    if "." not in given and "/" not in given:
        return {"system_id": id_of(api, SYSTEM, given)}
    return {"url": given} if auth is None else {"url": given, "auth": auth}


def _credentials(document: Any) -> dict[str, Any]:
    sides = document if isinstance(document, dict) else {}
    if not sides or not set(sides) <= {"a", "b"} or not all(isinstance(it, dict) for it in sides.values()):
        raise Misused(
            "These are no credentials.", why="They are given by side: {a: {scheme: pat, token: ...}, b: ...}"
        )
    return sides


def _row(it: dict[str, Any]) -> tuple[Any, ...]:
    return it["name"], _state(it), it["a"]["name"], it["b"]["name"], it["published_version"], it["id"]


def _state(it: dict[str, Any]) -> str:
    state = str(it["state"]).replace("_", " ")
    return f"{state} ({it['cause']})" if it["cause"] else state


def _unreached(api: Api, it: dict[str, Any]) -> str:
    """Which of its systems does not answer, and since when; only what is published asks them."""
    if not it["published_version"]:
        return ""
    reply = api.get(f"/sync/v1/connections/{it['id']}", f"ask how {it['name']} is doing", expected=(404,))
    gates = reply.document.get("gates") or ()
    return ", ".join(
        f"{gate['side']} since {time(gate['away_since'])}" for gate in gates if gate["away_since"]
    )


def _facts(desk: Desk, reply: Reply, unreached: str) -> None:
    it = reply.document
    desk.out.facts(
        {
            "name": it["name"],
            "description": it["description"],
            "state": _state(it),
            **({"not reached": unreached} if unreached else {}),
            "a": f"{it['a']['name']}, {it['a']['url']}",
            "b": f"{it['b']['name']}, {it['b']['url']}",
            "published": it["published_version"],
            "created": time(it["created_at"]),
            "version": reply.version,
            "id": it["id"],
        }
    )


command(app, "list")(list_connections)
command(app, "show")(show_connection)
command(app, "create")(create_connection)
command(app, "retry")(retry_build)
command(app, "publish")(publish_connection)
command(app, "pause")(pause_connection)
command(app, "resume")(resume_connection)
command(app, "delete")(delete_connection)
