"""How a system walks from one page to the next. Each strategy is data plus one method."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from syncline_common.errors import ContractBroken
from syncline_common.sdk.answers import Answer

NEXT_LINK = re.compile(r'<([^<>]*)>\s*;[^,<]*\brel="?next"?')
MOST_PAGES = 100_000


@dataclass(frozen=True, slots=True)
class Step:
    """How the next page is asked for: other parameters, or another URL that has them all."""

    params: Mapping[str, Any] = field(default_factory=dict)
    url: str | None = None


class Paging(Protocol):
    def page(self, answer: Answer, body: Any) -> list[Any]: ...

    def following(self, answer: Answer, body: Any, step: Step) -> Step | None:
        """None only if the vendor said that this is the end."""


@dataclass(frozen=True, slots=True)
class Items:
    """`items` is the body's field with the page's items, with dots for what lies deeper; "" if the body is the list."""

    items: str

    def page(self, answer: Answer, body: Any) -> list[Any]:
        found = dig(body, self.items)
        if not isinstance(found, list):
            raise ContractBroken("The system answered with no list", detail=answer.where)
        return found


@dataclass(frozen=True, slots=True)
class BodyCursor(Items):
    """Next cursor and end mark sit in the body: Zendesk's exports."""

    cursor: str
    param: str
    done: str | None = None  # a field that says, by being true, that this is the end; else no cursor says it

    def following(self, answer: Answer, body: Any, step: Step) -> Step | None:
        if self.done is not None and dig(body, self.done):
            return None
        if cursor := dig(body, self.cursor):
            return Step({**step.params, self.param: cursor})
        if self.done is None:
            return None
        raise ContractBroken("The system stopped in the middle of a list", detail=answer.where)


@dataclass(frozen=True, slots=True)
class HeaderToken(Items):
    """Next cursor sits in a header, whose absence is the end mark: Azure DevOps' x-ms-continuationtoken."""

    header: str
    param: str

    def following(self, answer: Answer, body: Any, step: Step) -> Step | None:
        token = answer.headers.get(self.header)
        return Step({**step.params, self.param: token}) if token else None


@dataclass(frozen=True, slots=True)
class Offset(Items):
    """By number of what to leave out. The end is a page without items, or the total where the vendor counts."""

    param: str
    start: int = 0
    by_page: bool = False  # pages are counted, not items
    total: str | None = None  # a header or a field of the body with the number of all items

    def following(self, answer: Answer, body: Any, step: Step) -> Step | None:
        count = len(self.page(answer, body))
        if not count:
            return None
        reached = int(step.params.get(self.param, self.start)) + (1 if self.by_page else count)
        if not self.by_page and self.total is not None and reached - self.start >= self._total(answer, body):
            return None
        return Step({**step.params, self.param: reached})

    def _total(self, answer: Answer, body: Any) -> int:
        assert self.total is not None
        said = answer.headers.get(self.total) or dig(body, self.total)
        if isinstance(said, int) or (isinstance(said, str) and said.isascii() and said.isdigit()):
            return int(said)
        raise ContractBroken("The system did not say how long the list is", detail=answer.where)


@dataclass(frozen=True, slots=True)
class NextLink(Items):
    """The URL of the next page sits in the body, or else in the Link header, as GitHub and ServiceNow have it."""

    link: str | None = None

    def following(self, answer: Answer, body: Any, step: Step) -> Step | None:
        if self.link is not None:
            url = dig(body, self.link)
        else:
            found = NEXT_LINK.search(answer.headers.get("link", ""))
            url = found[1] if found else None
        return Step(url=str(url)) if url else None


class Walk:
    """Remembers where a page loop has been: a server that repeats itself would keep us reading for ever."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def go(self, step: Step, where: str) -> None:
        mark = hash((step.url, repr(sorted(step.params.items()))))
        if mark in self._seen:
            raise ContractBroken("The system repeated a page", detail=where)
        if len(self._seen) >= MOST_PAGES:
            raise ContractBroken("The list has no end", detail=where)
        self._seen.add(mark)


def dig(body: Any, path: str) -> Any:
    """What lies at `path` of a body; None if nothing does."""
    for name in path.split(".") if path else ():
        body = body.get(name) if isinstance(body, Mapping) else None
    return body
