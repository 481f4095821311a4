"""In which the two products differ: what stands around an answer, what may be asked of a list, and what a ticket consists of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from syncline_sandbox.freshworks.fields import FormField


@dataclass(frozen=True, slots=True)
class Shape:
    product: str  # as in its header of the API's version
    wrapped: bool  # lists and single things stand in an object that names them
    fields: Sequence[FormField]
    fields_at: str
    search_at: str
    found_in: str  # where a search's hits stand
    listed: frozenset[str]  # what a list may be asked
    orders: frozenset[str]  # by what it may be sorted; none: as tickets were made
    includes: Mapping[str, int]  # what each costs on a list, in requests
    in_rows: frozenset[str]  # what a list's rows hold only if it is included
    writable: Mapping[str, str]  # attributes of a ticket, with the type of their values
    defaults: Mapping[str, Any]
    largest: int  # bytes of all files of a ticket
    pages: int | None = None  # that a list has at most
    in_one: frozenset[str] = frozenset()  # what a single ticket holds only if it is included
    hits_are_whole: bool = True  # those of a search
    not_begun: frozenset[str] = frozenset()  # types of tickets that come about in another way
    workspaces: Mapping[int, str] = field(default_factory=dict)  # the first is the primary one
    searchable: Mapping[str, str] = field(default_factory=dict)  # by the search's name, where it has another

    def many(self, name: str, rows: Sequence[Any]) -> Any:
        return {name: rows} if self.wrapped else list(rows)

    def one(self, name: str, document: Any) -> Any:
        return {name: document} if self.wrapped else document

    def choices(self, attribute: str) -> list[Any]:
        """What a number may be, by its form field."""
        told = next(it.choices for it in self.fields if it.attribute == attribute)
        if isinstance(told, Mapping):
            return sorted(int(it) if isinstance(it, str) and it.isdigit() else told[it] for it in told)
        key = "id" if self.writable[attribute] == "choice" else "value"
        return [it[key] if isinstance(it, Mapping) else it for it in told]
