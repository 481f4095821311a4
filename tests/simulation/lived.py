"""A history that has happened: what the trackers saw, and when the world was how. The oracle's only evidence."""

from dataclasses import dataclass, field
from hashlib import sha256

from simulation.cabinet import By
from simulation.history import History
from simulation.remembered import Remembered
from simulation.tracker import Tracker
from syncline_common.schemas.values import Side


@dataclass
class Lived:
    """A history that has happened, for the oracle."""

    history: History
    trackers: dict[Side, Tracker]
    remembered: Remembered = field(default_factory=Remembered)
    strikes: dict[str, list[float]] = field(default_factory=dict)  # by worker: killed, frozen, thawed
    died: dict[str, float] = field(default_factory=dict)
    published: list[tuple[float, int]] = field(default_factory=list)
    paused: list[tuple[float, float]] = field(default_factory=list)
    removed_at: float | None = None
    quiet_at: float = 0.0
    ended_at: float = 0.0
    faults: list[str] = field(default_factory=list)  # exceptions that came out of the subject
    turns: int = 0
    transactions: int = 0

    def version_at(self, at: float) -> int:
        return [version for since, version in self.published if since <= at][-1]

    def digest(self) -> str:
        """Same seed, same ledger."""
        lines = [str(it) for side in Side for it in self.trackers[side].requests]
        lines += [str(it) for side in Side for it in self.trackers[side].cabinet.effects]
        return sha256("\n".join(lines).encode()).hexdigest()

    def last_write(self) -> float:
        effects = [it.at for side in Side for it in self.trackers[side].cabinet.effects if it.by is By.ENGINE]
        return max(effects, default=0.0)
