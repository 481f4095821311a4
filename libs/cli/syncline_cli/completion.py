"""What the shell offers when a name is half typed."""

from collections.abc import Callable

import typer
from rich.console import Console

from syncline_cli.desk import opened_desk
from syncline_cli.failures import Failure
from syncline_cli.names import Noun
from syncline_cli.output import Output

OFFERED = 200


def completing(noun: Noun) -> Callable[[typer.Context, str], list[str]]:
    """Nothing is offered when nobody is signed in, or nobody answers: a half typed line is no place for errors."""

    def offered(ctx: typer.Context, incomplete: str) -> list[str]:
        try:
            out = Output(as_json=True)
            out.aside = Console(stderr=True, force_terminal=False)
            with opened_desk(out, ctx.params.get("profile")) as desk:
                items = desk.signed_in().items(noun.path, "complete", limit=OFFERED)
                names = [next(noun.names(it), "") for it in items]
        except Failure:
            return []
        return [name for name in names if name.startswith(incomplete)]

    return offered
