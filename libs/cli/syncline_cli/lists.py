"""Lists: followed page by page; as documents, a page a line; as a table, rows of what matters."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from syncline_cli.api import Api
from syncline_cli.desk import Desk
from syncline_cli.failures import Reply
from syncline_cli.names import Item, Noun

Row = Callable[[Item], Sequence[Any]]
Window = tuple[int | None, str | None]  # limit and cursor


def show_list(desk: Desk, noun: Noun, columns: Sequence[str], row: Row, window: Window) -> None:
    pages = pages_of(desk.signed_in(), noun.path, f"list the {noun.many}", window)
    if desk.out.as_json:
        show_pages(desk, pages)
    else:
        rows = (row(item) for page in pages for item in page.document["items"])
        desk.out.table(columns, rows, none=f"There are no {noun.many}.")


def pages_of(
    api: Api, path: str, what: str, window: Window = (None, None), params: Item | None = None
) -> Iterable[Reply]:
    limit, cursor = window
    sought = {name: value for name, value in (params or {}).items() if value is not None}
    return api.pages(path, what, limit=limit, params=sought | ({"cursor": cursor} if cursor else {}))


def show_pages(desk: Desk, pages: Iterable[Reply]) -> None:
    for page in pages:
        desk.out.document(page.text)
