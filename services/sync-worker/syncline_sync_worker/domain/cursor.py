"""A Cursor: how far one feed of one flow side has been read."""

from dataclasses import dataclass
from datetime import datetime

from syncline_common.schemas.records import Feed
from syncline_common.schemas.values import Side


@dataclass(frozen=True, slots=True)
class CursorKey:
    flow_id: str
    side: Side
    stream: str
    feed: Feed = Feed.RECORDS


@dataclass(frozen=True, slots=True)
class Cursor:
    key: CursorKey
    since: datetime | None = None  # where the next page loop starts; none: at the beginning
    token: str | None = None  # the next page of a loop under way
    high_water: datetime | None = None  # the newest change that the loop under way has seen
    loop_from: datetime | None = None  # the vendor's clock when that loop began
    sweep_token: str | None = None  # the next page of an inventory under way
