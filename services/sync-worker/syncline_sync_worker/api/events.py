"""/sync/v1/events"""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from syncline_common.api.auth import ByCaller
from syncline_common.api.problems import problems
from syncline_common.api.sse import LastEventId, follow
from syncline_common.api.transactions import InRead, routes
from syncline_common.errors import FieldFault, Invalid
from syncline_common.events.catalogue import BY_KEY
from syncline_sync_worker.actions.announcements import BELL
from syncline_sync_worker.store.announcement_store import AnnouncementStore

router = routes("/sync/v1/events", "events")
GAP = "syncline.stream.gap"


def _types(
    types: Annotated[str, Query(description="Only these, separated by commas", max_length=2000)] = "",
) -> set[str]:
    wanted = {name.strip() for name in types.split(",") if name.strip()}
    if unknown := sorted(wanted - set(BY_KEY)):
        raise Invalid(
            f"There is no event type {', '.join(unknown)}",
            FieldFault("/types", "unknown event type", f"one of {', '.join(sorted(BY_KEY))}"),
        )
    return wanted


async def _start(caller: ByCaller, tx: InRead, last_event_id: LastEventId = None) -> tuple[int, bool]:
    kept = await AnnouncementStore(tx, caller.account_id).kept()
    return kept.start(None if last_event_id is None else int(last_event_id))


@router.get(
    "/stream",
    response_class=EventSourceResponse,
    responses=problems(),
    summary="Follow what happens in your account",
)
async def stream_events(
    request: Request,
    caller: ByCaller,
    types: Annotated[set[str], Depends(_types)],
    start: Annotated[tuple[int, bool], Depends(_start)],
) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events: `event` is the type, `data` the CloudEvent, `id` what to send back as `Last-Event-ID`.

    Without that header it starts now; with it, after that event, up to 7 days back. If some of those between are no
    longer kept, a `syncline.stream.gap` comes first. A comment every 15 seconds shows that the line is alive.
    """
    home, (after, missed) = request.app.state.home, start
    if missed:
        yield ServerSentEvent(event=GAP, data={"resumed_after": after}, id=str(after))

    async def fetch(position: int) -> Sequence[Any]:
        async with home.database.read() as tx:
            store = AnnouncementStore(tx, caller.account_id)
            return await store.after(position, types=types, network_ids=caller.network_ids)

    bell = (home.database.bells, BELL)
    async for event in follow(fetch, _show, after=after, bell=bell, ended=lambda: home.closing):
        yield event


def _show(row: Any) -> ServerSentEvent:
    return ServerSentEvent(event=row.type, raw_data=row.body, id=str(row.position))
