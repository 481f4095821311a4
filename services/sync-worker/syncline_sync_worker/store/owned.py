"""Whose rows a statement is about. Statements are built once; the connection is told with each execution."""

from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam

from syncline_sync_worker.domain.task import ConnectionRef


def owned(table: Table) -> ColumnElement[bool]:
    """The condition that `owner` fills in."""
    of_connection = table.c.connection_id == bindparam("of_connection")
    return of_connection & (table.c.account_id == bindparam("of_account"))


def owner(connection: ConnectionRef) -> dict[str, Any]:
    return {"of_connection": connection.id, "of_account": connection.account_id}
