"""A system's credential, as its kind asks for it: fields by option, secrets hidden or from standard input."""

import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from syncline_cli.failures import Misused
from syncline_cli.questions import ask, ask_secret

Scheme = Annotated[
    str | None, typer.Option("--scheme", help="Where there are several ways to sign in, which one.")
]
Fields = Annotated[
    list[str] | None, typer.Option("--field", metavar="NAME=VALUE", help="One that is no secret. Repeatable.")
]
AuthStdin = Annotated[
    bool, typer.Option("--auth-stdin", help="Its lines are NAME=VALUE, for the rest of the credential.")
]
Form = dict[str, Any]


def filled(
    forms: Sequence[Form], scheme: str | None, fields: Sequence[str], *, from_stdin: bool
) -> dict[str, str]:
    """`{scheme, <field>: value}`. What is not given is asked for; a secret is never an option."""
    form = _chosen(forms, scheme)
    given = dict(_pair(it) for it in fields)
    secret = {it["name"] for it in form["fields"] if it["secret"]}
    if shown := sorted(secret & set(given)):
        raise Misused(
            f"{', '.join(shown)} is secret: an option can be seen by others.",
            advice="Leave it out to be asked for it, or give it with --auth-stdin.",
        )
    if from_stdin:
        given |= dict(_pair(it.rstrip("\r\n")) for it in sys.stdin if it.strip())
    for field in form["fields"]:
        if field["required"] and field["name"] not in given:
            given[field["name"]] = _asked(field)
    return {"scheme": form["scheme"], **given}


def _chosen(forms: Sequence[Form], scheme: str | None) -> Form:
    names = [it["scheme"] for it in forms]
    if scheme is None and len(forms) > 1:
        raise Misused("There are several ways to sign in.", advice=f"Say --scheme: {', '.join(names)}")
    found = next((it for it in forms if scheme in (None, it["scheme"])), None)
    if found is None:
        raise Misused(f"There is no scheme {scheme}.", advice=f"There is {', '.join(names) or 'none'}.")
    return found


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise Misused("A field is NAME=VALUE.")  # it may be a secret, so it is not repeated
    return name.strip(), value


def _asked(field: Form) -> str:
    if field["secret"]:
        otherwise = f"Give it on standard input, {field['name']}=..., with --auth-stdin."
        return ask_secret(field["label"], otherwise).get_secret_value()
    return ask(field["name"])
