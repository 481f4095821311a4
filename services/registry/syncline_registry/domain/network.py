"""A Network: where an account's work happens."""

from dataclasses import dataclass
from datetime import datetime
from unicodedata import normalize
from uuid import UUID


def name_key(name: str) -> str:
    """Names that people can't tell apart are one name."""
    return normalize("NFC", " ".join(name.split()).casefold())


@dataclass(eq=False)
class Network:
    id: UUID
    account_id: UUID
    name: str
    description: str
    created_at: datetime
    version: int = 1
    name_key: str = ""

    def __post_init__(self) -> None:
        self.name_key = name_key(self.name)

    def describe(self, *, name: str | None = None, description: str | None = None) -> None:
        """Saying what is already so changes nothing, not even the version."""
        before = (self.name, self.description)
        self.name = self.name if name is None else name
        self.description = self.description if description is None else description
        if (self.name, self.description) != before:
            self.name_key = name_key(self.name)
            self.version += 1
