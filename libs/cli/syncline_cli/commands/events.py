"""`syncline events ...`"""

import json
from typing import Annotated

import typer

from syncline_cli.command import command, group
from syncline_cli.desk import Desk
from syncline_cli.following import Follower
from syncline_cli.line import Sent
from syncline_cli.output import Output, shown, time

app = group("What happens in your account, as it happens.")


def follow_events(
    desk: Desk,
    *,
    types: Annotated[str, typer.Option("--types", help="Only these, separated by commas.")] = "",
    since: Annotated[
        str | None, typer.Option("--since", help="Go on after this position; 0 is the oldest that is kept.")
    ] = None,
    count: Annotated[int | None, typer.Option("--count", min=1, help="Stop after so many.")] = None,
) -> None:
    """Every event, until you stop it. A lost connection is taken up again where it broke."""
    follower = Follower(desk.signed_in(), types, since, desk.out.note)
    try:
        for number, event in enumerate(follower.events(), 1):
            _show(desk.out, event)
            if number == count:
                break
    finally:
        if follower.position is not None:
            desk.out.note(f"Go on later with: --since {follower.position}")


def _show(out: Output, event: Sent) -> None:
    if out.as_json:
        out.document(event.text)
        return
    it = json.loads(event.text)
    where = f"  network {it['networkid']}" if "networkid" in it else ""
    about = f"{it.get('subject', '')}{where}" if "subject" in it else event.text
    out.say(f"{event.position}  {time(it['time']) if 'time' in it else '-'}  {event.kind}  {shown(about)}")


command(app, "follow")(follow_events)
