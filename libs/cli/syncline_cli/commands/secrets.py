"""`syncline secrets ...`"""

from typing import Annotated

import typer
from rich.progress import Progress

from syncline_cli.api import Api
from syncline_cli.command import command, group
from syncline_cli.desk import Desk
from syncline_cli.failures import Failure, Reply
from syncline_cli.waiting import pause

app = group("What stored secrets are sealed with. For the installation's operator.")
KEYS = "/registry/v1/keys"
LOOK_EVERY = 0.5  # seconds
Patience = Annotated[
    float, typer.Option("--patience", min=0, help="Stop looking when nothing has moved for so many seconds.")
]


def rotate_secrets(
    desk: Desk,
    *,
    data_keys: Annotated[
        bool, typer.Option("--data-keys", help="Replace the data keys, too, and seal every secret anew.")
    ] = False,
    patience: Patience = 60,
) -> None:
    """A new key-encryption key, and everything sealed with it. Everybody goes on working meanwhile."""
    api = desk.as_operator()
    started = api.post(f"{KEYS}/rotate", "start the rotation", {"data_keys": data_keys})
    desk.out.reply(started, lambda _: None)
    last = _followed(desk, api, started, patience)
    if last is not started:
        desk.out.reply(last, lambda _: None)
    desk.out.say(f"Everything is sealed with the new key, {last.document['primary']}.")


def _followed(desk: Desk, api: Api, reply: Reply, patience: float) -> Reply:
    """Until it is over. Whoever stops looking stops nothing."""
    total = least = _left(reply)
    looks, most = 0, patience / LOOK_EVERY
    with Progress(console=desk.out.aside, transient=True, disable=not desk.out.aside.is_terminal) as progress:
        bar = progress.add_task("Sealing anew", total=total or None)
        while reply.document["state"] != "done":
            if looks > most:
                raise _stands_still(least)
            pause(LOOK_EVERY)
            reply = api.get(KEYS, "ask how far the rotation is")
            looks = 0 if _left(reply) < least else looks + 1
            total, least = max(total, _left(reply)), min(least, _left(reply))
            progress.update(bar, completed=total - _left(reply), total=total or None)
    return reply


def _left(reply: Reply) -> int:
    return int(reply.document["left"])


def _stands_still(left: int) -> Failure:
    return Failure(
        "Could not see the end of the rotation.",
        why=f"Nothing has moved for a while; {left} are left.",
        advice="It goes on by itself. What is left for good does not open with any key; the registry's log names it.",
    )


command(app, "rotate")(rotate_secrets)
