"""`syncline parked ...`"""

from collections.abc import Iterator
from functools import partial
from typing import Annotated

import typer

from syncline_cli.api import Api
from syncline_cli.command import Limit, command, group
from syncline_cli.desk import Desk
from syncline_cli.failures import Misused
from syncline_cli.lists import pages_of, show_pages
from syncline_cli.names import Item
from syncline_cli.output import time
from syncline_cli.services import OneService, ServiceName, chosen

app = group("Events that a service could not apply. For administrators.")
COLUMNS = ("service", "type", "tries", "error", "received", "parked", "id")


def list_parked(desk: Desk, *, service: OneService = None, limit: Limit = None) -> None:
    """What failed ten times, and why. --limit is of each service."""
    api = desk.signed_in()
    if desk.out.as_json:
        for name in chosen(service):
            show_pages(desk, pages_of(api, *_parked(name), (limit, None)))
        return
    rows = (row for name in chosen(service) for row in _rows(api, name, limit))
    desk.out.table(COLUMNS, rows, none="Nothing is parked.")


def replay_parked(
    desk: Desk,
    event: Annotated[str | None, typer.Argument(metavar="EVENT", help="Its id; without: all.")] = None,
    *,
    service: OneService = None,
) -> None:
    """Try again."""
    if event is not None and service is None:
        raise Misused("Which service's event is it?", advice="Say so with --service.")
    api = desk.signed_in()
    for name in chosen(service):
        path = f"/{name}/v1/parked-events" + (f"/{event}" if event else "")
        what = f"replay the parked event {event} of {name}" if event else f"replay what is parked in {name}"
        reply = api.post(f"{path}/replay", what)
        desk.out.reply(reply, partial(_say_replayed, desk, name))


def _say_replayed(desk: Desk, service: ServiceName, document: Item) -> None:
    desk.out.say(f"{service}: {document['replayed']} to be tried again.")


def _parked(service: ServiceName) -> tuple[str, str]:
    return f"/{service}/v1/parked-events", f"list what is parked in {service}"


def _rows(api: Api, service: ServiceName, limit: int | None) -> Iterator[tuple[str, ...]]:
    for page in pages_of(api, *_parked(service), (limit, None)):
        for it in page.document["items"]:
            times = (time(it["received_at"]), time(it["parked_at"]))
            yield service, it["type"], str(it["attempts"]), it["error"] or "-", *times, it["id"]


command(app, "list")(list_parked)
command(app, "replay")(replay_parked)
