"""`syncline connections values | set-values`: which values of two fields mean the same, as CSV"""

from typing import Annotated, Any

import typer

from syncline_cli.api import Api
from syncline_cli.command import command
from syncline_cli.commands.connections import Given
from syncline_cli.desk import Desk
from syncline_cli.documents import text_of
from syncline_cli.failures import Misused, Reply
from syncline_cli.names import CONNECTION, id_of
from syncline_cli.value_csv import read, written

Field = Annotated[str, typer.Argument(metavar="FIELD", help="A field of the rule, of side a or of side b.")]
InFlow = Annotated[str | None, typer.Option("--flow", help="Name or id, if several flows have such a rule.")]
File = Annotated[str, typer.Argument(metavar="FILE", help="CSV, as `values` writes it; - is stdin.")]


def show_values(desk: Desk, connection: Given, field: Field, *, flow: InFlow = None) -> None:
    """Write the value map of the draft's rule as CSV."""
    rule = _rule(_draft(desk.signed_in(), connection).document["configuration"], field, flow)
    typer.echo(written(rule.get("values") or {}).encode(), nl=False)


def set_values(desk: Desk, connection: Given, field: Field, file: File, *, flow: InFlow = None) -> None:
    """Replace the value map of the draft's rule by a file. What is published stays as it is."""
    api, text = desk.signed_in(), text_of(file)
    draft = _draft(api, connection)
    configuration = draft.document["configuration"]
    rule = _rule(configuration, field, flow)
    rule["values"] = read(text, rule.get("values") or {})
    what = f"save the draft of {connection}"
    saved = api.put(_path(api, connection), what, {"configuration": configuration}, draft.version)
    desk.out.reply(saved, lambda it: _say(desk, len(rule["values"]), it))


def _say(desk: Desk, count: int, draft: dict[str, Any]) -> None:
    valid = "it is valid" if draft["valid"] else "it can't be published yet"
    desk.out.say(f"The draft has {count} pairs now; {valid}.")
    for it in draft["problems"]:
        desk.out.say(f"! {it['pointer']}  {it['message']} {it.get('fix') or ''}".rstrip())


def _rule(configuration: dict[str, Any], field: str, flow: str | None) -> dict[str, Any]:
    """Of the document itself: what is changed in it is changed there."""
    flows = [it for it in configuration["flows"] if flow is None or flow in (it.get("id"), it["name"])]
    rules: list[dict[str, Any]] = [rule for it in flows for rule in it["fields"]]
    both = [it for it in rules if it.get("a") and it.get("b")]
    found = [it for it in both if field in (it["a"], it["b"])]
    if not found:
        raise Misused(f"No rule of the draft maps {field}.", why="It has to map a field of each side.")
    if len(found) > 1:
        raise Misused(f"{len(found)} rules map {field}.", why="Name the flow by --flow, or the other field.")
    return found[0]


def _draft(api: Api, connection: str) -> Reply:
    return api.get(_path(api, connection), f"read the draft of {connection}")


def _path(api: Api, connection: str) -> str:
    return f"{CONNECTION.path}/{id_of(api, CONNECTION, connection)}/draft"


def add_to(app: typer.Typer) -> None:
    command(app, "values")(show_values)
    command(app, "set-values")(set_values)
