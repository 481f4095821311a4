"""The services behind the one address, each with lists of its own."""

from typing import Annotated, Literal, get_args

import typer

ServiceName = Literal["registry", "connections", "sync", "matching"]
SERVICES: tuple[ServiceName, ...] = get_args(ServiceName)
OneService = Annotated[ServiceName | None, typer.Option("--service", help="Only this one; without: all.")]


def chosen(service: ServiceName | None) -> tuple[ServiceName, ...]:
    return SERVICES if service is None else (service,)
