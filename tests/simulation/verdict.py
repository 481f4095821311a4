"""A broken promise: which, of which record and field, and what was seen."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    promise: str  # as numbered in docs/architecture/simulation.md
    key: str | None
    field: str | None
    said: str

    def __str__(self) -> str:
        return " ".join(filter(None, [self.promise, self.key, self.field, self.said]))
