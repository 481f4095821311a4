"""`syncline connections export | plan | apply`: configuration as code"""

from typing import Annotated, Any

import typer

from syncline_cli.building import follow_build
from syncline_cli.command import command
from syncline_cli.commands.connections import Given, NoWait
from syncline_cli.desk import Desk
from syncline_cli.documents import read_document
from syncline_cli.names import CONNECTION, id_of
from syncline_cli.output import shown

File = Annotated[str, typer.Argument(metavar="FILE", help="YAML or JSON, as `export` writes it; - is stdin.")]
Publish = Annotated[bool, typer.Option("--publish", help="Also publish it.")]
SIGNS = {"added": "+", "removed": "-", "changed": "~"}
LONGEST = 100  # characters of a value


def export_connection(
    desk: Desk,
    connection: Given,
    *,
    version: Annotated[int | None, typer.Option("--version", min=1, help="Without, the draft.")] = None,
) -> None:
    """Write a connection as YAML; it holds no secret."""
    api = desk.signed_in()
    params = {} if version is None else {"version": version}
    path = f"{CONNECTION.path}/{id_of(api, CONNECTION, connection)}/export"
    typer.echo(api.get(path, f"export the connection {connection}", params).text.encode(), nl=False)


def plan_file(desk: Desk, file: File, *, publish: Publish = False) -> None:
    """Say what applying a file would change. Nothing is changed."""
    document = read_document(file)
    reply = desk.signed_in().post("/connections/v1/plan", f"plan {file}", document, {"publish": publish})
    desk.out.reply(reply, lambda it: _show_plan(desk, it))


def apply_file(desk: Desk, file: File, *, publish: Publish = False, no_wait: NoWait = False) -> None:
    """Make a connection what the file says; a new one is built first."""
    api, document = desk.signed_in(), read_document(file)
    path, params = "/connections/v1/apply", {"publish": publish}
    reply = api.post(path, f"apply {file}", document, params)
    if reply.document["action"] == "create" and not no_wait:
        follow_build(desk, api, reply.document["connection"]["id"])
        if publish:  # what is new can be published once it is built
            reply = api.post(path, f"publish {file}", document, params)
    desk.out.reply(reply, lambda it: desk.out.say(_applied(it)))


def _applied(it: dict[str, Any]) -> str:
    connection = it["connection"]
    done = {"create": "is being made", "update": "is what the file says", "nothing": "was that already"}
    version = connection["published_version"]
    published = f", published as version {version}" if version else ""
    return f"{connection['name']} {done[it['action']]}{published}."


def _show_plan(desk: Desk, it: dict[str, Any]) -> None:
    if it["action"] == "nothing":
        desk.out.say("Nothing would change.")
    for one in it["differences"]:
        said = [shown(one[side])[:LONGEST] for side in ("before", "after") if one[side] is not None]
        desk.out.say(f"{SIGNS[one['change']]} {one['pointer'] or '/'}  {' -> '.join(said)}")
    if it["publishes"]:
        desk.out.say("It would be published.")
    for one in it["problems"]:
        desk.out.say(f"! {one['pointer']}  {one['message']} {one['fix'] or ''}".rstrip())
    if it["needs_credentials"]:
        desk.out.say(f"New, so credentials are needed: side {' and '.join(it['needs_credentials'])}.")


def add_to(app: typer.Typer) -> None:
    command(app, "export")(export_connection)
    command(app, "plan")(plan_file)
    command(app, "apply")(apply_file)
