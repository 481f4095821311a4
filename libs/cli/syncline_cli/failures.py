"""What can go wrong between a command and its answer, and the exit status it ends in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from syncline_common.errors import SynclineError

REFUSED, MISUSED, UNREACHABLE = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its text as it came, and what the text says."""

    status: int
    text: str
    document: Any
    headers: Mapping[str, str]
    content: bytes = b""  # as it came, for what is no text

    @property
    def version(self) -> str:
        """Of what was answered, as If-Match takes it; empty if it has none."""
        return self.headers.get("etag", "").removeprefix("W/").strip('"')


class Failure(SynclineError):
    """`message` says what did not happen, `why` the reason, `advice` what to do about it."""

    exit_status: ClassVar[int] = REFUSED

    def __init__(self, message: str, *, why: str = "", advice: str = "") -> None:
        super().__init__(message)
        self.why, self.advice = why, advice


class Refused(Failure):
    """Syncline answered, and said no: with a problem document."""

    def __init__(self, what: str, reply: Reply, *, advice: str = "") -> None:
        super().__init__(f"Could not {what}.", advice=advice)
        self.what, self.reply = what, reply

    @property
    def problem_code(self) -> str:
        return str(self.reply.document.get("code", ""))


class Unreachable(Failure):
    """No answer, or one that is not Syncline's."""

    exit_status = UNREACHABLE


class Misused(Failure):
    """The command line itself is at fault."""

    exit_status = MISUSED


class NotSignedIn(Failure):
    """There is nobody to act for."""
