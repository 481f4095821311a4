"""Roles and granted networks, as options and in tables."""

from collections.abc import Sequence
from typing import Annotated

import typer

from syncline_cli.completion import completing
from syncline_cli.names import NETWORK
from syncline_common.schemas.caller import Role

__all__ = ["Networks", "Role", "count_of"]

Networks = Annotated[
    list[str] | None,
    typer.Option(
        "--network",
        help="Grant this network, by name or id; repeat for more. Administrators have all.",
        autocompletion=completing(NETWORK),
    ),
]


def count_of(network_ids: Sequence[str] | None) -> str:
    return "all" if network_ids is None else str(len(network_ids))
