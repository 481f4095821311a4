"""In which the two products differ, as facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from syncline_common.sdk.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Product:
    manifest: Manifest
    wrapped: bool  # lists and single things stand in an object that names them
    fields_at: str
    search_at: str
    found_in: str  # where a search's hits stand
    content: tuple[str, ...]  # what makes a ticket what it is, beside its text and its custom fields
    attributes: Mapping[str, str]  # of tickets, by the names that their form has for them, where they differ
    searched: Mapping[str, str]  # what a search calls an attribute
    searched_types: frozenset[str]  # of custom fields that can be searched
    in_lists: Mapping[str, Any]  # asked for with each list, so that its rows are whole
    as_made: Mapping[str, Any] = field(
        default_factory=dict
    )  # how it is said that they come as they were made
    of_one: Mapping[str, Any] = field(default_factory=dict)  # ... and with a single ticket

    @property
    def label(self) -> str:
        return self.manifest.label
