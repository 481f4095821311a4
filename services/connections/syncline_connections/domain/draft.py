"""A Draft: the configuration that is being worked on, saved as it is, right or wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from syncline_common.errors import FieldFault
from syncline_connections.domain.differences import same


@dataclass(eq=False)
class Draft:
    account_id: UUID
    connection_id: UUID
    document: dict[str, Any]
    saved_at: datetime
    revision: int = 1  # counts what was saved; the ETag
    valid: bool = False
    problems: list[dict[str, Any]] = field(default_factory=list)
    tested_by_run: UUID | None = None

    def save(self, document: dict[str, Any], at: datetime) -> None:
        """A test counts for what was tested, so another content has none. The same content is no change."""
        if not same(document, self.document):
            self.document, self.tested_by_run = document, None
            self.saved_at, self.revision = at, self.revision + 1

    def judge(self, problems: Sequence[FieldFault]) -> None:
        self.problems = [{"pointer": it.pointer, "message": it.message, "fix": it.fix} for it in problems]
        self.valid = not self.problems

    def tested(self, run_id: UUID, revision: int) -> bool:
        """False if it was another draft that the run tested."""
        if revision != self.revision or not self.valid:
            return False
        self.tested_by_run = run_id
        return True


@dataclass(frozen=True, slots=True)
class Version:
    """What was published under a number. It never changes."""

    number: int
    document: dict[str, Any]
    published_at: datetime
    published_by: str
