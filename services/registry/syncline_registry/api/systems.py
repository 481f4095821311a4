"""/registry/v1/systems"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from syncline_common.api.auth import ByCaller
from syncline_common.api.drafts import Draft, Name
from syncline_common.api.etags import SeenVersion, show_etag
from syncline_common.api.lists import ByWindow, ListView
from syncline_common.api.problems import problems
from syncline_common.api.transactions import InRead, InTx, InTxLater, routes
from syncline_common.connectors.catalogue import MANIFESTS
from syncline_common.db.tx import ReadTx
from syncline_common.errors import AlreadyDone, InUse, NotFound, Stale
from syncline_common.schemas.caller import Caller
from syncline_common.sdk.ports import Found, WebhookWay
from syncline_registry.actions import renewal, systems
from syncline_registry.actions.addresses import Named
from syncline_registry.actions.webhooks import undo_before_removal
from syncline_registry.api.checks import ANY_KIND, EXAMPLE, EXAMPLE_AUTH, Auth, Kind, Url
from syncline_registry.domain.system import Node
from syncline_registry.domain.webhooks import State, Webhooks
from syncline_registry.own import ByDatabase, ByOwn, Own
from syncline_registry.store.secret_store import Description, SecretStore
from syncline_registry.store.system_store import SeenSystem, SystemStore

router = routes("/registry/v1/systems", "systems")
TicketText = Annotated[str, StringConstraints(max_length=100, pattern=r"^[\x21-\x7e]+$")]


class CredentialDraft(Draft):
    """Either a `ticket` from a check, or `auth`, which is checked now."""

    network_id: UUID
    ticket: TicketText | None = None
    auth: Auth | None = None

    @model_validator(mode="after")
    def one_of_them(self) -> "CredentialDraft":
        if self.ticket is not None and self.auth is not None:
            raise ValueError("a ticket or auth, not both")
        return self


class SystemDraft(CredentialDraft):
    """Of a system that is in another of your networks, neither is needed: its credential there is used here, too."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [EXAMPLE | {"auth": EXAMPLE_AUTH, "name": "Boards"}]}
    )

    url: Url
    kind: Kind | None = Field(default=None, description=ANY_KIND)
    name: Name | None = Field(default=None, description="As in its address, unless given.")


class SystemChange(Draft):
    name: Name | None = None


class SecretView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    set: bool
    last4: str | None


class CredentialView(BaseModel):
    """What may be shown of it."""

    scheme: str
    version: int
    state: str = Field(description="good or rejected")
    rejected: str | None = Field(description="Why, if it was.")
    rejected_at: datetime | None
    fields: dict[str, str]
    secrets: dict[str, SecretView]


class WebhooksView(BaseModel):
    """Whether the system tells us of its changes, or is asked for them alone, and why."""

    subscribed: bool
    said: str
    by_hand: bool = Field(description="Somebody has to enter what `POST .../webhook-rules` answers.")

    @classmethod
    def of(cls, node: Node) -> "WebhooksView | None":
        told, way = Webhooks.from_json(node.webhooks), Found.from_json(node.found).webhooks
        subscribed, by_hand = told.state is State.SUBSCRIBED, way is WebhookWay.BY_HAND
        return None if not told.said else cls(subscribed=subscribed, said=told.said, by_hand=by_hand)


class NodeView(BaseModel):
    """The system in one of your networks."""

    id: UUID
    network_id: UUID
    name: str
    credential: CredentialView
    identity: str | None
    can_write: bool | None
    findings: list[str]
    checked_at: datetime | None
    configured_at: datetime | None
    webhooks: WebhooksView | None = Field(description="As it was when a connection was last built with it.")

    @classmethod
    def of(cls, node: Node, secrets: Mapping[str, Description]) -> "NodeView":
        credential = CredentialView(
            scheme=node.scheme,
            version=node.credential_version,
            state="good" if node.is_good else "rejected",
            rejected=node.rejected,
            rejected_at=node.rejected_at,
            fields=node.given,
            secrets={
                name: SecretView.model_validate(it) for name, it in secrets.items() if not name.endswith("*")
            },
        )
        return cls(
            id=node.id,
            network_id=node.network_id,
            name=node.name,
            credential=credential,
            identity=node.identity or None,
            can_write=node.can_write,
            findings=node.findings,
            checked_at=node.checked_at,
            configured_at=node.configured_at,
            webhooks=WebhooksView.of(node),
        )


class SystemView(BaseModel):
    id: UUID
    kind: str
    label: str
    url: str
    name: str
    routed: bool = Field(description="Its traffic is sent elsewhere, by a setting of the operator's.")
    network_ids: list[UUID] = Field(description="Of those that you may enter.")
    nodes: list[NodeView]
    created_at: datetime


async def view_of(tx: ReadTx, own: Own, found: list[SeenSystem]) -> list[SystemView]:
    ids = [node.id for it in found for node in it.nodes]
    account = found[0].system.account_id if found else None
    secrets = await SecretStore(tx, account, own.vault).describe_many("node", ids) if account else {}
    return [_view(own, it, secrets) for it in found]


def _view(own: Own, it: SeenSystem, secrets: Mapping[UUID, Mapping[str, Description]]) -> SystemView:
    return SystemView(
        id=it.id,
        kind=it.system.kind,
        label=MANIFESTS[it.system.kind].label,
        url=it.system.url,
        name=it.nodes[0].name,
        routed=own.prober.is_routed(it.system.url),
        network_ids=[node.network_id for node in it.nodes],
        nodes=[NodeView.of(node, secrets.get(node.id, {})) for node in it.nodes],
        created_at=it.nodes[0].created_at,
    )


async def _shown(tx: ReadTx, own: Own, caller: Caller, system_id: UUID, response: Response) -> SystemView:
    found = await SystemStore(tx, caller).get(system_id)
    show_etag(response, found.version)
    return (await view_of(tx, own, [found]))[0]


@router.get("", responses=problems())
async def list_systems(
    window: ByWindow,
    caller: ByCaller,
    own: ByOwn,
    tx: InRead,
    network_id: UUID | None = None,
    kind: Annotated[str | None, Query(max_length=40)] = None,
) -> ListView[SystemView]:
    """The systems of the networks you may enter, oldest first."""
    found = await SystemStore(tx, caller).listed(
        after=window.cursor, limit=window.limit + 1, network_id=network_id, kind=kind
    )
    return ListView[SystemView].of(await view_of(tx, own, found), window)


@router.post("", status_code=201, responses=problems(NotFound, AlreadyDone))
async def import_system(
    draft: SystemDraft, response: Response, caller: ByCaller, own: ByOwn, db: ByDatabase, later: InTxLater
) -> SystemView:
    """Make a system part of a network, in one call. With `auth`, the credential is checked first."""
    named = Named(draft.network_id, draft.url, draft.kind)
    proof = await systems.check_import(db, own, caller, named, draft.auth)
    tx = await later.begin()
    made = await systems.import_system(tx, own, caller, named, proof or draft.ticket, draft.name)
    response.headers["Location"] = f"/registry/v1/systems/{made.system.id}"
    return await _shown(tx, own, caller, made.system.id, response)


@router.get("/{system_id}", responses=problems(NotFound))
async def get_system(
    system_id: UUID, response: Response, caller: ByCaller, own: ByOwn, tx: InRead
) -> SystemView:
    """One system, with what may be shown of its credentials."""
    return await _shown(tx, own, caller, system_id, response)


@router.patch("/{system_id}", responses=problems(NotFound, Stale))
async def change_system(
    system_id: UUID,
    change: SystemChange,
    response: Response,
    caller: ByCaller,
    own: ByOwn,
    tx: InTx,
    seen: SeenVersion,
) -> SystemView:
    """Give it another name, in all of your networks."""
    await systems.rename_system(tx, caller, system_id, seen=seen, name=change.name)
    return await _shown(tx, own, caller, system_id, response)


@router.delete("/{system_id}", status_code=204, responses=problems(NotFound, InUse))
async def remove_system(
    system_id: UUID,
    caller: ByCaller,
    own: ByOwn,
    db: ByDatabase,
    later: InTxLater,
    network_id: UUID | None = None,
) -> None:
    """From one network, or from all that you may enter. Not while a connection uses it there."""
    removal = systems.Removal(system_id, network_id)
    await undo_before_removal(db, own, caller, removal)
    await systems.remove_system(await later.begin(), own, caller, removal)


@router.put("/{system_id}/credential", responses=problems(NotFound, AlreadyDone, Stale))
async def renew_credential(
    system_id: UUID,
    draft: CredentialDraft,
    response: Response,
    caller: ByCaller,
    own: ByOwn,
    db: ByDatabase,
    later: InTxLater,
    seen: SeenVersion,
) -> SystemView:
    """Another credential for a network's node, checked first. What waits for it goes on by itself."""
    at = renewal.NodeOf(system_id, draft.network_id, seen)
    proof = await renewal.check_renewal(db, own, caller, at, draft.auth)
    tx = await later.begin()
    await renewal.renew_credential(tx, own, caller, at, proof or draft.ticket)
    return await _shown(tx, own, caller, system_id, response)
