"""How routes between our own services are made: by a service token, in one transaction, and in no public document."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from syncline_common.api.transactions import OneTransaction
from syncline_common.db.tx import Tx


def internal_routes() -> APIRouter:
    return APIRouter(
        prefix="/registry/internal/v1",
        tags=["internal"],
        route_class=OneTransaction,
        include_in_schema=False,
    )


async def _write(request: Request) -> Tx:
    """What is repeated between services is told by the question itself; there are no Idempotency-Keys."""
    tx: Tx = await request.state.stack.enter_async_context(request.app.state.home.database.begin())
    return tx


InServiceTx = Annotated[Tx, Depends(_write)]
