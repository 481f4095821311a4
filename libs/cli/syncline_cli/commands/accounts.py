"""`syncline accounts ...`"""

from typing import Annotated

import typer

from syncline_cli.command import PasswordStdin, command, group
from syncline_cli.desk import Desk
from syncline_cli.questions import new_password

app = group("The accounts of an installation. For its operator.")


def create_account(
    desk: Desk,
    name: Annotated[str, typer.Argument(help="Whose account it is.")],
    *,
    email: Annotated[str, typer.Option("--email", help="Of its first administrator.")],
    password_stdin: PasswordStdin = False,
) -> None:
    """A second account, with its first administrator. The operator's token comes from SYNCLINE_OPERATOR_TOKEN."""
    api = desk.as_operator()
    password = new_password(from_stdin=password_stdin).get_secret_value()
    body = {"name": name, "administrator": {"email": email, "password": password}}
    reply = api.post("/registry/v1/accounts", f"create the account {name}", body)
    desk.out.reply(
        reply,
        lambda it: desk.out.say(
            f"Created the account {it['name']}, {it['id']}. {it['administrator']['email']} may sign in."
        ),
    )


command(app, "create")(create_account)
