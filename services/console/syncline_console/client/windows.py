"""A page of a list."""

from typing import Any, Generic, TypeVar

from pydantic import BaseModel

T = TypeVar("T", bound=BaseModel)


class Page(BaseModel, Generic[T]):
    items: list[T]
    next_cursor: str | None = None


def page_of(found: Any, kind: type[T]) -> Page[T]:
    items = [kind.model_validate(it) for it in found["items"]]
    return Page[T](items=items, next_cursor=found.get("next_cursor"))
