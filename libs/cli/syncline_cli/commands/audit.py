"""`syncline audit ...`"""

from collections.abc import Iterator
from heapq import merge
from itertools import islice
from typing import Annotated

import typer

from syncline_cli.api import Api
from syncline_cli.command import Limit, command, group
from syncline_cli.completion import completing
from syncline_cli.desk import Desk
from syncline_cli.failures import REFUSED
from syncline_cli.lists import pages_of, show_pages
from syncline_cli.names import NETWORK, PERSON, Item, id_of
from syncline_cli.output import time
from syncline_cli.services import OneService, ServiceName, chosen
from syncline_cli.times import instant

app = group("Who changed what. For administrators.")
COLUMNS = ("time", "who", "did", "to", "fields", "service", "id")
LONGEST = 600.0  # seconds that a whole log may take to be checked


def list_audit(  # noqa: PLR0913 (what a command is given by name)
    desk: Desk,
    *,
    service: OneService = None,
    who: Annotated[
        str | None,
        typer.Option("--who", help="A person, or an id.", autocompletion=completing(PERSON)),
    ] = None,
    action: Annotated[str | None, typer.Option("--action", help="For instance network.created.")] = None,
    noun: Annotated[str | None, typer.Option("--noun", help="For instance network.")] = None,
    noun_id: Annotated[str | None, typer.Option("--noun-id", help="Of what was changed.")] = None,
    network: Annotated[
        str | None, typer.Option("--network", help="Name or id.", autocompletion=completing(NETWORK))
    ] = None,
    since: Annotated[str | None, typer.Option("--from", help="A day, or an instant, in UTC.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Up to, and without.")] = None,
    oldest_first: Annotated[bool, typer.Option("--oldest-first")] = False,
    limit: Limit = None,
) -> None:
    """Every change in your account, of all services, newest first. With --json, --limit is of each service."""
    api = desk.signed_in()
    sought = {
        "order": "asc" if oldest_first else "desc",
        "actor_id": who and id_of(api, PERSON, who),
        "action": action,
        "noun": noun,
        "noun_id": noun_id,
        "network_id": network and id_of(api, NETWORK, network),
        "from": since and instant(since),
        "to": until and instant(until),
    }
    if desk.out.as_json:
        for name in chosen(service):
            show_pages(desk, pages_of(api, *_log(name), (limit, None), sought))
        return
    logs = [_rows(api, name, limit, sought) for name in chosen(service)]
    rows = merge(*logs, key=lambda it: (it["at"], it["id"]), reverse=not oldest_first)
    desk.out.table(COLUMNS, map(_row, islice(rows, limit)), none="Nothing of that kind has been done.")


def verify_audit(desk: Desk, *, service: OneService = None) -> None:
    """Is every log whole: nothing altered, nothing missing? Exit status 1 if not."""
    api, whole, rows, faults = desk.signed_in(), True, [], []
    for name in chosen(service):
        path, what = f"/{name}/v1/audit/verification", f"verify the audit log of {name}"
        reply = api.get(path, what, patience=LONGEST)
        found = reply.document
        whole = whole and found["ok"]
        rows.append((name, found["ok"], found["checked"], found["sealed_up_to"], len(found["faults"])))
        faults += [(name, it["position"], it["what"], it["id"]) for it in found["faults"]]
        if desk.out.as_json:
            desk.out.document(reply.text)
    if not desk.out.as_json:
        desk.out.table(("service", "whole", "checked", "sealed up to", "faults"), rows, none="")
        if faults:
            desk.out.table(("service", "position", "what", "id"), faults, none="")
    if not whole:
        desk.out.note(
            "The audit log is not whole. Keep a copy of the database as it is, and find out who could write."
        )
        raise typer.Exit(REFUSED)


def _log(service: ServiceName) -> tuple[str, str]:
    return f"/{service}/v1/audit", f"list the audit log of {service}"


def _rows(api: Api, service: ServiceName, limit: int | None, sought: Item) -> Iterator[Item]:
    for page in pages_of(api, *_log(service), (limit, None), sought):
        for item in page.document["items"]:
            yield {**item, "service": service}


def _row(it: Item) -> tuple[str, ...]:
    fields = sorted({*(it["before"] or {}), *(it["after"] or {})})
    who = it["actor_name"] or f"{it['actor_kind']} {it['actor_id']}"
    what = f"{it['noun']} {it['noun_id']}"
    return time(it["at"]), who, it["action"], what, ", ".join(fields), it["service"], it["id"]


command(app, "list")(list_audit)
command(app, "verify")(verify_audit)
