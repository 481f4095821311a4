"""A Connection: two systems that are kept in step."""

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any
from unicodedata import normalize
from uuid import UUID

from syncline_common.errors import FieldFault
from syncline_common.schemas.values import Side
from syncline_connections.domain.states import BEFORE_PUBLISH, BUILT, PUBLISHED, State, illegal, require_move


def name_key(name: str) -> str:
    """Names that people can't tell apart are one name."""
    return normalize("NFC", " ".join(name.split()).casefold())


def pair_key(one: str, other: str) -> str:
    """The same for two systems in either order; short, whatever their addresses are."""
    return sha256("\n".join(sorted((one, other))).encode()).hexdigest()


@dataclass(frozen=True)
class End:
    """One side: a system, known by its canonical address, and its membership in the connection's network."""

    url: str
    kind: str
    name: str
    system_id: UUID | None = None
    node_id: UUID | None = None


@dataclass(eq=False)
class Connection:
    id: UUID
    account_id: UUID
    network_id: UUID
    name: str
    description: str
    template: str
    a: End
    b: End
    created_at: datetime
    state: State = State.BUILDING
    cause: str | None = None  # of an error
    paused_before: bool = False  # where an error goes back to
    went_on_at: datetime | None = None  # what was turned away before then says nothing any more
    published_version: int | None = None
    last_run: dict[str, Any] | None = None
    version: int = 1  # of name and description
    remove_systems: bool = False  # when it is deleted
    name_key: str = ""
    pair_key: str = ""

    def __post_init__(self) -> None:
        self.name_key = name_key(self.name)
        self.pair_key = pair_key(self.a.url, self.b.url)

    def end(self, side: Side) -> End:
        return self.a if side is Side.A else self.b

    def describe(self, *, name: str | None = None, description: str | None = None) -> None:
        """Saying what is already so changes nothing, not even the version."""
        before = (self.name, self.description)
        self.name = self.name if name is None else name
        self.description = self.description if description is None else description
        if (self.name, self.description) != before:
            self.name_key = name_key(self.name)
            self.version += 1

    def know(self, side: Side, system_id: UUID, node_id: UUID, name: str) -> None:
        known = replace(self.end(side), system_id=system_id, node_id=node_id, name=name)
        if side is Side.A:
            self.a = known
        else:
            self.b = known

    def move(self, to: State) -> None:
        require_move(self.state, to)
        self.state = to

    def drafted(self, *, valid: bool) -> None:
        """The draft was saved or looked at anew. Once published, its progress is the draft's alone."""
        if self.state in BEFORE_PUBLISH:
            self.state = State.CONFIGURED if valid else State.READY_TO_CONFIGURE

    def tested(self) -> None:
        if self.state is State.CONFIGURED:
            self.state = State.TESTED

    def require_built(self) -> None:
        if self.state not in BUILT:
            raise illegal(self.state, "There is nothing to configure before the connection is built")

    def publish(self, version: int, *problems: FieldFault) -> None:
        """A paused one stays paused, and one in error waits for who has to act: the version takes effect then."""
        self.require_built()
        if problems:
            raise illegal(self.state, "A draft with problems can't be published", *problems)
        if self.state not in PUBLISHED:
            self.drafted(valid=True)
            self.move(State.ACTIVE)
        self.published_version = version

    def pause(self) -> None:
        self.move(State.PAUSED)
        self.cause = None

    def resume(self, at: datetime) -> None:
        self.move(State.ACTIVE)
        self.cause, self.went_on_at = None, at

    def fail(self, cause: str, tried_at: datetime | None = None) -> bool:
        """False if there is nothing to stop: it does not run yet, has stopped already, or went on after that try."""
        if self.state not in (State.ACTIVE, State.PAUSED) or self._went_on_since(tried_at):
            return False
        self.paused_before = self.state is State.PAUSED
        self.move(State.ERROR)
        self.cause = cause
        return True

    def recover(self, cause: str, at: datetime) -> bool:
        """Back to where it was, if it was this that was wrong."""
        if self.state is not State.ERROR or self.cause != cause:
            return False
        self.move(State.PAUSED if self.paused_before else State.ACTIVE)
        self.cause, self.went_on_at = None, at
        return True

    def _went_on_since(self, tried_at: datetime | None) -> bool:
        return tried_at is not None and self.went_on_at is not None and tried_at < self.went_on_at

    def delete(self, *, remove_systems: bool) -> None:
        self.move(State.DELETING)
        self.remove_systems = remove_systems
