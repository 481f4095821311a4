"""Puts the commands together."""

import typer

from syncline_cli.commands import (
    accounts,
    audit,
    conflicts,
    connection_files,
    connections,
    events,
    issues,
    keys,
    networks,
    parked,
    people,
    runs,
    secrets,
    sign_in,
    status,
    systems,
    value_maps,
)

NAME = "syncline"


def make_app() -> typer.Typer:
    """Plain help and no rich tracebacks: those show local variables, and some of ours are secrets."""
    app = typer.Typer(
        name=NAME,
        help="Syncline on the command line. Sign in first: syncline login",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    sign_in.add_to(app)
    connection_files.add_to(connections.app)
    value_maps.add_to(connections.app)
    for name, commands in (
        ("networks", networks.app),
        ("systems", systems.app),
        ("connections", connections.app),
        ("runs", runs.app),
        ("issues", issues.app),
        ("conflicts", conflicts.app),
        ("people", people.app),
        ("keys", keys.app),
        ("accounts", accounts.app),
        ("audit", audit.app),
        ("secrets", secrets.app),
        ("events", events.app),
        ("parked", parked.app),
    ):
        app.add_typer(commands, name=name)
    status.add_to(app)
    return app
