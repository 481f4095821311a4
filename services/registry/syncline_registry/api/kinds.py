"""/registry/v1/kinds: what kinds of systems there are, and what each asks for and can do"""

from pydantic import BaseModel, ConfigDict

from syncline_common.api.auth import ByCaller
from syncline_common.api.lists import ListView
from syncline_common.api.problems import problems
from syncline_common.api.transactions import routes
from syncline_common.connectors.catalogue import MANIFESTS, manifest_of
from syncline_common.errors import NotFound
from syncline_common.sdk.manifest import Manifest, Stream

router = routes("/registry/v1/kinds", "kinds")


class FieldView(BaseModel):
    """One box of the form in which a credential is given."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    label: str
    help: str
    secret: bool
    required: bool
    pattern: str | None


class SchemeView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    scheme: str
    label: str
    fields: list[FieldView]


class StreamView(BaseModel):
    """A record type, and what can be done with its records. `*` stands for those that are found in the system."""

    name: str
    label: str
    operations: list[str]
    feeds: list[str]
    conditional_updates: bool

    @classmethod
    def of(cls, stream: Stream) -> "StreamView":
        return cls(
            name=stream.name,
            label=stream.label,
            operations=[it.verb for it in stream.operations],
            feeds=[it.feed for it in stream.feeds],
            conditional_updates=stream.conditional,
        )


class CapabilitiesView(BaseModel):
    projects: str | None  # what they are called; null: there are none
    streams: list[StreamView]


class KindView(BaseModel):
    kind: str
    label: str
    docs: str
    installed: bool
    url_shapes: list[str]
    any_host: bool  # it is also run under host names of its owners' own
    auth: list[SchemeView]
    prerequisites: list[str]
    limitations: list[str]
    capabilities: CapabilitiesView

    @classmethod
    def of(cls, manifest: Manifest) -> "KindView":
        streams = [*manifest.streams, *([manifest.discovered] if manifest.discovered else [])]
        return cls(
            kind=manifest.kind,
            label=manifest.label,
            docs=manifest.docs,
            installed=manifest.installed,
            url_shapes=[it.example for it in manifest.shapes],
            any_host=manifest.any_host,
            auth=[SchemeView.model_validate(it) for it in manifest.auth],
            prerequisites=list(manifest.prerequisites),
            limitations=list(manifest.limitations),
            capabilities=CapabilitiesView(
                projects=manifest.projects, streams=[StreamView.of(it) for it in streams]
            ),
        )


@router.get("", responses=problems())
async def list_kinds(caller: ByCaller) -> ListView[KindView]:
    """Every kind of system we know, those without a connector included; all in one answer."""
    return ListView[KindView](items=[KindView.of(it) for it in MANIFESTS.values()], next_cursor=None)


@router.get("/{kind}", responses=problems(NotFound))
async def get_kind(kind: str, caller: ByCaller) -> KindView:
    """One kind: the shapes of its addresses, what it asks for, what is needed beforehand, and what it can't do."""
    return KindView.of(manifest_of(kind))
