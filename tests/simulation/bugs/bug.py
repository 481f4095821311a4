"""A bug as data: where which text becomes which."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bug:
    name: str
    file: str  # within the repository; for those of the engine, within its package
    old: str
    new: str
    subject: str = "engine"
