"""Lists, everywhere alike: `?limit=&cursor=` in, `{items, next_cursor}` out, in the order of the ids."""

from collections.abc import Sequence
from typing import Annotated, Any, Generic, Self, TypeVar
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict

T = TypeVar("T")


class Window(BaseModel):
    limit: int = 50
    cursor: UUID | None = None


async def _window(limit: Annotated[int, Query(ge=1, le=500)] = 50, cursor: UUID | None = None) -> Window:
    return Window(limit=limit, cursor=cursor)


ByWindow = Annotated[Window, Depends(_window)]


class ListView(BaseModel, Generic[T]):
    model_config = ConfigDict(from_attributes=True)

    items: list[T]
    next_cursor: UUID | None

    @classmethod
    def of(cls, found: Sequence[Any], window: Window) -> Self:
        """`found` is in the order of its ids, and holds one more than the limit if there is a next page."""
        items = found[: window.limit]
        more = len(found) > len(items)
        return cls.model_validate({"items": items, "next_cursor": items[-1].id if more else None})
