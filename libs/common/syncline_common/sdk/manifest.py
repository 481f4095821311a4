"""What a connector declares about its kind: facts as plain data, provably JSON."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from syncline_common.schemas.connector import RepeatClass, StreamTraits
from syncline_common.schemas.records import Feed
from syncline_common.sdk.rates import NOT_TOLD, RateHeaders
from syncline_common.sdk.schemes import Signing


@dataclass(frozen=True, slots=True)
class Shape:
    """A form in which people give an address. Named groups of `host` and `path` fill `canonical`, in lower case."""

    example: str
    host: str  # a pattern of the whole host name
    canonical: str  # "https://dev.azure.com/{org}"
    path: str = ""  # a pattern of how the path starts


@dataclass(frozen=True, slots=True)
class Refusal:
    """An address that is the vendor's, but not that of a system; it is tried before the shapes."""

    host: str
    hint: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One box of the form in which a credential is given."""

    name: str
    label: str
    help: str
    secret: bool = False
    required: bool = True
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class AuthScheme:
    scheme: str
    label: str
    fields: tuple[Field, ...]
    signing: Signing | None = None  # None: there is no connector for it yet


class Verb(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    CLOSE = "close"
    DELETE = "delete"
    COMMENT = "comment"
    ATTACH = "attach"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Operation:
    """Something that can be written, and what may be done when nobody knows whether it was."""

    verb: Verb
    repeats: RepeatClass
    settle_seconds: int = 0  # how long a look-up may miss what was written


@dataclass(frozen=True, slots=True)
class FeedFacts:
    feed: Feed
    granularity_seconds: float = 1.0  # of the times in it
    lag_seconds: int = 0  # how late the newest change may appear


@dataclass(frozen=True, slots=True)
class Stream:
    name: str
    label: str
    operations: tuple[Operation, ...] = ()
    feeds: tuple[FeedFacts, ...] = ()
    page: int = 100  # records in one answer of a list
    batch: int = 100  # records in one fetch
    conditional: bool = False  # the vendor refuses an update of a stale record
    looks: bool = False  # where it does not, the writer compares versions right before it sends

    def operation(self, verb: Verb) -> Operation | None:
        return next((it for it in self.operations if it.verb is verb), None)

    def traits(self) -> StreamTraits:
        """What the engine reckons with. Without a marker to look for, only a person can tell whether it was created."""
        create = self.operation(Verb.CREATE)
        records = next((it for it in self.feeds if it.feed is Feed.RECORDS), FeedFacts(Feed.RECORDS))
        return StreamTraits(
            granularity=timedelta(seconds=records.granularity_seconds),
            lag=timedelta(seconds=records.lag_seconds),
            settle=timedelta(seconds=create.settle_seconds if create else 0),
            creates=create.repeats if create else RepeatClass.K3,
            conditional=self.conditional,
            looks=self.looks,
            batch=self.batch,
            feeds=tuple(it.feed for it in self.feeds),
        )


class Scope(StrEnum):
    """Whom a vendor counts requests by."""

    ACCOUNT = "account"
    PERSON = "person"
    APP = "app"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class EndpointClass:
    """Requests that the vendor counts apart, beside its count of all. Paths follow the system's address."""

    name: str
    paths: tuple[str, ...]  # whole ones; what ends with a slash is how they start
    calls: int
    per_seconds: int
    methods: tuple[str, ...] = ()  # empty: all
    told: bool = False  # what the vendor says of its limit beside these answers is about them alone

    def holds(self, method: str, path: str) -> bool:
        return (not self.methods or method in self.methods) and any(
            path.startswith(it) if it.endswith("/") else path == it for it in self.paths
        )


@dataclass(frozen=True, slots=True)
class Budget:
    scope: Scope
    calls: int
    per_seconds: int
    classes: tuple[EndpointClass, ...] = ()
    told: RateHeaders = NOT_TOLD  # by which headers the vendor says how it stands


@dataclass(frozen=True, slots=True)
class Manifest:
    kind: str
    label: str
    docs: str
    shapes: tuple[Shape, ...]
    auth: tuple[AuthScheme, ...]
    streams: tuple[Stream, ...]
    budget: Budget
    origins: tuple[str, ...] = (
        "https://{host}",
    )  # the only ones that may get the credential; {host} is the system's own
    refusals: tuple[Refusal, ...] = ()
    discovered: Stream | None = None  # what holds for streams that are found in the system and not named here
    any_host: bool = False  # it is also installed under hosts of its owners' own
    projects: str | None = None  # what a system's projects are called; None: it has none
    prerequisites: tuple[str, ...] = ()
    limitations: tuple[str, ...] = ()
    installed: bool = False  # there is a connector for it

    def stream(self, name: str) -> Stream | None:
        return next((it for it in self.streams if it.name == name), self.discovered)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
