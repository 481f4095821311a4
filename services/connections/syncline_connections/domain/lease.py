"""Who does a build now. The epoch counts the owners, so that one of the past is recognised."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Held:
    owner: str
    epoch: int
