"""What workers and other services ask about nodes: to set them up, to act by their credential, to say it was refused."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from syncline_common.api.auth import ByService
from syncline_common.api.drafts import Draft
from syncline_common.api.problems import problems
from syncline_common.api.transactions import InRead
from syncline_common.configuration.conditions import Condition, Scope
from syncline_common.connectors.catalogue import manifest_of
from syncline_common.errors import Conflict, NotFound
from syncline_registry.actions import nodes
from syncline_registry.actions.configuring import configure_node as configure
from syncline_registry.actions.discovery import Question, count_at, discover_at
from syncline_registry.actions.nodes import as_service
from syncline_registry.actions.rejection import reject_credential
from syncline_registry.api.internal_routes import InServiceTx, internal_routes
from syncline_registry.own import ByDatabase, ByOwn
from syncline_registry.store.node_store import NodeStore

router = internal_routes()
Account = Annotated[UUID, Query(alias="account_id")]
Network = Annotated[UUID, Query(alias="network_id")]
MISSING = problems(NotFound, Conflict)


class AccountDraft(Draft):
    account_id: UUID


class PurposeDraft(AccountDraft):
    purpose: str = Field(min_length=1, max_length=120)


class UsedDraft(AccountDraft):
    used_version: int


class RejectedDraft(AccountDraft):
    version: int
    code: str = Field(max_length=40, pattern=r"^[a-z_]+$")


class ConditionDraft(Draft):
    field: str = Field(max_length=200)
    operator: str = Field(pattern="^(==|<|<=|>|>=|in)$")
    values: list[str | bool | int | float] = Field(min_length=1, max_length=1000)
    source: str = Field(max_length=1000)


class ScopeDraft(AccountDraft):
    network_id: UUID
    stream: str = Field(min_length=1, max_length=200)
    projects: list[str] = Field(default=[], max_length=1000)
    conditions: list[ConditionDraft] = Field(default=[], max_length=100)

    def scope(self) -> Scope:
        said = [Condition(it.field, it.operator, tuple(it.values), it.source) for it in self.conditions]
        return Scope(self.stream, tuple(self.projects), tuple(said))


class CountView(BaseModel):
    records: int
    at_least: bool
    left_out: list[str]


class NodeRefView(BaseModel):
    node_id: UUID
    version: int = Field(description="Of its credential.")


class FactsView(BaseModel):
    kind: str
    url: str
    name: str
    node_id: UUID
    traits: dict[str, Any]
    findings: list[str]
    found: dict[str, Any]


class TokensView(BaseModel):
    access: str
    good_until: datetime


class CredentialView(BaseModel):
    """With tokens, `auth` stays here: the token is all that a worker needs."""

    kind: str
    url: str
    scheme: str
    auth: dict[str, str]
    version: int
    marker_field: str | None
    clock_offset_seconds: float
    found: dict[str, Any]
    tokens: TokensView | None


class ItemsView(BaseModel):
    items: list[dict[str, Any]]


@router.post("/nodes/{node_id}/configure", responses=MISSING, dependencies=[ByService])
async def configure_node(node_id: UUID, draft: AccountDraft, own: ByOwn, db: ByDatabase) -> dict[str, Any]:
    """Discovers projects and record types, measures the clock, looks for the marker field, subscribes to webhooks.

    As often as one likes.
    """
    return await configure(db, own, draft.account_id, node_id)


@router.get("/nodes/by-system", responses=MISSING, dependencies=[ByService])
async def find_node(
    account_id: Account, network_id: Network, system_id: Annotated[UUID, Query()], tx: InRead
) -> NodeRefView:
    node = await NodeStore(tx, account_id).in_network(system_id, network_id)
    return NodeRefView(node_id=node.id, version=node.credential_version)


@router.post("/nodes/{node_id}/credential", responses=MISSING, dependencies=[ByService])
async def lend_credential(node_id: UUID, draft: PurposeDraft, own: ByOwn, tx: InServiceTx) -> CredentialView:
    """For a worker, which keeps it in memory only. Audited."""
    it = await nodes.lend_credential(tx, own, draft.account_id, node_id, draft.purpose)
    good = it.tokens is not None and it.tokens.good_until > await tx.now()
    fields = {} if it.renews_tokens else it.credential.fields
    clock = it.node.found.get("clock") or {}
    return CredentialView(
        kind=it.system.kind,
        url=it.system.url,
        scheme=it.node.scheme,
        auth={name: value.get_secret_value() for name, value in fields.items()},
        version=it.node.credential_version,
        marker_field=it.node.found.get("marker_field"),
        clock_offset_seconds=clock.get("offset_seconds", 0.0),
        found=it.node.found,
        tokens=TokensView(access=it.tokens.access, good_until=it.tokens.good_until)
        if it.tokens is not None and good
        else None,
    )


@router.post("/nodes/{node_id}/tokens", responses=MISSING, dependencies=[ByService])
async def renew_tokens(node_id: UUID, draft: UsedDraft, own: ByOwn, db: ByDatabase) -> TokensView:
    """The token in use was refused, or is over. One asks the vendor for all."""
    found = await nodes.renew_tokens(db, own, draft.account_id, node_id, used_version=draft.used_version)
    return TokensView(access=found.access, good_until=found.good_until)


@router.post("/nodes/{node_id}/rejected", status_code=204, responses=MISSING, dependencies=[ByService])
async def say_rejected(node_id: UUID, draft: RejectedDraft, tx: InServiceTx) -> None:
    """A worker was turned away with this version of the credential."""
    who = as_service(draft.account_id, "sync")
    await reject_credential(tx, who, node_id, used_version=draft.version, code=draft.code)


@router.get("/systems/{system_id}/facts", responses=MISSING, dependencies=[ByService])
async def get_facts(system_id: UUID, account_id: Account, network_id: Network, tx: InRead) -> FactsView:
    store = NodeStore(tx, account_id)
    node = await store.in_network(system_id, network_id)
    system = await store.system_of(node)
    return FactsView(
        kind=system.kind,
        url=system.url,
        name=node.name,
        node_id=node.id,
        traits=manifest_of(system.kind).as_json(),
        findings=node.findings,
        found=node.found,
    )


@router.post("/systems/{system_id}/count", responses=MISSING, dependencies=[ByService])
async def count_records(system_id: UUID, draft: ScopeDraft, own: ByOwn, db: ByDatabase) -> CountView:
    """How many records a flow's end has now; what the number leaves out is said beside it."""
    at = (draft.account_id, draft.network_id, system_id)
    found = await count_at(db, own, at, draft.scope())
    return CountView.model_validate(found, from_attributes=True)


@router.get("/systems/{system_id}/{what}", responses=MISSING, dependencies=[ByService])
async def list_what_there_is(
    system_id: UUID,
    what: Annotated[str, Field(pattern="^(projects|streams)$")],
    account_id: Account,
    network_id: Network,
    own: ByOwn,
    db: ByDatabase,
    project: str | None = None,
    refresh: bool = False,
) -> ItemsView:
    """As the public discovery, for one network's node."""
    question = Question(what, project=project)
    at = (account_id, network_id, system_id)
    return ItemsView(items=await discover_at(db, own, at, question, refresh=refresh))


@router.get("/systems/{system_id}/streams/{stream:path}/fields", responses=MISSING, dependencies=[ByService])
async def list_fields(
    system_id: UUID,
    stream: str,
    account_id: Account,
    network_id: Network,
    own: ByOwn,
    db: ByDatabase,
    project: str | None = None,
    refresh: bool = False,
) -> ItemsView:
    question = Question("fields", stream, project)
    at = (account_id, network_id, system_id)
    return ItemsView(items=await discover_at(db, own, at, question, refresh=refresh))
