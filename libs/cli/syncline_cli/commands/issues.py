"""`syncline issues ...`: what was set aside"""

from typing import Annotated, Any

import typer

from syncline_cli.command import Cursor, Limit, command, group
from syncline_cli.completion import completing
from syncline_cli.desk import Desk
from syncline_cli.failures import Misused
from syncline_cli.lists import pages_of, show_pages
from syncline_cli.names import CONNECTION, Item, id_of
from syncline_cli.output import time

PATH = "/sync/v1/issues"
app = group("Records that were set aside, and why.")
OfConnection = Annotated[
    str | None, typer.Option("--connection", help="Name or id.", autocompletion=completing(CONNECTION))
]
State = Annotated[str | None, typer.Option("--state", help="open, retrying, resolved or ignored.")]
Ids = Annotated[list[str] | None, typer.Argument(metavar="[ISSUE]...", help="Their ids.")]
Cause = Annotated[str | None, typer.Option("--cause", help="All with this cause, as `list` says it.")]


def list_issues(
    desk: Desk,
    *,
    connection: OfConnection = None,
    state: State = "open",
    by_cause: Annotated[
        bool, typer.Option("--by-cause", help="One line a cause, the most frequent first.")
    ] = False,
    limit: Limit = None,
    cursor: Cursor = None,
) -> None:
    """What was set aside, oldest first."""
    api = desk.signed_in()
    of = None if connection is None else id_of(api, CONNECTION, connection)
    wanted = {"connection_id": of, "state": state, "group_by": "cause" if by_cause else None}
    pages = pages_of(api, PATH, "list the issues", (limit, cursor), wanted)
    if desk.out.as_json:
        show_pages(desk, pages)
        return
    items = (it for page in pages for it in page.document["items"])
    if by_cause:
        rows = ((it["count"], it["kind"], it["cause"], it["hint"]) for it in items)
        desk.out.table(("records", "kind", "cause", "hint"), rows, none="Nothing is set aside.")
    else:
        columns = ("record", "kind", "hint", "attempts", "next try", "id")
        desk.out.table(columns, (_row(it) for it in items), none="Nothing is set aside.")


def retry_issues(
    desk: Desk, issues: Ids = None, *, cause: Cause = None, connection: OfConnection = None
) -> None:
    """Look at their records again now."""
    _decide(desk, "retry", _chosen(desk, issues, cause, connection), "{count} to be tried again.")


def ignore_issues(
    desk: Desk, issues: Ids = None, *, cause: Cause = None, connection: OfConnection = None
) -> None:
    """Hear of them no more."""
    _decide(desk, "ignore", _chosen(desk, issues, cause, connection), "{count} are ignored from now on.")


def _decide(desk: Desk, verb: str, chosen: Item, said: str) -> None:
    reply = desk.signed_in().post(f"{PATH}/{verb}", f"{verb} the issues", chosen)
    desk.out.reply(reply, lambda it: desk.out.say(said.format(**it)))


def _chosen(desk: Desk, issues: list[str] | None, cause: str | None, connection: str | None) -> Item:
    if bool(issues) == (cause is not None or connection is not None):
        raise Misused("Which issues?", advice="Give their ids, or --cause, or --connection.")
    if issues:
        return {"ids": issues}
    of = None if connection is None else id_of(desk.signed_in(), CONNECTION, connection)
    filters = {"connection_id": of, "cause": cause}
    return {"filter": {name: it for name, it in filters.items() if it is not None}}


def _row(it: Item) -> tuple[Any, ...]:
    record = f"{it['side']} {it['stream']} {it['record_id']}"
    return record, it["kind"], it["hint"], it["attempts"], time(it["next_try"]), it["id"]


command(app, "list")(list_issues)
command(app, "retry")(retry_issues)
command(app, "ignore")(ignore_issues)
