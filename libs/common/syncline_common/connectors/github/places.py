"""Where the API of a GitHub lies, and which of its repositories are the system's: told from its address."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Place:
    api: str
    owner: str | None  # of the repositories; None: whatever the token sees


@dataclass(frozen=True, slots=True)
class Repo:
    """A repository, which keeps its number when it is renamed."""

    id: int
    name: str  # "octo-org/app"
    may_label: bool  # else labels, assignees, milestone and type would be dropped without a word
    may_hook: bool
    archived: bool

    def ref(self, number: int) -> str:
        """The id of an issue in it: its number alone says nothing, and its own id can't be asked for."""
        return f"{self.id}/{number}"


def place_of(address: str) -> Place:
    """github.com by owner; an enterprise on GitHub's own hosts; a server of somebody's own."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    if host == "github.com":
        return Place("https://api.github.com", parts.path.strip("/") or None)
    if host.endswith(".ghe.com"):
        return Place(f"https://api.{host}", None)
    return Place(f"{parts.scheme}://{parts.netloc}/api/v3", None)


def named(repos: Iterable[Repo], name: str) -> Repo | None:
    return next((it for it in repos if it.name.casefold() == name.casefold()), None)
