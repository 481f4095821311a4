"""`syncline conflicts ...`: values that were changed on both sides"""

import json
from typing import Annotated, Any

import typer

from syncline_cli.command import Cursor, Limit, command, group
from syncline_cli.completion import completing
from syncline_cli.desk import Desk
from syncline_cli.failures import Misused
from syncline_cli.lists import pages_of, show_pages
from syncline_cli.names import CONNECTION, Item, id_of

PATH = "/sync/v1/conflicts"
LONGEST = 60  # characters of a value
app = group("Values that were changed on both sides, and who wins.")
OfConnection = Annotated[
    str | None, typer.Option("--connection", help="Name or id.", autocompletion=completing(CONNECTION))
]


def list_conflicts(
    desk: Desk,
    *,
    connection: OfConnection = None,
    state: Annotated[str | None, typer.Option("--state", help="open, chosen or settled.")] = "open",
    limit: Limit = None,
    cursor: Cursor = None,
) -> None:
    """Both values, and what they were when the two last agreed."""
    api = desk.signed_in()
    of = None if connection is None else id_of(api, CONNECTION, connection)
    pages = pages_of(api, PATH, "list the conflicts", (limit, cursor), {"connection_id": of, "state": state})
    if desk.out.as_json:
        show_pages(desk, pages)
        return
    rows = (_row(it) for page in pages for it in page.document["items"])
    desk.out.table(("rule", "a", "b", "before", "state", "id"), rows, none="There are no conflicts.")


def resolve_conflicts(
    desk: Desk,
    conflicts: Annotated[list[str] | None, typer.Argument(metavar="[CONFLICT]...", help="Their ids.")] = None,
    *,
    choose: Annotated[
        str | None, typer.Option("--choose", help="The side whose value counts: a or b.")
    ] = None,
    value: Annotated[
        str | None, typer.Option("--value", help="Of one: what both get instead, in side a's words.")
    ] = None,
    connection: OfConnection = None,
) -> None:
    """Choose a side, of these or of all open ones of a connection; or a value for one. It is written at the next look."""
    if bool(conflicts) == (connection is not None):
        raise Misused("Which conflicts?", advice="Give their ids, or --connection.")
    if (choose is None) == (value is None):
        raise Misused("What counts?", advice="Give --choose or --value.")
    if choose not in ("a", "b", None):
        raise Misused(f"{choose} is no side.", advice="Choose a or b.")
    if value is not None and len(conflicts or []) != 1:
        raise Misused("A value is for one conflict.", advice="Give its id.")
    api = desk.signed_in()
    body: Item = {"choose": choose} if value is None else {"value": value}
    if conflicts and value is not None:
        body["id"] = conflicts[0]
    elif conflicts:
        body["ids"] = conflicts
    elif connection is not None:
        body["filter"] = {"connection_id": id_of(api, CONNECTION, connection)}
    reply = api.post(f"{PATH}/resolve", "resolve the conflicts", body)
    counts = f"side {choose} counts" if choose else f"both get {_short(value)}"
    desk.out.reply(reply, lambda it: desk.out.say(f"{it['count']} resolved: {counts}."))


def _row(it: Item) -> tuple[Any, ...]:
    values = (_short(it[name]) for name in ("value_a", "value_b", "base_a"))
    return it["rule_id"], *values, it["state"], it["id"]


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


command(app, "list")(list_conflicts)
command(app, "resolve")(resolve_conflicts)
