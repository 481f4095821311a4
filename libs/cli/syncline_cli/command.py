"""What every command has: --json and --profile, a desk, and failures told instead of thrown."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

import typer

from syncline_cli.desk import opened_desk
from syncline_cli.failures import Failure
from syncline_cli.output import Output

Run = Callable[..., None]
EVERY = [
    inspect.Parameter(
        "json",
        inspect.Parameter.KEYWORD_ONLY,
        default=False,
        annotation=Annotated[bool, typer.Option("--json", help="The API's documents instead of words.")],
    ),
    inspect.Parameter(
        "profile",
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[str | None, typer.Option("--profile", help="Act as who is signed in there.")],
    ),
]

Limit = Annotated[int | None, typer.Option("--limit", min=1, help="At most so many; without: all.")]
Cursor = Annotated[str | None, typer.Option("--cursor", help="Go on after a `next_cursor`.")]
Yes = Annotated[bool, typer.Option("--yes", help="Don't ask.")]
PasswordStdin = Annotated[bool, typer.Option("--password-stdin", help="Its first line is the password.")]
IfVersion = Annotated[
    str | None, typer.Option("--if-version", help="Only if this is still its version, as `show` says it.")
]


def group(help_text: str) -> typer.Typer:
    return typer.Typer(
        help=help_text, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False
    )


def command(app: typer.Typer, name: str) -> Callable[[Run], Run]:
    """Registers `run(desk, ...)`; its other parameters are the command's own."""

    def register(run: Run) -> Run:
        @wraps(run)
        def opened(*, json: bool, profile: str | None, **given: Any) -> None:
            out = Output(as_json=json)
            try:
                with opened_desk(out, profile) as desk:
                    run(desk, **given)
            except Failure as failure:
                out.failure(failure)
                raise typer.Exit(failure.exit_status) from None

        signature = inspect.signature(run, eval_str=True)
        own = [it for it in signature.parameters.values() if it.name != "desk"]
        ordered = [*(it.replace(kind=inspect.Parameter.KEYWORD_ONLY) for it in own), *EVERY]
        opened.__signature__ = inspect.Signature(ordered)  # type: ignore[attr-defined]
        app.command(name)(opened)
        return run

    return register
