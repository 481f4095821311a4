"""`syncline status`"""

from typing import Annotated, Any

import typer

from syncline_cli.command import command
from syncline_cli.desk import Desk
from syncline_cli.failures import REFUSED
from syncline_cli.names import Item

COLUMNS = ("service", "status", "database", "bus", "to send", "to apply", "parked", "loops not well")
FIT = ("ok", "degraded")


def add_to(app: typer.Typer) -> None:
    command(app, "status")(show_status)


def show_status(
    desk: Desk, *, url: Annotated[str | None, typer.Option("--url", help="Where Syncline is.")] = None
) -> None:
    """Is everything ready? Needs no sign-in. Exit status 1 if not."""
    api = desk.as_anybody(url)
    reply = api.get("/readyz", f"ask {api.url} how it is", expected=(503,))
    desk.out.reply(reply, lambda found: _show(desk, api.url, found))
    if reply.document["status"] not in FIT:
        raise typer.Exit(REFUSED)


def _show(desk: Desk, url: str, found: Item) -> None:
    desk.out.say(f"{url} is {found['status']}.")
    rows = [_row(name, facts) for name, facts in found["services"].items()]
    desk.out.table(COLUMNS, rows, none="No service is known there.")


def _row(name: str, facts: Item) -> tuple[Any, ...]:
    outbox, inbox = facts.get("outbox", {}), facts.get("inbox", {})
    unwell = [
        f"{loop} ({state})" for loop, state in facts.get("loops", {}).items() if state in ("failing", "stuck")
    ]
    waiting = (outbox.get("waiting"), inbox.get("waiting"), inbox.get("parked"))
    return name, facts["status"], facts.get("database"), facts.get("bus"), *waiting, ", ".join(unwell)
