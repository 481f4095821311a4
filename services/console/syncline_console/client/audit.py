"""The services' audit logs, merged: each keeps its own."""

import asyncio
from collections.abc import Mapping

from syncline_common.errors import Unavailable
from syncline_console.client.line import Line, Refused
from syncline_console.client.views import Change

SERVICES = ("registry", "connections", "sync", "matching")
PAGE = 50


async def merged(
    line: Line, before: Mapping[str, str], sought: Mapping[str, str]
) -> tuple[list[Change], list[str]]:
    """The newest first, a page of them, older than `before`; and the services that did not answer."""
    found = await asyncio.gather(*(_of(line, name, before.get(name), sought) for name in SERVICES))
    rows = [row for page in found if page is not None for row in page]
    away = [name for name, page in zip(SERVICES, found, strict=True) if page is None]
    return sorted(rows, key=lambda row: (row.at, row.id), reverse=True)[:PAGE], away


async def _of(line: Line, service: str, cursor: str | None, sought: Mapping[str, str]) -> list[Change] | None:
    try:
        found = await line.get(f"/{service}/v1/audit", limit=PAGE, cursor=cursor, **sought)
    except Unavailable:
        return None
    except Refused as refused:
        if refused.status == 422:  # it knows no such filter: it has nothing of the kind
            return []
        raise
    return [Change.model_validate({**it, "service": service}) for it in found["items"]]


def older(shown: list[Change], before: Mapping[str, str]) -> dict[str, str]:
    """Where the next page begins: for each service after its last row that was shown."""
    return {**before, **{row.service: str(row.id) for row in shown}}
