"""`syncline login`, `logout`, `whoami`."""

from contextlib import suppress
from functools import partial
from typing import Annotated

import typer
from pydantic import SecretStr

from syncline_cli.access import TOKENS, Fixed, with_tokens
from syncline_cli.command import PasswordStdin, command
from syncline_cli.desk import BAD_KEY, Desk, is_open_to_others
from syncline_cli.failures import Failure, Misused, Reply
from syncline_cli.names import Item
from syncline_cli.output import shown
from syncline_cli.profiles import Profile
from syncline_cli.questions import ask, ask_secret, read_secret

ME = "/registry/v1/me"
WHO = "ask who you are"
STDIN = "Give it on standard input, with --password-stdin."
WRONG = "Check the e-mail address and the password; they are those of the console."
KeyStdin = Annotated[bool, typer.Option("--api-key-stdin", help="Its first line is an API key; use that.")]


def add_to(app: typer.Typer) -> None:
    command(app, "login")(login)
    command(app, "logout")(logout)
    command(app, "whoami")(whoami)


def login(
    desk: Desk,
    *,
    url: Annotated[str | None, typer.Option("--url", help="Where Syncline is.")] = None,
    email: Annotated[str | None, typer.Option("--email", help="Who you are.")] = None,
    password_stdin: PasswordStdin = False,
    api_key_stdin: KeyStdin = False,
) -> None:
    """Sign in, and stay signed in until you sign out."""
    if api_key_stdin and (email or password_stdin):
        raise Misused("An API key stands alone: no e-mail address, no password.")
    address = desk.url(url)
    if is_open_to_others(address):
        desk.out.note(f"Careful: {address} is plain HTTP; others on the way can read along.")
    by_password = partial(_by_password, desk, address, email, password_stdin)
    reply = _by_key(desk, address) if api_key_stdin else by_password()
    desk.out.reply(reply, lambda me: desk.out.say(_greeting(me, address)))
    if desk.speaks_for_a_program:
        desk.out.note("SYNCLINE_API_KEY is set: it goes before this profile, unless --profile names one.")


def logout(desk: Desk) -> None:
    """End the session, here and at Syncline."""
    with desk.file.locked():
        profile = desk.file.load()
        if profile is None or (profile.refresh_token is None and profile.api_key is None):
            desk.out.say("You were not signed in.")
            return
        _revoke(desk, profile)
        desk.file.save(profile.without_secrets())
    desk.out.say(f"Signed out of {profile.url}.")
    if profile.api_key is not None:
        desk.out.note("The API key itself still works; `syncline keys revoke` ends it.")


def whoami(desk: Desk) -> None:
    """Who you are at Syncline, and what you may do."""
    api = desk.signed_in()
    desk.out.reply(api.get(ME, WHO), lambda me: desk.out.facts(_facts(me, api.url)))


def _by_password(desk: Desk, address: str, email: str | None, from_stdin: bool) -> Reply:
    email = email or ask("Email")
    password = read_secret("password") if from_stdin else ask_secret("password", STDIN)
    anybody = desk.api(address, Fixed(None, WRONG))
    body = {"email": email, "password": password.get_secret_value()}
    reply = anybody.post(TOKENS, f"sign in at {address} as {email}", body)
    profile = with_tokens(Profile(address, email), reply.document)
    with desk.file.locked():
        before = desk.file.load()
        desk.file.save(profile)
    if before is not None:
        with suppress(Failure):  # it would only have lain about until it expires
            _revoke(desk, before)
    return _me(desk, address, profile.access_token)


def _by_key(desk: Desk, address: str) -> Reply:
    key = read_secret("API key")
    reply = _me(desk, address, key)
    with desk.file.locked():
        desk.file.save(Profile(address, api_key=key))
    return reply


def _me(desk: Desk, address: str, token: SecretStr | None) -> Reply:
    return desk.api(address, Fixed(token, BAD_KEY)).get(ME, WHO)


def _revoke(desk: Desk, profile: Profile) -> None:
    if profile.refresh_token is not None:
        anybody = desk.api(profile.url, Fixed(None, "", keeps_answers=True))  # ended twice is ended
        body = {"refresh_token": profile.refresh_token.get_secret_value()}
        anybody.post(f"{TOKENS}/revoke", f"sign out of {profile.url}", body)


def _greeting(me: Item, address: str) -> str:
    return f"Signed in at {address} as {me['name']} ({me['role']}), account {me['account']['name']}."


def _facts(me: Item, address: str) -> Item:
    networks = me["network_ids"]
    return {
        "name": me["name"],
        "email": me.get("email"),
        "kind": me["kind"].replace("_", " "),
        "role": me["role"],
        "networks": "all" if networks is None else shown(networks),
        "account": me["account"]["name"],
        "at": address,
        "id": me["id"],
    }
