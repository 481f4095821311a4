"""What is known of a simulated vendor before it is made: where it seems to be, how it is reached, and a credential it takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from syncline_sandbox.vendor import Vendor


class Make(Protocol):
    def __call__(self, seed: int = 1, count: int = 60) -> Vendor:
        """With so many records."""


@dataclass(frozen=True, slots=True)
class Simulated:
    kind: str
    label: str
    address: str  # what a person types in
    credential: Mapping[
        str, str
    ]  # one that may read and write; `scheme` says which it is, the others are its fields
    make: Make
    elsewhere: tuple[str, ...] = ()  # what a connector calls besides the address
    others: str = ""  # further credentials, for a person

    @property
    def prefixes(self) -> tuple[str, ...]:
        return self.address, *self.elsewhere
