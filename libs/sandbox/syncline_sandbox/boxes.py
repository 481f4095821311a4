"""A record as a form: which of its fields a person may edit in the vendor's own pages, and how they look there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    name: str
    label: str
    choices: tuple[tuple[str, str], ...] = ()  # value and label; none: anything may be written
    long: bool = False
    adds: bool = False  # what is written is added, as a comment is; it never shows what was written before
