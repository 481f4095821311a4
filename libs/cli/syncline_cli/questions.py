"""What is asked of a person at a terminal. Secrets are read hidden, or from standard input, and nowhere else."""

import sys
from getpass import getpass

import typer
from pydantic import SecretStr

from syncline_cli.failures import Misused


def ask(what: str) -> str:
    """On stderr, since stdout is for answers."""
    _require_terminal(f"The {what.lower()} is missing.", f"Give it with --{what.lower()}.")
    typer.echo(f"{what}: ", nl=False, err=True)
    answer = sys.stdin.readline()
    if not answer.strip():
        raise typer.Abort
    return answer.strip()


def ask_secret(what: str, otherwise: str, *, twice: bool = False) -> SecretStr:
    _require_terminal(f"The {what} is missing.", otherwise)
    secret = getpass(f"{what.capitalize()}: ", stream=sys.stderr)
    if twice and getpass("Once more: ", stream=sys.stderr) != secret:
        raise Misused("The two are not the same.", advice="Run the command again.")
    return SecretStr(secret)


def read_secret(what: str) -> SecretStr:
    """The first line of standard input."""
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise Misused(f"There is no {what} on standard input.", advice="For instance: syncline ... < file")
    return SecretStr(line)


def new_password(*, from_stdin: bool) -> SecretStr:
    if from_stdin:
        return read_secret("password")
    return ask_secret("password", "Give it on standard input, with --password-stdin.", twice=True)


def confirm(question: str, *, yes: bool) -> None:
    if yes:
        return
    _require_terminal("This can't be undone, and nobody is there to confirm it.", "Say so with --yes.")
    typer.echo(f"{question} Type yes: ", nl=False, err=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise typer.Abort


def _require_terminal(message: str, advice: str) -> None:
    if not sys.stdin.isatty():
        raise Misused(message, advice=advice)
